package lab

import (
	"errors"
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

var errNoRecord = errors.New("no record")

// DNSZone is a zone in text form.
type DNSZone struct {
	apex    string
	records []string
}

// Zone returns a zone with records in master file format (RFC 1035, section 5), one each:
//
//	lab.Zone("example.com", "my.example.com. 60 IN A 192.168.1.243", "www 60 CNAME my")
//
// Names without a final dot are relative to the apex, \DDD is a byte, and a record
// without a TTL has 60 seconds. A missing SOA is generated with primary server ns.APEX,
// mailbox hostmaster@APEX, and 30 s for negative answers.
func Zone(apex string, records ...string) DNSZone { return DNSZone{apex, records} }

// zone is a parsed zone.
type zone struct {
	apex string
	soa  dns.RR
	rrs  map[string][]dns.RR
}

func (d DNSZone) parse() (zone, error) {
	z := zone{apex: key(d.apex), rrs: map[string][]dns.RR{}}
	soa := fmt.Sprintf("%s 3600 IN SOA ns.%s hostmaster.%s 1 3600 600 86400 30\n", z.apex, z.dotted(), z.dotted())
	for _, text := range append([]string{soa}, d.records...) {
		parser := dns.NewZoneParser(strings.NewReader(text), z.apex, "")
		parser.SetDefaultTTL(60)
		rr, ok := parser.Next()
		if err := parser.Err(); err != nil || !ok {
			return z, fmt.Errorf("zone %s: record %q: %w", d.apex, text, errors.Join(err, errNoRecord))
		}
		if !dns.IsSubDomain(z.apex, key(rr.Header().Name)) {
			return z, fmt.Errorf("zone %s: record %q is of another zone", d.apex, text)
		}
		z.add(rr)
	}
	return z, nil
}

// dotted returns the apex with a leading dot, as the end of names below it.
func (z *zone) dotted() string {
	if z.apex == "." {
		return "invalid."
	}
	return z.apex
}

func (z *zone) add(rr dns.RR) {
	if rr.Header().Rrtype == dns.TypeSOA {
		z.soa = rr
		return
	}
	owner := key(rr.Header().Name)
	z.rrs[owner] = append(z.rrs[owner], rr)
}

// exists reports whether the name exists, if only because there are names below it
// (RFC 8020).
func (z *zone) exists(name string) bool {
	if name == z.apex || len(z.rrs[name]) > 0 {
		return true
	}
	for owner := range z.rrs {
		if strings.HasSuffix(owner, "."+name) {
			return true
		}
	}
	return false
}

// zone returns the closest enclosing zone of a name. The caller holds s.mu.
func (s *DNSServer) zone(name string) *zone {
	var best *zone
	for i := range s.zones {
		z := &s.zones[i]
		if dns.IsSubDomain(z.apex, name) && (best == nil || len(z.apex) > len(best.apex)) {
			best = z
		}
	}
	return best
}

// resolve returns the correct answer. The caller holds s.mu.
func (s *DNSServer) resolve(query *dns.Msg) *dns.Msg {
	r := new(dns.Msg).SetReply(query)
	r.RecursionAvailable = true
	if opt := query.IsEdns0(); opt != nil {
		r.SetEdns0(dns.MinMsgSize, false)
	}
	q := query.Question[0]
	name := key(q.Name)
	for range 32 { // CNAMEs
		z := s.zone(name)
		if z == nil {
			if len(r.Answer) == 0 {
				r.Rcode = dns.RcodeRefused
			}
			return r
		}
		if q.Qtype == dns.TypeSOA && name == z.apex {
			r.Answer = append(r.Answer, z.soa)
			return r
		}
		var alias *dns.CNAME
		found := false
		for _, rr := range z.rrs[name] {
			if rr.Header().Rrtype == q.Qtype {
				r.Answer, found = append(r.Answer, rr), true
			}
			if c, ok := rr.(*dns.CNAME); ok {
				alias = c
			}
		}
		switch {
		case found:
			return r
		case alias == nil:
			if !z.exists(name) {
				r.Rcode = dns.RcodeNameError
			}
			r.Ns = append(r.Ns, z.soa)
			return r
		}
		r.Answer = append(r.Answer, alias)
		name = key(alias.Target)
	}
	return r
}

// key returns a name as a map key: absolute, in lower case, with bytes escaped as
// miekg/dns escapes names that it unpacks.
func key(name string) string {
	var wire [256]byte
	n, err := dns.PackDomainName(dns.Fqdn(name), wire[:], 0, nil, false)
	if err != nil {
		return dns.CanonicalName(name)
	}
	spelled, _, err := dns.UnpackDomainName(wire[:n], 0)
	if err != nil {
		return dns.CanonicalName(name)
	}
	return dns.CanonicalName(spelled)
}
