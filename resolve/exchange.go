package resolve

import (
	"context"
	"net/netip"

	"rdnsproxy/safetext"
)

// Exchanger asks one server one question, once: no retry, no cache, no policy.
// It ends within a time-out of its own, and when ctx does. Its error says that
// no valid reply came; an rcode is no error. plain asks without EDNS.
type Exchanger interface {
	Exchange(ctx context.Context, server Server, q Question, plain bool) (Reply, error)
}

// Reply is a validated answer, decoded and compact.
type Reply struct {
	Rcode     int
	Authentic bool
	Answer    []Record
	Authority []Record
	Extended  safetext.Text // RFC 8914
	Lame      bool          // it says nothing, and is from a server that neither has the zone nor looks names up for others

	opt   bool // it has an OPT record (RFC 6891)
	stray bool // such a record is all that stands in the answer section
	plain bool // it answers a query without EDNS that was sent beside one with it
}

// Record is one resource record of a Reply; which of the last fields is set
// depends on the type.
type Record struct {
	Name   Name
	Type   Type
	TTL    uint32
	Addr   netip.Addr // A, AAAA
	Target Name       // PTR, CNAME
	Zone   *Zone      // SOA
	MinTTL uint32     // SOA's MINIMUM
	Print  Fingerprint
}
