package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// PinFinding is the finding about a line that rdnsproxy has written.
type PinFinding struct {
	Line    *hostsfile.Line
	Finding Finding // about the line's address
}

// VerifyPins judges lines in the file f that rdnsproxy has written for one host. r is a
// result of DNS alone, with a probe of the port in the lines' notes. There is one finding
// for each line, in the same order.
func VerifyPins(r *Result, lines []*hostsfile.Line, f *hostsfile.File, now time.Time) []PinFinding {
	dns := r.inDNS()
	forced, needed := true, false
	for _, l := range lines {
		note, _ := l.Note()
		forced = forced && Verdict(note.Verdict).severity() <= Notice
		if today := r.today(l.Addr); today != nil && today.Verdict.severity() > Notice {
			needed = true
		}
	}
	found := make([]PinFinding, len(lines))
	for i, l := range lines {
		note, _ := l.Note()
		line := pinnedLine{
			at: fmt.Sprintf("%s:%d", safetext.Line(f.Path), l.N), path: f.Path, host: r.Host, plain: r.Host,
			addr: l.Addr, note: note, now: now, dns: dns,
			visit: &visit{r: r, today: r.today(l.Addr), forced: forced, needed: needed},
		}
		for _, given := range f.Forward(l.Canonical()) {
			line.given = append(line.given, given.Addr.WithZone("").Unmap())
		}
		found[i].Line = l
		found[i].Finding, _ = line.judge() // with a visit there always is one
		found[i].Finding.Address = l.Addr
	}
	return found
}

// inDNS returns what DNS says about the host of a result of DNS alone.
func (r *Result) inDNS() dnsAnswer {
	d := dnsAnswer{known: true, absent: r.Forward.A.Words()}
	if r.Forward.A == resolve.Skipped {
		d.absent = r.Forward.AAAA.Words()
	}
	for _, a := range r.Addresses {
		d.addrs = append(d.addrs, a.Address.WithZone("").Unmap())
	}
	if words, incomplete := r.Incomplete(); incomplete {
		d.failed = words
	}
	if len(r.Addresses) == 0 && r.Verdict == Undetermined {
		d.failed = undeterminedWords(r, netip.Addr{})
	}
	return d
}

// today returns the address of a line in the result, or nil.
func (r *Result) today(a netip.Addr) *Address {
	i := slices.IndexFunc(r.Addresses,
		func(b Address) bool { return b.Address.WithZone("").Unmap() == a.WithZone("").Unmap() })
	if i < 0 {
		return nil
	}
	return &r.Addresses[i]
}

// ByHost groups lines by host, which is a name and a port. It keeps their order.
func ByHost(lines []*hostsfile.Line) [][]*hostsfile.Line {
	var hosts [][]*hostsfile.Line
	for _, l := range lines {
		note, _ := l.Note()
		i := slices.IndexFunc(hosts, func(of []*hostsfile.Line) bool {
			first, _ := of[0].Note()
			return strings.EqualFold(of[0].Canonical(), l.Canonical()) && first.Port == note.Port
		})
		if i < 0 {
			hosts, i = append(hosts, nil), len(hosts)
		}
		hosts[i] = append(hosts[i], l)
	}
	return hosts
}
