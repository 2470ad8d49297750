package zones

import (
	"github.com/miekg/dns"

	"rdnsproxy/resolve"
)

// maxChain is how many aliases are followed for one answer; whoever reads it follows
// no more.
const maxChain = 16

// Answer answers a question as the zones' authoritative server does: with wildcards (RFC
// 4592), DNAME (RFC 6672), names that exist because others are below them, and with the
// SOA record where there is nothing (RFC 2308). It follows aliases as far as the zones
// go. known is false if the question is about a name outside the zones, or below a
// delegation: then another server is to be asked.
func (s *Set) Answer(q resolve.Question) (r resolve.Reply, known bool) {
	name := q.Name
	for range maxChain + 1 {
		z := s.zoneOf(name)
		if z == nil {
			return r, len(r.Answer) > 0
		}
		f := z.find(name)
		if f.delegated {
			return r, len(r.Answer) > 0
		}
		switch {
		case f.alias != nil: // a DNAME above the name
			target, ok := substituted(name, f.owner, f.alias.target)
			if !ok {
				r.Rcode = dns.RcodeYXDomain
				return r, true
			}
			r.Answer = append(r.Answer, resolve.Record{Name: name, Type: resolve.CNAME, TTL: f.alias.ttl, Target: target})
			r.Source = s.place(f.alias)
			if q.Type == resolve.CNAME {
				return r, true
			}
			name = target
			continue
		case f.node == nil:
			r.Rcode = dns.RcodeNameError
			r.Authority, r.Source = z.negative(), s.of(z)
			return r, true
		}
		if first := f.node.holds(q.Type); first != nil {
			r.Source = s.place(first)
			for i := range f.node.records {
				if rec := &f.node.records[i]; rec.rtype == q.Type {
					r.Answer = append(r.Answer, z.record(rec, name))
				}
			}
			return r, true
		}
		alias := f.node.holds(resolve.CNAME)
		if alias == nil {
			r.Authority, r.Source = z.negative(), s.of(z)
			return r, true
		}
		r.Answer = append(r.Answer, z.record(alias, name))
		r.Source = s.place(alias)
		name = alias.target
	}
	return r, true
}

// zoneOf returns the closest zone of a name; nil if there is none.
func (s *Set) zoneOf(name resolve.Name) *zone {
	for {
		if z := s.zones[name]; z != nil || name == "." {
			return z
		}
		name = name.Parent()
	}
}

// of is the zone as a source of what is not there: the file that it begins in.
func (s *Set) of(z *zone) resolve.Source {
	from := resolve.Source{Kind: resolve.KindZone}
	if soa := z.nodes[z.apex].holds(resolve.SOA); soa != nil {
		from.Where, from.File = s.called(soa.file), s.isFile(soa)
	}
	return from
}

// found is what a zone has for a name.
type found struct {
	node      *node        // its own, or the wildcard's that stands for it; nil: it does not exist
	alias     *record      // a DNAME above it
	owner     resolve.Name // of alias
	delegated bool         // it is in another zone, below this one
}

// star is the label * in a Name.
const star = `\042`

// find goes from the apex to a name (RFC 1034, section 4.3.2).
func (z *zone) find(name resolve.Name) found {
	var path [128]resolve.Name // a name has at most 127 labels
	depth := 0
	for n := name; n != z.apex; n = n.Parent() {
		path[depth] = n
		depth++
	}
	at, owner := z.nodes[z.apex], z.apex
	for {
		if owner != z.apex && at.holds(typeNS) != nil {
			return found{delegated: true}
		}
		if depth == 0 {
			return found{node: at}
		}
		if d := at.holds(typeDNAME); d != nil {
			return found{alias: d, owner: owner}
		}
		depth--
		below := z.nodes[path[depth]]
		if below == nil {
			if owner == "." {
				return found{node: z.nodes[star]}
			}
			return found{node: z.nodes[star+"."+owner]}
		}
		at, owner = below, path[depth]
	}
}

// substituted is a name with the DNAME's owner replaced by its target (RFC 6672, section
// 2.2). It returns false if the result is too long.
func substituted(name, owner, target resolve.Name) (resolve.Name, bool) {
	labels := name
	if owner != "." {
		labels = name[:len(name)-len(owner)-1]
	}
	if target == "." {
		return labels, true
	}
	n, err := resolve.ParsePresentation(string(labels + "." + target))
	return n, err == nil
}

// record returns a record of the zone as a server sends it, with the owner that was
// asked for.
func (z *zone) record(r *record, owner resolve.Name) resolve.Record {
	rec := resolve.Record{Name: owner, Type: r.rtype, TTL: r.ttl, Addr: r.addr, Target: r.target}
	switch r.rtype {
	case resolve.SOA:
		rec.Zone, rec.MinTTL = z.soa, z.minTTL
	case resolve.SSHFP:
		rec.Print = z.prints[r.print]
	}
	return rec
}

// negative is the authority section of an answer that there is nothing.
func (z *zone) negative() []resolve.Record {
	if soa := z.nodes[z.apex].holds(resolve.SOA); soa != nil {
		return []resolve.Record{z.record(soa, z.apex)}
	}
	return nil
}
