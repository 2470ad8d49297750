package check

import (
	"fmt"
	"net/netip"
	"strings"

	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
)

// Misled says what is wrong with an address that the network gave for the target
// and that leads to this machine itself or to no host: loopback, 0.0.0.0, :: and
// multicast. It is "" for any other address, and for what this machine says
// itself: localhost, a literal, a line of the hosts file.
//
// Such an address need not have a reverse name, or has the one of every machine, so
// that any verdict but Exact tells nothing: a CNAME to x.localhost would lead a
// login to this machine's own sshd.
func (q *Inquiry) Misled(a netip.Addr) string {
	q.mu.Lock()
	p := q.find(a)
	if p == nil {
		q.mu.Unlock()
		return ""
	}
	from := p.facts.Source
	q.mu.Unlock()
	where := ""
	switch plain := a.Unmap(); {
	case plain.IsLoopback(), plain.IsUnspecified():
		where = "this machine itself"
	case plain.IsMulticast():
		where = "no host"
	default:
		return ""
	}
	if q.ownWord(a, from) {
		return ""
	}
	return fmt.Sprintf("%s is %s, which leads to %s and is not from the hosts file", q.ask.Target.host.shown, show(a), where)
}

// ownWord reports whether it is this machine that says so, not the network.
func (q *Inquiry) ownWord(a netip.Addr, from resolve.Source) bool {
	if q.ask.Target.host.name.Under("localhost") {
		return true
	}
	switch from.Kind {
	case resolve.KindLiteral, resolve.KindHosts:
		return true
	case resolve.KindNSS: // others than these are kept by whoever keeps the machine
		return from.Where != "resolve" && from.Where != "wins" && !strings.HasPrefix(from.Where, "mdns")
	case resolve.KindSystem: // it reads the hosts file too, and does not tell
		file, err := hostsfile.ParseFile(hostsfile.SystemPath())
		if err != nil {
			return false
		}
		for _, l := range file.Forward(q.ask.Target.Host) {
			if l.Addr.Unmap() == a.Unmap() {
				return true
			}
		}
	}
	return false
}
