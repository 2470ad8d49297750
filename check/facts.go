package check

import (
	"net/netip"
	"time"

	"rdnsproxy/limits"
	"rdnsproxy/resolve"
)

// Target is who is asked about, after ssh's configuration has been applied.
type Target struct {
	Input   string // as typed
	Host    string // what is resolved: a name or an address literal
	Port    uint16
	KeyName string   // HostKeyAlias: what known_hosts is asked for, without a port; if empty, Host and Port
	Via     string   // the host behind this one, for which it is the first jump host; if empty, none
	Proxied bool     // a ProxyCommand connects: only the look-ups are this machine's
	DNS     DNSTrust // VerifyHostKeyDNS

	// Seek are fingerprints, SHA256:…, one of which is looked for behind each address even
	// if ssh would be shown another key; if empty, none.
	Seek []string

	host parsedHost // Host, parsed; by Begin, or by Judge where the facts are not from an Inquiry
}

// parsedHost is what a target's Host says.
type parsedHost struct {
	name    resolve.Name // as DNS is asked for it; empty of an address and of what is no name
	literal netip.Addr   // not valid of a name
	plain   string       // for machines, and for people to copy
	shown   string       // as texts show it
}

// parse reads Host, once.
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

// Facts is all that was found out about a target: judging needs nothing else.
type Facts struct {
	Target    Target
	Forward   []resolve.Answer // one a family; an address literal has one
	Pending   bool             // some family had not answered when the facts were taken
	Cut       bool             // the time for the target was over before all was known
	NameCut   bool             // and so before the name was looked up
	Addresses []AddressFacts   // at most limits.Addresses
	Dropped   int              // addresses beyond those
	Views     []View           // what others say
	Exhausted bool             // something was not asked because the target's questions were spent
	SSHFP     resolve.Answer   // of the host, where somebody looked behind the addresses
	Timings   Phases
	Taken     time.Time // when the facts were taken
}

// AddressFacts is what was found out about one address.
type AddressFacts struct {
	Addr        netip.Addr     // as it is dialled: with its zone, IPv4-mapped or not
	Source      resolve.Source // where the address is from
	Reverse     resolve.Answer //
	PTRs        []PTRFacts     // at most limits.PTRNames: those equal to the host first, then in bytewise order
	CutShort    bool           // the facts were taken before they were all in
	ReverseZone *resolve.Zone  // the zone that a PTR record would stand in; nil: not asked, or not found
	PTROwner    resolve.Name   // the name that a PTR record would stand at: RFC 2317 moves it
	Probe       *Probe         // what is behind the address; nil: nobody looked
}

// PTRFacts is one name that an address has.
type PTRFacts struct {
	Name    resolve.Name
	Forward resolve.Answer  // in the address's family, absolute
	Search  *resolve.Answer // as libc does it, with the search list; nil where that is known to be the same, or not asked
	Text    string          // what a hosts file calls it, where that is no DNS name
}

// truncated reports whether there are more PTR names than were looked at.
func (a *AddressFacts) truncated() bool {
	return len(a.Reverse.Names) > len(a.PTRs) && len(a.PTRs) == limits.PTRNames
}
