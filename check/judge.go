package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// Policy is what is wanted of the judgement. The zero Policy judges by the table of
// verdicts alone.
type Policy struct {
	ExpectKeys  []string // fingerprints, SHA256:…, of which an address has to show one; if none, any key will do
	RequireName bool     // a name that leads back but is another than the one asked for is a warning; literals apart

	// Own says of a name, in any case, whether it is one of this machine's own,
	// which get no hosts line. It is asked only where a line would be suggested.
	// If nil, only localhost and what is below it is.
	Own func(name string) bool

	HostsPath string  // the hosts file that a suggested line is for; if empty, none is suggested
	Client    *Client // who on this machine would notice a mapping that is off; if nil, it is not said

	// Thorough wants to know what a person does, but a login should not wait for: likely
	// causes, who keeps the reverse zone, what libc's search list makes of a name, and
	// which lookups are slow.
	Thorough bool
}

// Judge turns facts into a verdict per address, the target's verdict, and
// findings with their advice. It is pure: equal facts give equal results.
func Judge(facts Facts, p Policy) *Result {
	f := &facts
	r := &Result{
		Schema:  Schema,
		Target:  safetext.Of(f.Target.Input).String(),
		Host:    PlainHost(f.Target.Host),
		Name:    nameOf(f),
		Port:    f.Target.Port,
		Forward: forward(f.Forward),
		Timings: phases(f.Timings),
		Pinned:  pinned(f.Forward),
		// Empty lists, not null: readers of JSON need no second case.
		Addresses: []Address{},
		Findings:  []Finding{},
	}
	mappings := mappingsOf(f)
	for i, m := range mappings {
		a := &f.Addresses[i]
		findings := mappingFindings(f, a, m, p)
		if p.Thorough && (Worst(findings) >= Warning || m.verdict == Missing) {
			findings = append(findings, causes(f, a, m)...)
		}
		if p.Thorough {
			findings = append(findings, slowNames(a)...)
		}
		findings = append(findings, probeFindings(f, a, p)...)
		findings = append(findings, withheldFindings(f, a, p)...)
		r.Findings = append(r.Findings, findings...)
		judgement := address(a, m, Worst(findings))
		judgement.Connect, judgement.SSH = a.Probe.connect(), f.ssh(a.Probe)
		r.Addresses = append(r.Addresses, judgement)
		r.Verdict = r.Verdict.Worse(m.verdict)
	}
	if len(f.Addresses) == 0 {
		r.Verdict = withoutAddress(f)
		r.Findings = append(r.Findings, noAddressFinding(f, r.Verdict))
	} else {
		r.Findings = append(r.Findings, forwardFindings(f)...)
	}
	if cut, ok := cutFinding(f); ok { // first: formats that tell one thing tell this of what is unknown
		r.Findings = slices.Insert(r.Findings, 0, cut)
	}
	if unseen, ok := expectationFinding(f, p); ok {
		r.Findings = append(r.Findings, unseen)
	}
	if p.Thorough && f.Timings.Resolve >= slow {
		r.Findings = append(r.Findings, aboutTarget(SlowResolve,
			fmt.Sprintf("looking up %s took %.1f s", displayHost(f.Target.Host), f.Timings.Resolve.Seconds())))
	}
	r.Findings = append(r.Findings, affected(f, p.Client, mappings)...)
	r.Findings = append(r.Findings, pinFindings(f, p)...)
	r.Findings = append(r.Findings, viewFindings(f)...)
	r.Findings = append(r.Findings, wayFindings(f)...)
	advise(f, r, p)
	r.Severity = Worst(r.Findings)
	return r
}

// nameOf is the target's full name; an address has none.
func nameOf(f *Facts) string {
	if f.literal() {
		return ""
	}
	return string(fullName(f))
}

// mapping is what the names of one address amount to.
type mapping struct {
	verdict Verdict
	names   []Verdict // of each of the address's PTRs; Confirmed: leads back
	decides int       // which of the names made the verdict; -1: none
}

// mappingsOf weighs the target's addresses.
func mappingsOf(f *Facts) []mapping {
	asked := askedNames(f.Target, f.Forward)
	all := make([]mapping, len(f.Addresses))
	for i := range all {
		all[i] = weigh(asked, &f.Addresses[i])
	}
	return all
}

// leadsBack reports whether name i leads back to the address.
func (m mapping) leadsBack(i int) bool { return m.names[i].Confirms() }

// weigh is the table of verdicts for one address.
func weigh(asked []resolve.Name, a *AddressFacts) mapping {
	m := mapping{names: make([]Verdict, len(a.PTRs)), decides: -1}
	for i := range a.PTRs {
		m.names[i] = weighName(asked, judged(a.Addr), &a.PTRs[i])
	}
	switch s := a.Reverse.Status; {
	case a.refused():
		m.verdict = Exempt
	case s.Absent() && isExempt(judged(a.Addr)):
		m.verdict = Exempt
	case s.Absent():
		m.verdict = Missing
	case s != resolve.OK:
		m.verdict = Undetermined
	default:
		m.verdict, m.decides = m.worstName()
		if !m.verdict.Confirms() && m.verdict != Undetermined && (a.truncated() || a.CutShort) {
			m.verdict, m.decides = Undetermined, -1
		}
	}
	return m
}

// refused reports whether the resolver will not look up the name of a private
// address: a habit of some with the reverse zones of all of these, and it stays so.
// Silence is another matter.
func (a *AddressFacts) refused() bool {
	s := a.Reverse.Status
	return (s == resolve.ServFail || s == resolve.Refused) && isPrivate(judged(a.Addr))
}

// worstName makes one verdict of the names', by their ranks.
func (m mapping) worstName() (Verdict, int) {
	verdict, decides := Undetermined, -1
	for i, v := range m.names {
		if decides < 0 || v.row().rank < verdict.row().rank {
			verdict, decides = v, i
		}
	}
	return verdict, decides
}

// weighName judges one PTR name as sshd and libc would: what is no host name is
// never looked up, what reads as an address is refused, the rest must lead back.
func weighName(asked []resolve.Name, a netip.Addr, p *PTRFacts) Verdict {
	switch {
	case p.Text == "" && !p.Name.HostName(): // a hosts file's name is handed out whatever it is
		return Malformed
	case p.Name == ".":
		return Unresolvable
	case p.Name.Numeric():
		return Numeric
	case p.Forward.Status == resolve.OK && leadsTo(p.Forward.Addrs, a):
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

// lookedUp reports whether a PTR name is worth a query for its addresses.
func lookedUp(p PTRFacts) bool {
	return p.Text != "" || p.Name.HostName() && p.Name != "." && !p.Name.Numeric()
}

// askedNames are the names that make a verdict exact: the host as it was asked
// for and what the search list made of it. A literal has none.
func askedNames(t Target, forward []resolve.Answer) []resolve.Name {
	names := make([]resolve.Name, 0, 1+len(forward))
	if n, err := resolve.ParseName(t.Host); err == nil && !t.literal() {
		names = append(names, n)
	}
	for _, ans := range forward {
		if ans.Status == resolve.OK && ans.Source.Kind != resolve.KindLiteral {
			names = append(names, ans.Question.Name)
		}
	}
	return names
}

// literal reports whether the target was given as an address: then only the
// reverse side can be judged.
func (f *Facts) literal() bool { return f.Target.literal() }

func (t Target) literal() bool {
	_, ok := resolve.ParseLiteral(t.Host)
	return ok
}

// withoutAddress is the verdict of a target that no address was found for: it
// has none only if every family that was asked about says so.
func withoutAddress(f *Facts) Verdict {
	if len(f.Forward) == 0 || f.Pending {
		return Undetermined
	}
	for _, ans := range f.Forward {
		if ans.Status.Temporary() {
			return Undetermined
		}
	}
	return NoAddress
}

// asSSHD is what an sshd with UseDNS yes finds where the name leads.
func (p *PTRFacts) asSSHD() *resolve.Answer {
	if p.Search != nil {
		return p.Search
	}
	return &p.Forward
}

// sshdConfirms reports whether that sshd knows a client from a by the name. It
// compares addresses as text, zone and all, and no source gives a zone.
func (p *PTRFacts) sshdConfirms(a netip.Addr, v Verdict) bool {
	found := p.asSSHD()
	return v != Numeric && v != Malformed && found.Status == resolve.OK && a.Zone() == "" && leadsTo(found.Addrs, judged(a))
}

// sshdMessage is the line that sshd's ssh_remote_hostname (packet.c since 9.8)
// logs with UseDNS yes about a client from a whose name is p. It lower-cases the
// name only after the check for a numeric one, but Name is lower case anyway.
func sshdMessage(a netip.Addr, p PTRFacts, v Verdict) string {
	found := p.asSSHD()
	shown := show(a)
	if a.Zone() == "" {
		shown = judged(a).String()
	}
	switch {
	case v == Numeric:
		return `Nasty PTR record "` + string(p.Name) + `" is set up for ` + shown + ", ignoring"
	case v == Malformed || p.sshdConfirms(a, v):
		return ""
	case found.Status == resolve.Skipped && lookedUp(p): // nobody knows what would have come
		return ""
	case found.Status == resolve.OK:
		return "Address " + shown + " maps to " + string(p.Name) + ", but this does not map back to the address."
	}
	return "reverse mapping checking getaddrinfo for " + string(p.Name) + " [" + shown + "] failed."
}

func address(a *AddressFacts, m mapping, worst Severity) Address {
	out := Address{
		Address:  a.Addr,
		Family:   family(a.Addr),
		Source:   a.Source.String(),
		Verdict:  m.verdict,
		Severity: worst,
		Reverse: Reverse{
			Status:    a.Reverse.Status,
			Source:    sourceWord(a.Reverse),
			TTL:       int(a.Reverse.TTL.Seconds()),
			Truncated: a.truncated(),
		},
		PTR: []PTR{},
	}
	for i, p := range a.PTRs {
		out.PTR = append(out.PTR, PTR{
			Name:      string(p.Name),
			Source:    sourceWord(p.Forward),
			Status:    p.Forward.Status,
			Addresses: append([]netip.Addr{}, p.Forward.Addrs...),
			Confirmed: m.leadsBack(i),
			Differs:   p.sshdConfirms(a.Addr, m.names[i]) != m.leadsBack(i),
		})
	}
	if m.decides >= 0 {
		out.SSHD = sshdMessage(a.Addr, a.PTRs[m.decides], m.names[m.decides])
	}
	return out
}

func forward(answers []resolve.Answer) Forward {
	var f Forward
	found := false
	for i, ans := range answers {
		if ans.Question.Type == resolve.AAAA {
			f.AAAA = ans.Status
		} else {
			f.A = ans.Status
		}
		// What is said of the family that has addresses stands for both.
		if i == 0 || ans.Status == resolve.OK && !found {
			f.Canonical, f.Source, f.TTL = string(ans.Canonical), sourceWord(ans), int(ans.TTL.Seconds())
			f.Chain = nil
			for _, n := range ans.Chain {
				f.Chain = append(f.Chain, string(n))
			}
		}
		found = found || ans.Status == resolve.OK
	}
	return f
}

// place is a source as sentences name it: a line of a hosts file as everything else
// names a line, other sources as they stand in the evidence.
func place(source string) string {
	return strings.TrimPrefix(source, string(resolve.KindHosts)+":")
}

// sourceWord is empty where nothing was asked.
func sourceWord(a resolve.Answer) string {
	if a.Status == resolve.Skipped || a.Source == (resolve.Source{}) {
		return ""
	}
	return a.Source.String()
}

// leadsTo reports whether a, which is unmapped and without a zone, is among addrs.
func leadsTo(addrs []netip.Addr, a netip.Addr) bool {
	return slices.ContainsFunc(addrs, func(b netip.Addr) bool { return b.WithZone("").Unmap() == a })
}

func unmapped(as []netip.Addr) []netip.Addr {
	out := make([]netip.Addr, len(as))
	for i, a := range as {
		out[i] = a.WithZone("").Unmap()
	}
	return out
}
