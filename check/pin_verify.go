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

// PinFinding is what became of a line that rdnsproxy has written.
type PinFinding struct {
	Line    *hostsfile.Line
	Finding Finding // about the line's address
}

// VerifyPins judges lines that rdnsproxy has written for one host, in the file f, by
// r: what DNS alone and the host say today at the port of the lines' notes. There is
// a finding for each line, in their order.
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
		found[i].Finding, _ = line.judge() // a line that was visited has one
		found[i].Finding.Address = l.Addr
	}
	return found
}

// inDNS is what DNS says of the host of a result of DNS alone.
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

// today is the address of a line as DNS gives it today; nil if it does not.
func (r *Result) today(a netip.Addr) *Address {
	i := slices.IndexFunc(r.Addresses, func(b Address) bool { return b.Address.WithZone("").Unmap() == a.WithZone("").Unmap() })
	if i < 0 {
		return nil
	}
	return &r.Addresses[i]
}

// ByHost puts lines together that are about one host, in their order: its name at
// one port.
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
