package zones

import (
	"github.com/miekg/dns"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/resolve"
)

// What dns.ZoneParser takes, but name servers do not.

// alone notes the type of a record, and returns a Refusal if a name would have a CNAME
// record and another one (RFC 1034, section 3.6.2; RFC 2181, section 10.1), but for those
// of DNSSEC (RFC 4035, section 2.5). Name servers do not load such a file. What a server
// sends is taken as it is.
func (s *Set) alone(n *node, rr dns.RR, file uint16, line int) error {
	h := rr.Header()
	switch h.Rrtype {
	case dns.TypeRRSIG, dns.TypeNSEC, dns.TypeKEY, dns.TypeSIG, dns.TypeNXT:
		return nil
	case dns.TypeCNAME:
		first := n.holds(resolve.CNAME)
		if cname, ok := rr.(*dns.CNAME); ok && first != nil && first.target != resolve.NameOf(cname.Target) && line > 0 {
			return console.Refuse(exit.Usage, "", "%s: %s has a CNAME record in %s already, and may have only one",
				s.at(file, line), resolve.NameOf(h.Name), s.where(first))
		}
		n.alias = true
	default:
		n.data = true
	}
	if !n.alias || !n.data || line == 0 {
		return nil
	}
	other := "a record of another type"
	if len(n.records) > 0 {
		other = n.records[0].rtype.String() + " in " + s.where(&n.records[0])
	}
	return console.Refuse(exit.Usage, "remove one of them: name servers do not load such a zone", "%s: %s has a CNAME record beside others (%s), which RFC 1034 forbids",
		s.at(file, line), resolve.NameOf(h.Name), other)
}

// empty reports whether a record of those that count has no data, which dns.ZoneParser lets
// pass since it means something in dynamic updates.
func empty(rr dns.RR) bool {
	switch rr := rr.(type) {
	case *dns.A:
		return rr.A == nil
	case *dns.AAAA:
		return rr.AAAA == nil
	case *dns.PTR:
		return rr.Ptr == ""
	case *dns.CNAME:
		return rr.Target == ""
	case *dns.DNAME:
		return rr.Target == ""
	case *dns.SOA:
		return rr.Ns == ""
	}
	return false
}
