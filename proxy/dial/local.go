package dial

import (
	"fmt"
	"net"
	"net/netip"

	"rdnsproxy/safetext"
)

// sources are the local addresses to connect from, best first. If empty, the kernel
// chooses.
type sources []netip.Addr

// fit is the first source of the destination's family.
func (s sources) fit(to netip.Addr) (netip.Addr, bool) {
	for _, a := range s {
		if a.Unmap().Is4() == to.Unmap().Is4() {
			return a.Unmap(), true
		}
	}
	return netip.Addr{}, false
}

// local is where to connect from. Like ssh_create_socket it uses the interface's
// addresses only if Bind is empty.
func (d *Dialer) local() (sources, error) {
	if d.Connect != nil {
		return nil, nil
	}
	if len(d.Bind) > 0 || d.Interface == "" {
		return d.Bind, nil
	}
	ifi, err := net.InterfaceByName(d.Interface)
	if err != nil {
		return nil, fmt.Errorf("no network interface %q", safetext.Line(d.Interface))
	}
	if ifi.Flags&net.FlagUp == 0 {
		return nil, fmt.Errorf("network interface %q is down", safetext.Line(d.Interface))
	}
	held, err := ifi.Addrs()
	if err != nil {
		return nil, fmt.Errorf("network interface %q: %w", safetext.Line(d.Interface), err)
	}
	from := usable(held, ifi.Name)
	if len(from) == 0 {
		return nil, fmt.Errorf("network interface %q has no address", safetext.Line(d.Interface))
	}
	return from, nil
}

// usable orders an interface's addresses as OpenSSH's check_ifaddrs chooses among
// them: loopback and link-local ones last.
func usable(held []net.Addr, zone string) sources {
	var wide, narrow sources
	for _, h := range held {
		n, ok := h.(*net.IPNet)
		if !ok {
			continue
		}
		a, ok := netip.AddrFromSlice(n.IP)
		if !ok {
			continue
		}
		switch a = a.Unmap(); {
		case a.Is6() && a.IsLinkLocalUnicast():
			narrow = append(narrow, a.WithZone(zone))
		case a.IsLoopback():
			narrow = append(narrow, a)
		default:
			wide = append(wide, a)
		}
	}
	return append(wide, narrow...)
}
