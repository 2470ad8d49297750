package dial_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"rdnsproxy/proxy/dial"
)

func ExampleDialer_Race() {
	server, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	there := netip.MustParseAddrPort(server.Addr().String())

	d := dial.Dialer{Timeout: 10 * time.Second} // a zero Dialer races as RFC 8305 recommends
	conn, won, err := d.Race(context.Background(), slices.Values([]netip.AddrPort{there}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	fmt.Println(won == there)

	// Output: true
}
