package resolve

import (
	"slices"
	"time"

	"github.com/miekg/dns"
)

// maxChain is how many CNAMEs are followed on the way to the records.
const maxChain = 16

// trail is a CNAME chain that is being followed, over one reply or several.
type trail struct {
	end   Name   // the current end
	chain []Name // the CNAMEs up to there
	ttl   uint32 // the smallest so far
	ad    bool   // all replies had the AD bit
}

// follow follows a reply's CNAMEs from the trail's end. It returns false if the
// chain loops or is too long.
func (t *trail) follow(q Question, records []Record) bool {
	for !holds(records, t.end, q.Type) {
		i := slices.IndexFunc(records, func(r Record) bool { return r.Type == CNAME && r.Name == t.end })
		if i < 0 {
			return true
		}
		next := records[i].Target
		if len(t.chain) == maxChain || next == q.Name || slices.Contains(t.chain, next) {
			return false
		}
		t.end, t.chain, t.ttl = next, append(t.chain, next), min(t.ttl, records[i].TTL)
	}
	return true
}

// holds reports whether there is a record of that owner and type. Records of other
// owners never count, since a server may send any.
func holds(records []Record, owner Name, t Type) bool {
	return slices.ContainsFunc(records, func(r Record) bool { return r.Type == t && r.Name == owner })
}

// aside reports whether a reply has records, and all of them are about something else: of
// another owner, type or class. It says nothing about the name, neither that it has such
// records nor that it has none, for then there would be no record (RFC 2308, section 2.2).
func (r *Reply) aside(q Question) bool {
	return r.filled && r.Rcode == dns.RcodeSuccess && !holds(r.Answer, q.Name, q.Type) && !holds(r.Answer, q.Name, CNAME)
}

// read returns a reply's answer to q. If more is true, the reply lacks the end of the
// chain, which needs another query.
func (t *trail) read(q Question, r *Reply) (a *Answer, more bool) {
	t.ad = t.ad && r.Authentic
	before := len(t.chain)
	a = &Answer{Question: q, Extended: r.Extended, Chain: t.chain}
	switch {
	case r.Rcode == dns.RcodeRefused:
		a.Status = Refused
		return a, false
	case r.Rcode != dns.RcodeSuccess && r.Rcode != dns.RcodeNameError:
		a.Status = ServFail
		return a, false
	case !t.follow(q, r.Answer):
		a.Status, a.Chain = Loop, t.chain
		return a, false
	}
	a.Canonical, a.Chain, a.Authentic = t.end, t.chain, t.ad
	if t.collect(a, r.Answer) {
		a.Status, a.TTL = OK, seconds(t.ttl)
		return a, false
	}
	known := t.negative(a, r)
	return a, !known && len(t.chain) > before
}

// collect gathers the records at the trail's end.
func (t *trail) collect(a *Answer, records []Record) bool {
	found := false
	for _, r := range records {
		if r.Name != t.end || r.Type != a.Question.Type {
			continue
		}
		found = true
		t.ttl = min(t.ttl, r.TTL)
		switch r.Type {
		case A, AAAA:
			if r.Addr.IsValid() {
				a.Addrs = append(a.Addrs, r.Addr)
			}
		case PTR, CNAME:
			a.Names = append(a.Names, r.Target)
		case SOA:
			a.Zone = r.Zone
		case SSHFP:
			a.Prints = append(a.Prints, r.Print)
		}
	}
	a.Addrs, a.Names = unique(a.Addrs), unique(a.Names)
	return found
}

// unique drops repeated elements, in place.
func unique[T comparable](list []T) []T {
	if len(list) < 2 {
		return list
	}
	seen := make(map[T]bool, len(list))
	return slices.DeleteFunc(list, func(v T) bool {
		again := seen[v]
		seen[v] = true
		return again
	})
}

// negative reads NXDOMAIN, which is about the chain's end (RFC 6604, section
// 3), or NODATA. The TTL is that of RFC 2308, section 5, and 0 without a SOA. It
// returns false if the reply says nothing about the chain's end.
func (t *trail) negative(a *Answer, r *Reply) bool {
	a.Status = NoData
	if r.Rcode == dns.RcodeNameError {
		a.Status = NXDomain
	}
	for _, rec := range r.Authority {
		if rec.Type == SOA && t.end.Under(rec.Name) {
			a.Zone = rec.Zone
			a.TTL = seconds(min(t.ttl, rec.TTL, rec.MinTTL))
			return true
		}
	}
	return a.Status == NXDomain
}

func seconds(n uint32) time.Duration { return time.Duration(n) * time.Second }
