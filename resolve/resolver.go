package resolve

import (
	"context"
	"iter"
	"net/netip"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/safetext"
)

// Resolver answers as the system would. A zero Resolver reads the system's own
// configuration at its first look-up. It is safe for many goroutines; equal
// questions that are outstanding share one flight.
type Resolver struct {
	Config *Config         // if nil, System()
	Hosts  *hostsfile.File // if nil, the system's hosts file
	Wire   Exchanger       // if nil, a Mux of its own
}

// Exchanger asks one server one question, once: no retry, no cache, no policy.
// Its error says that no valid reply came; an rcode is no error.
type Exchanger interface {
	Exchange(ctx context.Context, server netip.AddrPort, q Question) (Reply, error)
}

// Reply is a validated answer, decoded and compact.
type Reply struct {
	Rcode     int
	Authentic bool
	Answer    []Record
	Authority []Record
	Extended  safetext.Text // RFC 8914
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
}

// Addresses yields the answers for a host as a person or ssh wrote it, one a
// family, each as it arrives, so that dialling need not wait for the slower.
func (r *Resolver) Addresses(ctx context.Context, host string, f Family, s Scope) iter.Seq[Answer] {
	panic("not yet")
}

// Forward looks up the addresses of an absolute name in one family (IPv4 or
// IPv6), without the search list.
func (r *Resolver) Forward(ctx context.Context, name Name, f Family, s Scope) Answer {
	panic("not yet")
}

// Search is Forward as libc's getaddrinfo does it: with the search list.
func (r *Resolver) Search(ctx context.Context, name Name, f Family, s Scope) Answer {
	panic("not yet")
}

// Reverse looks up the names of an address.
func (r *Resolver) Reverse(ctx context.Context, a netip.Addr, s Scope) Answer {
	panic("not yet")
}

// Zone finds the zone that holds name, and who keeps it, by asking DNS for SOA
// upwards from name. nil: it could not be found.
func (r *Resolver) Zone(ctx context.Context, name Name) *Zone {
	panic("not yet")
}

var _ = time.Second
