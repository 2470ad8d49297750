package zones

import (
	"iter"
	"net/netip"
	"strconv"
	"strings"

	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// Target is a name or an address to check, and where it is written.
type Target struct {
	Text  string // a name with its final dot, or an address
	Where string // FILE:LINE, or the zone and its server; safe to print
}

// Targets yields what there is to check, zone after zone, in the order of the records:
// each name with an A or AAAA record, and each address that a PTR record is for, once.
// Names that another zone answers for, and wildcards, are left out.
func (s *Set) Targets() iter.Seq[Target] {
	return func(yield func(Target) bool) {
		for _, z := range s.order {
			for _, owner := range z.owners {
				if t, ok := s.target(z, owner); ok && !yield(t) {
					return
				}
			}
		}
	}
}

// target returns what there is to check about a name.
func (s *Set) target(z *zone, owner resolve.Name) (Target, bool) {
	if s.zoneOf(owner) != z || isWildcard(owner) {
		return Target{}, false
	}
	f := z.find(owner)
	if f.node == nil || f.alias != nil || f.delegated {
		return Target{}, false
	}
	for i := range f.node.records {
		switch r := &f.node.records[i]; {
		case r.addr.IsValid():
			return Target{string(owner) + ".", s.where(r)}, true
		case r.rtype == resolve.PTR:
			if a, ok := addressOf(owner); ok {
				return Target{a.String(), s.where(r)}, true
			}
		}
	}
	return Target{}, false
}

// where is the place of a record for people.
func (s *Set) where(r *record) string { return s.at(r.file, int(r.line)) }

// at is a place for people: FILE:LINE, or the zone and its server.
func (s *Set) at(file uint16, line int) string {
	name := safetext.Line(s.called(file))
	if line == 0 {
		return name
	}
	return name + ":" + strconv.Itoa(line)
}

func isWildcard(owner resolve.Name) bool {
	return owner == star || strings.HasPrefix(string(owner), star+".")
}

// wildcards counts the wildcard names among the owners.
func (z *zone) wildcards() (n int) {
	for _, owner := range z.owners {
		if isWildcard(owner) {
			n++
		}
	}
	return n
}

// addressOf returns the address whose names a name of the reverse tree holds.
func addressOf(owner resolve.Name) (netip.Addr, bool) {
	if labels, ok := strings.CutSuffix(string(owner), ".in-addr.arpa"); ok {
		return ipv4Of(strings.Split(labels, "."))
	}
	labels, ok := strings.CutSuffix(string(owner), ".ip6.arpa")
	if !ok || len(labels) != 63 {
		return netip.Addr{}, false
	}
	var b [16]byte
	for i := range 32 {
		v, err := strconv.ParseUint(labels[2*i:2*i+1], 16, 8)
		if err != nil || i < 31 && labels[2*i+1] != '.' {
			return netip.Addr{}, false
		}
		b[15-i/2] |= byte(v) << (4 * (i % 2))
	}
	return netip.AddrFrom16(b), true
}

// ipv4Of reads the labels of a name in in-addr.arpa. A zone that is smaller than a /24
// has a label between the last number and the others, such as 0/26 or 0-63 (RFC 2317).
func ipv4Of(labels []string) (netip.Addr, bool) {
	if len(labels) == 5 && strings.ContainsAny(labels[1], `-\`) { // \047 is the slash
		labels = []string{labels[0], labels[2], labels[3], labels[4]}
	}
	if len(labels) != 4 {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(labels[3] + "." + labels[2] + "." + labels[1] + "." + labels[0])
	return a, err == nil && a.Is4()
}
