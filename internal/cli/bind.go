package cli

import (
	"context"
	"net"
	"net/netip"

	"rdnsproxy/resolve"
)

// bindable refuses flags by which this machine cannot connect to anybody: that
// says nothing about a target, so it is bad usage, once.
func (c *connectFlags) bindable(ctx context.Context, r *resolve.Resolver) error {
	if c.bindInterface != "" {
		if _, err := net.InterfaceByName(c.bindInterface); err != nil {
			return refuse("'ip link' lists this machine's interfaces", "no network interface %s", quoted(c.bindInterface))
		}
	}
	set := settings{bindAddress: c.bindAddress}
	if err := set.resolveBind(ctx, r); err != nil {
		return err
	}
	for _, a := range set.bind {
		if ours(a) {
			return nil
		}
	}
	if c.bindAddress != "" {
		return refuse("'ip addr' lists this machine's addresses", "bind address %s is not an address of this machine", quoted(c.bindAddress))
	}
	return nil
}

// ours reports whether connections can be made from an address.
func ours(a netip.Addr) bool {
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(netip.AddrPortFrom(a, 0)))
	if err != nil {
		return false
	}
	l.Close()
	return true
}
