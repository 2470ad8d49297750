package dial_test

import (
	"context"
	"errors"
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
	shut, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	wrong := netip.MustParseAddrPort(shut.Addr().String())
	shut.Close() // nothing listens there any more

	d := dial.Dialer{Timeout: 10 * time.Second} // a zero Dialer races as RFC 8305 recommends
	conn, won, err := d.Race(context.Background(), slices.Values([]netip.AddrPort{wrong, there}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	fmt.Println("connected:", won == there)

	_, _, err = d.Race(context.Background(), slices.Values([]netip.AddrPort{wrong}))
	var lost *dial.Error
	if errors.As(err, &lost) {
		fmt.Println("no connection:", lost.Failures[0].Reason)
	}

	// Output:
	// connected: true
	// no connection: refused
}
