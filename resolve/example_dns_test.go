package resolve_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/lab"
	"rdnsproxy/resolve"
)

// DNS on the wire: what the servers say, and what the system's own call would not.
func ExampleResolver_Reverse() {
	server, err := lab.StartDNS(
		lab.Zone("example.com", "web1 60 A 192.0.2.7"),
		lab.Zone("2.0.192.in-addr.arpa", "7 300 PTR web1.example.net."),
		lab.Zone("example.net"),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	none, _ := hostsfile.Parse(strings.NewReader(""))
	config := new(resolve.Config).WithServers(resolve.Server{Addr: server.Addr()})
	r := resolve.Resolver{Config: config, Hosts: none}
	defer r.Close()
	ctx := context.Background()

	names := r.Reverse(ctx, netip.MustParseAddr("192.0.2.7"), resolve.DNSOnly)
	fmt.Println(names.Question.Name, names.Status, names.Names, names.TTL)
	back := r.Forward(ctx, names.Names[0], resolve.IPv4, resolve.DNSOnly)
	fmt.Println(back.Question.Name, back.Status, "in", back.Zone.Apex)

	// Output:
	// 7.2.0.192.in-addr.arpa ok [web1.example.net] 5m0s
	// web1.example.net nxdomain in example.net
}
