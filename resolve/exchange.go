package resolve

import (
	"context"
	"net/netip"

	"rdnsproxy/safetext"
)

// Exchanger asks one server one question, once: no retry, no cache, no policy.
// It has a timeout of its own and ends with ctx. It returns an error if no valid
// reply came; an rcode is not an error. plain asks without EDNS.
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
	Source    Source        // where it is from; zero: the server
	Lame      bool          // it is empty, and its server is neither authoritative nor recursive

	opt    bool // it has an OPT record (RFC 6891)
	stray  bool // such a record is all that the answer section holds
	plain  bool // it answers the query without EDNS of a pair
	filled bool // its answer section has records, of whatever type and class
}

// Record is one resource record of a Reply. The type says which of the last fields
// are set.
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
