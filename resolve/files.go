package resolve

import (
	"net/netip"
	"strings"

	"rdnsproxy/hostsfile"
)

// hostsSource is a line of a hosts file, or the file if l is nil.
func hostsSource(f *hostsfile.File, l *hostsfile.Line) Source {
	s := Source{Kind: KindHosts, Where: f.Path}
	if l != nil {
		s.Line = l.N
	}
	return s
}

// addressesFromFile looks the host up in the hosts file as glibc's files module
// does: in all lines and without the search list. A lookup of IPv4 alone also takes
// ::1 for 127.0.0.1; one of both families does not. A host that is not ASCII is
// looked for as written, then as A-labels. If no line has the host there are no answers:
// hostsNothing makes one, for the few who want it.
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
	if len(lines) == 0 {
		return nil, out
	}
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

// hostsNothing is the answer that the hosts file, which was read, does not know a name or
// address.
func (r *Resolver) hostsNothing(q Question) *Answer {
	return &Answer{Question: q, Status: NotFound, Source: hostsSource(r.hostsFile(), nil)}
}

// lineAddr is the address that a line has for a type.
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

// namesFromFile returns the canonical name of the first line with the address. libc
// returns whatever is written there, even "a..b", which cannot be a DNS name: here
// that becomes a single label, and DNS is not asked about it. If no line has the address
// there is no answer, as in addressesFromFile.
func (r *Resolver) namesFromFile(q Question, addr netip.Addr) (*Answer, Outcomes) {
	f := r.hostsFile()
	if f == nil {
		none := Source{Kind: KindHosts, Where: hostsfile.SystemPath()}
		return &Answer{Question: q, Status: NotFound, Source: none}, OnUnavail
	}
	l := f.Reverse(addr)
	if l == nil {
		return nil, OnNotFound
	}
	a := &Answer{Question: q, Source: hostsSource(f, l)}
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
