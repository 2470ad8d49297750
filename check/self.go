package check

import (
	"fmt"
	"net/netip"

	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// The codes about a client as servers see it: the inbound direction.
const (
	SelfName          Code = "self.name"
	SelfAddress       Code = "self.address"
	SelfAdmitted      Code = "self.admitted"
	SelfByNameOnly    Code = "self.by-name-only"
	SelfByAddressOnly Code = "self.by-address-only"
	SelfVaries        Code = "self.varies"
	SelfRefused       Code = "self.refused"
	SelfUnusable      Code = "self.unusable-list"
)

// selfCodes returns their rows in the table of findings.
func selfCodes() []CodeDoc {
	return []CodeDoc{
		Row(SelfName, Pass, "an sshd with UseDNS yes knows this client by a name"),
		Row(SelfAddress, Pass, "an sshd with UseDNS yes knows this client by its address only"),
		Row(SelfAdmitted, Pass, "the from= list lets this client in, whether UseDNS is on or off"),
		Row(SelfByNameOnly, Warning,
			"the from= list lets this client in by its name only, so only if UseDNS is on (it is off by default)"),
		Row(SelfByAddressOnly, Notice,
			"the from= list lets this client in if UseDNS is off, and refuses it by its name if it is on"),
		Row(SelfVaries, Warning, "the client has several names, and the from= list lets it in by only some of them"),
		Row(SelfRefused, Warning, "the from= list does not let this client in"),
		Row(SelfUnusable, Error, "sshd cannot read the from= list, so it lets nobody in"),
	}
}

// Seen is a client as an sshd with UseDNS yes sees it (packet.c,
// ssh_remote_hostname).
type Seen struct {
	Address netip.Addr // IPv4-mapped unmapped, as sshd does
	// Names are what sshd may call it. libc returns one of its names, any of them; sshd
	// uses the address if that name does not resolve back. There is always one.
	Names []string
	Log   string // what sshd logs about it; empty if nothing
}

// Named reports whether sshd always knows the client by a name, never by its address.
func (s Seen) Named() bool {
	for _, n := range s.Names {
		if n == s.Address.String() {
			return false
		}
	}
	return true
}

// SeenAs returns how an sshd sees the client whose address is the first in the result. ok
// is false if there is none.
func SeenAs(r *Result) (s Seen, ok bool) {
	if len(r.Addresses) == 0 {
		return Seen{}, false
	}
	a := r.Addresses[0]
	s = Seen{Address: a.Address.Unmap(), Log: a.SSHD}
	byAddress := len(a.PTR) == 0
	for _, p := range a.PTR {
		if p.Confirmed != p.Differs {
			s.Names = append(s.Names, p.Name)
		} else {
			byAddress = true
		}
	}
	if byAddress || a.Reverse.Truncated {
		s.Names = append(s.Names, s.Address.String())
	}
	return s, true
}

// UnaskedClient is the Result of a client that is not looked up, because the DNS servers of
// its network do not answer: Undetermined.
func UnaskedClient(a netip.Addr) *Result {
	kind := resolve.A
	if resolve.FamilyOf(a) == resolve.IPv6 {
		kind = resolve.AAAA
	}
	source := resolve.Source{Kind: resolve.KindLiteral}
	return Judge(Facts{
		Target: Target{Input: a.String(), Host: a.String(), Port: 22},
		Forward: []resolve.Answer{{
			Question: resolve.Question{Type: kind}, Status: resolve.OK, Addrs: []netip.Addr{a}, Source: source,
		}},
		Addresses: []AddressFacts{{Addr: a, Source: source, Reverse: resolve.Answer{Status: resolve.Skipped}}},
	}, Policy{})
}

// Admission is whether a from= list lets a client in.
type Admission struct {
	WithDNS    bool   // with UseDNS yes, by each name that sshd may call it
	WithoutDNS bool   // with UseDNS no, the default
	Varies     bool   // with UseDNS yes, it depends on which name libc returns
	Usable     bool   // sshd can parse the list
	Why        string // a clause; safe to print
}

// Admits matches a client against a from="PATTERN,…" list of authorized_keys exactly as
// sshd does.
func Admits(from string, s Seen, match PatternList) Admission {
	without := admits(from, s.Address.String(), s.Address, match)
	ad := Admission{WithDNS: true, WithoutDNS: without == admitted, Usable: without != unusable}
	if !ad.Usable {
		ad.WithDNS = false
		ad.Why = "an entry is empty, or a network has host bits set"
		return ad
	}
	some, forbidden, culprit := false, without == negated, s.Address.String()
	for _, name := range s.Names {
		switch admits(from, name, s.Address, match) {
		case admitted:
			some = true
		case negated:
			if without != negated {
				culprit = name
			}
			forbidden, ad.WithDNS = true, false
		default:
			ad.WithDNS = false
		}
	}
	ad.Varies = some && !ad.WithDNS
	switch {
	case forbidden:
		ad.Why = "a pattern with ! matches " + shortName(culprit)
	case ad.WithoutDNS:
		ad.Why = "it matches the address " + show(s.Address)
	case some:
		ad.Why = "it matches a name, not the address " + show(s.Address)
	default:
		ad.Why = "nothing in it matches " + show(s.Address)
		if s.Named() {
			ad.Why += " or " + shortName(s.Names[0])
		}
	}
	return ad
}

// SelfFindings returns how servers see the client whose address is the first in the
// result: the name that they know it by and, if from is not empty, whether that list lets
// it in. The caller adds them to the findings of the result.
func SelfFindings(r *Result, from string, match PatternList) []Finding {
	s, ok := SeenAs(r)
	if !ok {
		return nil
	}
	fs := []Finding{s.finding(r.Addresses[0].Address)}
	if from == "" {
		return fs
	}
	return append(fs, Admits(from, s, match).finding(r.Addresses[0].Address))
}

// shortName returns a name or an address as texts show it.
func shortName(n string) string {
	if a, err := netip.ParseAddr(n); err == nil {
		return show(a)
	}
	return safetext.Cut(safetext.Name(n), maxName)
}

// finding says what a server calls the client. The line in the server's log is in the
// result's sshd_message, and in the advice of the mapping's finding.
func (s Seen) finding(a netip.Addr) Finding {
	shown := shortName(s.Names[0])
	switch {
	case s.Named() && len(s.Names) == 1:
		return NewFinding(SelfName, a, fmt.Sprintf("an sshd with UseDNS yes knows %s as %s", show(a), shown))
	case len(s.Names) > 1:
		var names []string
		for _, n := range s.Names {
			names = append(names, shortName(n))
		}
		return NewFinding(SelfName, a, fmt.Sprintf("an sshd with UseDNS yes knows %s by one of these, at random: %s",
			show(a), list(names)))
	case s.Log != "":
		return NewFinding(SelfAddress, a,
			fmt.Sprintf("an sshd with UseDNS yes complains about the reverse name of %s, and knows it by its address",
				show(a)))
	}
	return NewFinding(SelfAddress, a, fmt.Sprintf("an sshd with UseDNS yes knows %s by its address", show(a)))
}

// finding says whether the list lets in the client with the address a.
func (ad Admission) finding(a netip.Addr) Finding {
	found := func(c Code, text string) Finding { return NewFinding(c, a, text+": "+ad.Why) }
	switch {
	case !ad.Usable:
		return found(SelfUnusable, "sshd cannot read the from= list, so it lets nobody in")
	case ad.Varies:
		return found(SelfVaries, "where UseDNS is on, the from= list lets this client in by some of its names only")
	case ad.WithDNS && ad.WithoutDNS:
		return found(SelfAdmitted, "the from= list lets this client in")
	case ad.WithDNS:
		return found(SelfByNameOnly,
			"the from= list lets this client in only where UseDNS is on (it is off by default)")
	case ad.WithoutDNS:
		return found(SelfByAddressOnly,
			"the from= list lets this client in only where UseDNS is off (as it is by default)")
	}
	return found(SelfRefused, "the from= list does not let this client in")
}
