package resolve_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
)

func Example() {
	file, _ := hostsfile.Parse(strings.NewReader("192.0.2.7  web1.example.com  www.example.com\n"))
	file.Path = "/etc/hosts"
	r := resolve.Resolver{Config: new(resolve.Config), Hosts: file} // a zero Resolver asks as the system would
	defer r.Close()
	ctx := context.Background()

	for a := range r.Addresses(ctx, "www.example.com", resolve.IPv4, resolve.System) {
		fmt.Println(a.Status, a.Addrs, a.Source)
	}
	a := r.Reverse(ctx, netip.MustParseAddr("192.0.2.7"), resolve.System)
	fmt.Println(a.Status, a.Names, a.Source)

	// Output:
	// ok [192.0.2.7] hosts:/etc/hosts:1
	// ok [web1.example.com] hosts:/etc/hosts:1
}
