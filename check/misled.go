package check

import (
	"fmt"
	"net/netip"
	"strings"

	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
)

// Misled says what is wrong with an address of the target, as Addresses yields it, that
// reaches this machine itself or no host although the network gave it: loopback,
// 0.0.0.0, :: and multicast. It is empty for any other address, and for one that this
// machine's own configuration gives: localhost, a literal, a line of the hosts file.
//
// Such an address is exempt from reverse names, or has the same one on every machine, so
// only the verdict Exact means anything: a CNAME to x.localhost would lead a login to
// this machine's own sshd.
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
	if q.isLocalSource(a, from) {
		return ""
	}
	return fmt.Sprintf("%s is %s, which reaches %s and does not come from the hosts file",
		q.ask.Target.host.shown, show(a), where)
}

// isLocalSource reports whether the address comes from this machine's configuration, not
// from the network.
func (q *Inquiry) isLocalSource(a netip.Addr, from resolve.Source) bool {
	if q.ask.Target.host.name.Under("localhost") {
		return true
	}
	switch from.Kind {
	case resolve.KindLiteral, resolve.KindHosts:
		return true
	case resolve.KindNSS: // modules other than these read what the administrator has configured
		return from.Where != "resolve" && from.Where != "wins" && !strings.HasPrefix(from.Where, "mdns")
	case resolve.KindSystem: // it may have read the hosts file, but does not say so
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
