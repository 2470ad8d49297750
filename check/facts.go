package check

import (
	"net/netip"
	"time"

	"rdnsproxy/limits"
	"rdnsproxy/resolve"
)

// Target is a host to check, after ssh's configuration has been applied.
type Target struct {
	Input   string // as typed
	Host    string // to be resolved: a name, or an address in any form that getaddrinfo takes
	Port    uint16
	KeyName string   // HostKeyAlias: the name to look up in known_hosts, without a port; if empty, Host and Port
	Via     string   // this host is the first jump host on the way to Via; empty if it is not one
	Proxied bool     // a ProxyCommand connects, so this machine only makes the lookups
	Far     bool     // a proxy on the way looks the name up itself: whether it has an address here decides nothing
	DNS     DNSTrust // VerifyHostKeyDNS

	// Address is the one that the name is said to have, of a pair of the two: the others are
	// not checked. If it is not valid, all are.
	Address netip.Addr

	// Seek has fingerprints, SHA256:…. The Prober looks for a key with one of them at
	// each address, even if ssh would be shown another key.
	Seek []string

	host parsedHost // set by parse: by Begin, or by Judge for facts from elsewhere
}

// wants reports whether an address of the target is to be checked.
func (t *Target) wants(a netip.Addr) bool {
	return !t.Address.IsValid() || a.Unmap().WithZone("") == t.Address.Unmap()
}

// parsedHost is Target.Host, parsed.
type parsedHost struct {
	name    resolve.Name // as DNS is queried for it; empty if Host is an address, or not a name
	literal netip.Addr   // not valid if Host is not an address
	plain   string       // for JSON, and for people to copy: PlainHost
	shown   string       // as texts show it: displayHost
}

// parse parses Host, once.
func (t *Target) parse() {
	if t.host.plain != "" {
		return
	}
	t.host = parsedHost{plain: PlainHost(t.Host), shown: displayHost(t.Host)}
	if a, literal := resolve.ParseLiteral(t.Host); literal {
		t.host.literal = a
	} else if n, err := resolve.ParseName(t.Host); err == nil {
		t.host.name = n
	}
}

// Facts is everything that was found out about a target. With a Policy, it is all that
// Judge needs.
type Facts struct {
	Target    Target
	Forward   []resolve.Answer // one for each family; one in all for an address literal
	Pending   bool             // a family had not answered when the facts were taken
	Cut       bool             // the time for the target ended before everything was known
	NameCut   bool             // it ended before the name was looked up
	Addresses []AddressFacts   // at most limits.Addresses
	Dropped   int              // how many addresses there were beyond those
	Views     []View           // other answers to compare with
	Expanded  []Expansion      // names that Kerberos looks up beside the host's
	Exhausted bool             // lookups were left out: the target's budget of questions was used up
	SSHFP     resolve.Answer   // of the host; a zero Answer if there was no Prober
	Timings   Phases
	Taken     time.Time // when the facts were taken
}

// AddressFacts is everything that was found out about one address.
type AddressFacts struct {
	Addr        netip.Addr     // as it is dialled: with its zone, IPv4-mapped or not
	Source      resolve.Source // of the address
	Reverse     resolve.Answer // the reverse lookup
	PTRs        []PTRFacts     // at most limits.PTRNames: those equal to the host first, then in bytewise order
	CutShort    bool           // the facts were taken before they were complete
	ReverseZone *resolve.Zone  // the zone that a PTR record would stand in; nil if not looked up, or not found
	PTROwner    resolve.Name   // the owner of that record, which RFC 2317 moves; empty if not looked up
	Probe       *Probe         // nil if nobody has connected
}

// PTRFacts is one name of an address.
type PTRFacts struct {
	Name    resolve.Name
	Forward resolve.Answer  // its addresses of the address's family, looked up without the search list
	Search  *resolve.Answer // the same as libc does it, with the search list; nil if equal, or not looked up
	Text    string          // the name as a hosts file has it, if that is not a name of DNS; else empty
}

// truncated reports whether there are more PTR names than were checked.
func (a *AddressFacts) truncated() bool {
	return len(a.Reverse.Names) > len(a.PTRs) && len(a.PTRs) == limits.PTRNames
}
