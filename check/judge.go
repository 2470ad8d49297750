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
	f := newJudgement(facts, p)
	r := &Result{
		Schema:  Schema,
		Target:  safetext.Of(f.Target.Input).String(),
		Host:    f.host.plain,
		Name:    string(f.name),
		Port:    f.Target.Port,
		Forward: forward(f.Forward),
		Timings: f.Timings,
		Pinned:  pinned(f.Forward),
		// Empty lists, not null: readers of JSON need no second case.
		Addresses: []Address{},
		Findings:  []Finding{},
	}
	for i := range f.addresses {
		a := &f.addresses[i]
		findings := f.addressFindings(a)
		r.Findings = append(r.Findings, findings...)
		r.Addresses = append(r.Addresses, f.address(a, Worst(findings)))
		r.Verdict = r.Verdict.Worse(a.verdict)
	}
	if len(f.addresses) == 0 {
		r.Verdict = withoutAddress(f)
		r.Findings = append(r.Findings, noAddressFinding(f, r.Verdict))
	} else {
		r.Findings = append(r.Findings, forwardFindings(f)...)
	}
	if cut, ok := cutFinding(f); ok { // first: formats that tell one thing tell this of what is unknown
		r.Findings = slices.Insert(r.Findings, 0, cut)
	}
	if unseen, ok := expectationFinding(f); ok {
		r.Findings = append(r.Findings, unseen)
	}
	if f.Thorough && f.Timings.Resolve >= slow.Seconds() {
		r.Findings = append(r.Findings, aboutTarget(SlowResolve,
			fmt.Sprintf("looking up %s took %.1f s", f.host.shown, f.Timings.Resolve)))
	}
	r.Findings = append(r.Findings, affected(f)...)
	r.Findings = append(r.Findings, pinFindings(f)...)
	r.Findings = append(r.Findings, viewFindings(f)...)
	r.Findings = append(r.Findings, wayFindings(f)...)
	advise(f, r)
	r.Severity = Worst(r.Findings)
	return r
}

// addressFindings are all findings about one address, its verdict first.
func (f *judgement) addressFindings(a *judgedAddress) []Finding {
	findings := mappingFindings(f, a)
	if f.Thorough && (Worst(findings) >= Warning || a.verdict == Missing) {
		findings = append(findings, causes(f, a)...)
	}
	if f.Thorough {
		findings = append(findings, slowNames(a)...)
	}
	findings = append(findings, probeFindings(f, a)...)
	return append(findings, withheldFindings(f, a)...)
}

// judgement is a target while it is judged: the facts, what is wanted, and what
// follows from both and is needed more than once.
type judgement struct {
	Facts
	Policy
	host      parsedHost
	name      resolve.Name    // the host after the search list; empty of an address and of what is no name
	addresses []judgedAddress // one for each of Facts.Addresses
}

// judgedAddress is an address while its target is judged.
type judgedAddress struct {
	*AddressFacts
	lookup   netip.Addr // the address whose reverse name counts: lookupAddr
	verdict  Verdict
	names    []Verdict // of each of its PTRs; Confirmed: leads back
	deciding int       // which of the names made the verdict; -1: none
}

func newJudgement(facts Facts, p Policy) *judgement {
	facts.Target.parse()
	f := &judgement{Facts: facts, Policy: p, host: facts.Target.host}
	f.name = fullName(f.host, f.Forward)
	asked := askedNames(f.host, f.Forward)
	f.addresses = make([]judgedAddress, len(f.Addresses))
	for i := range f.addresses {
		f.addresses[i] = judgeAddress(asked, &f.Addresses[i])
	}
	return f
}

// leadsBack reports whether name i leads back to the address.
func (a *judgedAddress) leadsBack(i int) bool { return a.names[i].Confirms() }

// judgeAddress is the table of verdicts for one address.
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

// exempt reports whether an address, by which lookup is looked up, has no reverse
// name and need not have one.
func (a *AddressFacts) exempt(lookup netip.Addr) bool {
	return a.refused(lookup) || a.Reverse.Status.Absent() && isExempt(lookup)
}

// refused reports whether the resolver will not look up the name of a private
// address: a habit of some with the reverse zones of all of these, and it stays so.
// Silence is another matter.
func (a *AddressFacts) refused(lookup netip.Addr) bool {
	s := a.Reverse.Status
	return (s == resolve.ServFail || s == resolve.Refused) && isPrivate(lookup)
}

// worstName makes one verdict of the names', by their ranks.
func worstName(names []Verdict) (v Verdict, deciding int) {
	v, deciding = Undetermined, -1
	for i, n := range names {
		if deciding < 0 || n.row().rank < v.row().rank {
			v, deciding = n, i
		}
	}
	return v, deciding
}

// judgeName judges one PTR name as sshd and libc would: what is no host name is
// never looked up, what reads as an address is refused, the rest must lead back.
func judgeName(asked []resolve.Name, a netip.Addr, p *PTRFacts) Verdict {
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
func askedNames(h parsedHost, forward []resolve.Answer) []resolve.Name {
	names := make([]resolve.Name, 0, 1+len(forward))
	if h.name != "" {
		names = append(names, h.name)
	}
	for _, ans := range forward {
		if ans.Status == resolve.OK && ans.Source.Kind != resolve.KindLiteral {
			names = append(names, ans.Question.Name)
		}
	}
	return names
}

// fullName is the target's name after the search list, or the name as asked. An
// address has none.
func fullName(h parsedHost, forward []resolve.Answer) resolve.Name {
	if h.literal.IsValid() {
		return ""
	}
	for _, ans := range forward {
		if ans.Status == resolve.OK && strings.Contains(string(ans.Question.Name), ".") {
			return ans.Question.Name
		}
	}
	return h.name
}

// literal reports whether the target was given as an address: then only the
// reverse side can be judged.
func (f *judgement) literal() bool { return f.host.literal.IsValid() }

// withoutAddress is the verdict of a target that no address was found for: it
// has none only if every family that was asked about says so.
func withoutAddress(f *judgement) Verdict {
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

// sshdConfirms reports whether that sshd knows a client from the address by name i.
// It compares addresses as text, zone and all, and no source gives a zone.
func (a *judgedAddress) sshdConfirms(i int) bool {
	v, found := a.names[i], a.PTRs[i].asSSHD()
	return v != Numeric && v != Malformed &&
		found.Status == resolve.OK && a.Addr.Zone() == "" && leadsTo(found.Addrs, a.lookup)
}

// sshdMessage is the line that sshd's ssh_remote_hostname (packet.c since 9.8)
// logs with UseDNS yes about a client from the address. It lower-cases the
// name only after the check for a numeric one, but Name is lower case anyway.
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
	case found.Status == resolve.Skipped && lookedUp(p): // nobody knows what would have come
		return ""
	case found.Status == resolve.OK:
		return "Address " + shown + " maps to " + string(p.Name) + ", but this does not map back to the address."
	}
	return "reverse mapping checking getaddrinfo for " + string(p.Name) + " [" + shown + "] failed."
}

// address is what a Result has of an address; worst is the severity of its findings.
func (f *judgement) address(a *judgedAddress, worst Severity) Address {
	out := Address{
		Address:  a.Addr,
		Family:   strings.ToLower(resolve.FamilyOf(a.Addr).String()),
		Source:   a.Source.String(),
		Verdict:  a.verdict,
		Severity: worst,
		Reverse: Reverse{
			Status:    a.Reverse.Status,
			Source:    sourceWord(a.Reverse),
			TTL:       int(a.Reverse.TTL.Seconds()),
			Truncated: a.truncated(),
		},
		PTR:     []PTR{},
		Connect: a.Probe.connect(),
		SSH:     f.ssh(a.Probe),
		SSHD:    a.sshdMessage(),
	}
	for i, p := range a.PTRs {
		out.PTR = append(out.PTR, PTR{
			Name:      string(p.Name),
			Source:    sourceWord(p.Forward),
			Status:    p.Forward.Status,
			Addresses: append([]netip.Addr{}, p.Forward.Addrs...),
			Confirmed: a.leadsBack(i),
			Differs:   a.sshdConfirms(i) != a.leadsBack(i),
		})
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
