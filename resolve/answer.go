package resolve

import (
	"net/netip"
	"strconv"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/safetext"
)

// Type is a DNS record type (RFC 1035, section 3.2.2).
type Type uint16

// The types that are asked for.
const (
	A     Type = 1
	CNAME Type = 5
	SOA   Type = 6
	PTR   Type = 12
	AAAA  Type = 28
	SSHFP Type = 44 // RFC 4255
)

func (t Type) String() string {
	switch t {
	case A:
		return "A"
	case CNAME:
		return "CNAME"
	case SOA:
		return "SOA"
	case PTR:
		return "PTR"
	case AAAA:
		return "AAAA"
	case SSHFP:
		return "SSHFP"
	}
	return "TYPE" + strconv.Itoa(int(t)) // RFC 3597, section 5
}

// Family is the family of the addresses that records of type A or AAAA hold.
func (t Type) Family() Family {
	switch t {
	case A:
		return IPv4
	case AAAA:
		return IPv6
	}
	return AnyFamily
}

// Question is what a server is asked; the class is always IN.
type Question struct {
	Name Name
	Type Type
}

// Answer is the outcome of one lookup. Failures are answers too: lookups return
// no error.
type Answer struct {
	Question  Question // the one that was answered, after the search list
	Status    Status
	Source    Source
	Addrs     []netip.Addr // of A and AAAA, in the order of the answer, each once
	Names     []Name       // of PTR, in the order of the answer, each once; from a hosts file: its canonical name
	Canonical Name         // the owner of the records at the end of the chain; or a hosts line's first name
	Chain     []Name       // the CNAMEs that were followed; the last one is Canonical
	Zone      *Zone        // from the SOA of a negative answer, or of an answer to SOA
	// TTL is the smallest of the chain; of a negative answer, min(SOA TTL, MINIMUM) (RFC 2308, section 5).
	TTL       time.Duration
	Authentic bool          // the AD bit, if the resolver is trusted (trust-ad)
	Pins      []Pin         // the hosts lines used that rdnsproxy has written
	ClaimedAD bool          // the AD bit, trusted or not
	Prints    []Fingerprint // of SSHFP
	Extended  safetext.Text // RFC 8914: display only, it is unauthenticated
	Text      string        // from a hosts file: the name as written there, if it differs from the Name
	Took      time.Duration
}

// Pin is a hosts line that rdnsproxy has written.
type Pin struct {
	Addr   netip.Addr
	Note   hostsfile.Note
	Source Source
}

// Fingerprint is an SSHFP record (RFC 4255, section 3.1).
type Fingerprint struct {
	Algorithm uint8  // 1 RSA, 2 DSA, 3 ECDSA, 4 Ed25519, 6 Ed448
	Digest    uint8  // 1 SHA-1, 2 SHA-256
	Sum       string // the digest's bytes
}

// Zone is what a SOA record says about who runs a zone.
type Zone struct {
	Apex    Name          // the zone
	Primary Name          // MNAME, its primary server
	Mailbox safetext.Text // RNAME as a mail address (RFC 1035, section 8); empty if there is none
}

// Family limits a lookup to one address family.
type Family uint8

// The families; ssh's AddressFamily any, inet and inet6.
const (
	AnyFamily Family = iota
	IPv4
	IPv6
)

// FamilyOf is the family of an address; an IPv4-mapped one is IPv4.
func FamilyOf(a netip.Addr) Family {
	if a.Unmap().Is4() {
		return IPv4
	}
	return IPv6
}

// String is IPv4 or IPv6, or any.
func (f Family) String() string {
	switch f {
	case IPv4:
		return "IPv4"
	case IPv6:
		return "IPv6"
	}
	return "any"
}

// Scope chooses the sources of a lookup.
type Scope uint8

const (
	System  Scope = iota // nsswitch's order: what ssh gets
	DNSOnly              // DNS alone, without the hosts file and other modules
)
