package check

import (
	"net/netip"
	"slices"

	"rdnsproxy/resolve"
)

// judgedAddress is one address with its verdict.
type judgedAddress struct {
	*AddressFacts
	lookup   netip.Addr // lookupAddr of the address
	verdict  Verdict
	names    []Verdict // of each of its PTRs
	deciding int       // the index of the PTR that decides the verdict; -1 if none does
}

// resolvesBack reports whether name i resolves back to the address.
func (a *judgedAddress) resolvesBack(i int) bool { return a.names[i].Confirms() }

// judgeAddress makes the verdict on one address.
func judgeAddress(asked []resolve.Name, facts *AddressFacts) judgedAddress {
	a := judgedAddress{AddressFacts: facts, lookup: lookupAddr(facts.Addr), deciding: -1}
	a.names = make([]Verdict, len(a.PTRs))
	for i := range a.PTRs {
		a.names[i] = judgeName(asked, a.lookup, &a.PTRs[i])
	}
	switch s := a.Reverse.Status; {
	case a.exempt(a.lookup):
		a.verdict = Exempt
	case s.Absent():
		a.verdict = Missing
	case s != resolve.OK:
		a.verdict = Undetermined
	default:
		a.verdict, a.deciding = worstName(a.names)
		if !a.verdict.Confirms() && a.verdict != Undetermined && (a.truncated() || a.CutShort) {
			a.verdict, a.deciding = Undetermined, -1
		}
	}
	return a
}

// exempt reports whether the address has no reverse name and needs none. lookup is its
// lookupAddr.
func (a *AddressFacts) exempt(lookup netip.Addr) bool {
	return a.refused(lookup) || a.Reverse.Status.Absent() && isExempt(lookup)
}

// refused reports whether the resolver refuses to look up the name of a private address.
// Some do so for all reverse zones of private addresses, and will do so tomorrow; a
// resolver that is silent may answer later.
func (a *AddressFacts) refused(lookup netip.Addr) bool {
	s := a.Reverse.Status
	return (s == resolve.ServFail || s == resolve.Refused) && isPrivate(lookup)
}

// worstName returns the verdict of the names that has the lowest rank, and which name has
// it.
func worstName(names []Verdict) (v Verdict, deciding int) {
	v, deciding = Undetermined, -1
	for i, n := range names {
		if deciding < 0 || n.row().rank < v.row().rank {
			v, deciding = n, i
		}
	}
	return v, deciding
}

// judgeName judges one PTR name of the address a as sshd and libc do: they never look up
// what is not a host name, refuse what reads as an address, and want any other name to
// resolve back. asked are the names that make the verdict Exact.
func judgeName(asked []resolve.Name, a netip.Addr, p *PTRFacts) Verdict {
	switch {
	case p.Text == "" && !p.Name.HostName(): // libc returns any name that a hosts file has
		return Malformed
	case p.Name == ".":
		return Unresolvable
	case p.Name.Numeric():
		return Numeric
	case p.Forward.Status == resolve.OK && containsAddr(p.Forward.Addrs, a):
		if slices.Contains(asked, p.Name) {
			return Exact
		}
		return Confirmed
	case p.Forward.Status == resolve.OK:
		return Mismatch
	case p.Forward.Status.Absent():
		return Unresolvable
	}
	return Undetermined
}

// lookedUp reports whether the addresses of a PTR name are looked up.
func lookedUp(p PTRFacts) bool {
	return p.Text != "" || p.Name.HostName() && p.Name != "." && !p.Name.Numeric()
}

// asSSHD returns what an sshd with UseDNS yes finds when it looks up the name.
func (p *PTRFacts) asSSHD() *resolve.Answer {
	if p.Search != nil {
		return p.Search
	}
	return &p.Forward
}

// sshdConfirms reports whether such an sshd knows a client from the address by name i.
// It compares addresses as text with their zones, and no source gives a zone.
func (a *judgedAddress) sshdConfirms(i int) bool {
	v, found := a.names[i], a.PTRs[i].asSSHD()
	return v != Numeric && v != Malformed &&
		found.Status == resolve.OK && a.Addr.Zone() == "" && containsAddr(found.Addrs, a.lookup)
}

// sshdMessage returns the line that sshd's ssh_remote_hostname (packet.c since 9.8)
// logs with UseDNS yes about a client from the address; empty if none. sshd puts the
// name in lower case after it has checked for a numeric one, but a Name is so already.
func (a *judgedAddress) sshdMessage() string {
	if a.deciding < 0 {
		return ""
	}
	p, v := a.PTRs[a.deciding], a.names[a.deciding]
	found := p.asSSHD()
	shown := show(a.Addr)
	if a.Addr.Zone() == "" {
		shown = a.lookup.String()
	}
	switch {
	case v == Numeric:
		return `Nasty PTR record "` + string(p.Name) + `" is set up for ` + shown + ", ignoring"
	case v == Malformed || a.sshdConfirms(a.deciding):
		return ""
	case found.Status == resolve.Skipped && lookedUp(p): // unknown: it was not looked up here
		return ""
	case found.Status == resolve.OK:
		return "Address " + shown + " maps to " + string(p.Name) + ", but this does not map back to the address."
	}
	return "reverse mapping checking getaddrinfo for " + string(p.Name) + " [" + shown + "] failed."
}
