package target

import (
	"context"
	"net"
	"net/netip"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/resolve"
)

// Bindable returns a Refusal if this machine cannot connect with these options at
// all. That is bad usage, reported once, and not a fault of any target.
func (c *Connect) Bindable(ctx context.Context, r *resolve.Resolver) error {
	if c.Interface != nil && *c.Interface != "" {
		if _, err := net.InterfaceByName(*c.Interface); err != nil {
			return console.Refuse(exit.Usage, "'ip link' lists this machine's interfaces",
				"no network interface %s", console.Quoted(*c.Interface))
		}
	}
	if c.Address == nil || *c.Address == "" {
		return nil
	}
	set := Settings{bindAddress: *c.Address}
	if err := set.ResolveBind(ctx, r); err != nil {
		return err
	}
	for _, a := range set.bind {
		if canBind(a) {
			return nil
		}
	}
	return console.Refuse(exit.Usage, "'ip addr' lists this machine's addresses",
		"bind address %s is not an address of this machine", console.Quoted(*c.Address))
}

// canBind reports whether this machine can connect from an address.
func canBind(a netip.Addr) bool {
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(netip.AddrPortFrom(a, 0)))
	if err != nil {
		return false
	}
	l.Close()
	return true
}
