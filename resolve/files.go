package resolve

import (
	"net/netip"
	"strings"

	"rdnsproxy/hostsfile"
)

// hostsSource is a line of a hosts file, or with nil the file.
func hostsSource(f *hostsfile.File, l *hostsfile.Line) Source {
	s := Source{Kind: KindHosts, Where: f.Path}
	if l != nil {
		s.Line = l.N
	}
	return s
}

// addressesFromFile looks the host up in the hosts file as glibc's files module
// does: all lines, no search list, and a look-up without a family takes each
// line for what it is, while one of IPv4 alone also takes ::1 for 127.0.0.1. A
// host that is not ASCII is looked for as it is written and as A-labels.
func (r *Resolver) addressesFromFile(w want) ([]*Answer, Outcomes) {
	f := r.hostsFile()
	if f == nil {
		return nil, OnUnavail
	}
	lines := f.Forward(w.host)
	if len(lines) == 0 && !ascii(w.host) {
		lines = f.Forward(string(w.name))
	}
	out := OnNotFound
	answers := make([]*Answer, 0, len(w.types))
	for _, t := range w.types {
		a := &Answer{Question: Question{w.name, t}, Status: NotFound, Source: hostsSource(f, nil)}
		for _, l := range lines {
			addr := lineAddr(l, t, len(w.types) == 1)
			if !addr.IsValid() {
				continue
			}
			if a.Status != OK {
				a.Status, a.Source, a.Canonical = OK, hostsSource(f, l), w.name
				if n, err := ParseName(l.Canonical()); err == nil {
					a.Canonical = n
				}
				out = OnSuccess
			}
			if note, ours := l.Note(); ours {
				a.Pins = append(a.Pins, Pin{addr, note, hostsSource(f, l)})
			}
			a.Addrs = append(a.Addrs, addr)
		}
		a.Addrs = unique(a.Addrs)
		answers = append(answers, a)
	}
	return answers, out
}

// lineAddr is what a line says to a question.
func lineAddr(l *hostsfile.Line, t Type, alone bool) netip.Addr {
	switch {
	case t == AAAA:
		return l.IPv6()
	case alone:
		return l.IPv4()
	case l.Addr.Is4():
		return l.Addr
	}
	return netip.Addr{}
}

// namesFromFile gives the canonical name of the first line with the address. libc
// hands out whatever stands there, also what no DNS name can be, such as "a..b":
// that is one label here, which nobody can ask DNS about.
func (r *Resolver) namesFromFile(q Question, addr netip.Addr) (*Answer, Outcomes) {
	a := &Answer{Question: q, Status: NotFound}
	f := r.hostsFile()
	if f == nil {
		a.Source = Source{Kind: KindHosts, Where: hostsfile.SystemPath()}
		return a, OnUnavail
	}
	l := f.Reverse(addr)
	a.Source = hostsSource(f, l)
	if l == nil {
		return a, OnNotFound
	}
	text := l.Canonical()
	name, err := ParseName(text)
	if err != nil {
		name = oneLabel(text)
	}
	if !strings.EqualFold(text, string(name)) {
		a.Text = text
	}
	a.Status, a.Names, a.Canonical = OK, []Name{name}, name
	return a, OnSuccess
}
