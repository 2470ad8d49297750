package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// Policy is how to judge. The zero Policy judges by the table of verdicts alone.
type Policy struct {
	// ExpectKeys has fingerprints, SHA256:…. Each address has to show a host key with one
	// of them. If it is empty, any key will do.
	ExpectKeys []string

	// RequireName makes the verdict Confirmed a warning, unless the target is an address.
	RequireName bool

	// Own reports whether a name, in any case, is one of this machine's own names, which
	// get no hosts line. It is called only if a line would be suggested. If nil, the own
	// names are localhost and the names below it.
	Own func(name string) bool

	// CompareZones compares only what zones hold (resolve.Resolver.Zones) with the answers
	// of Checker.Compare: whether they differ is the question, so a difference is a warning.
	CompareZones bool

	HostsPath string  // the hosts file to suggest lines for; if empty, none are suggested
	Client    *Client // this machine's configuration, to say who is affected; if nil, that is not said

	// Thorough adds what a person wants to know, but a login should not wait for: likely
	// causes, who runs the reverse zone, what libc's search list makes of a PTR name, and
	// which lookups are slow. An Inquiry makes the lookups for it.
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
		Forward: f.forward(),
		Timings: f.Timings,
		Pinned:  pinned(f.Forward),
		// Empty lists, not null: readers of JSON need no second case.
		Addresses: make([]Address, 0, len(f.addresses)),
		Findings:  make([]Finding, 0, 1+len(f.addresses)),
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
	if cut, ok := cutFinding(f); ok { // first: formats that show one finding of a severity show this one
		r.Findings = slices.Insert(r.Findings, 0, cut)
	}
	if unseen, ok := expectationFinding(f); ok {
		r.Findings = append(r.Findings, unseen)
	}
	if f.Thorough && f.Timings.Resolve >= slow.Seconds() {
		r.Findings = append(r.Findings, aboutTarget(SlowResolve,
			fmt.Sprintf("looking up %s took %.1f s", f.host.shown, f.Timings.Resolve)))
	}
	r.Tickets = f.tickets()
	r.Findings = append(r.Findings, affected(f, r.Tickets)...)
	r.Findings = append(r.Findings, pinFindings(f)...)
	r.Findings = append(r.Findings, viewFindings(f)...)
	r.Findings = append(r.Findings, pathFindings(f)...)
	advise(f, r)
	f.place(r.Findings)
	r.Severity = Worst(r.Findings)
	return r
}

// addressFindings returns all findings about one address, the verdict first.
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

// judgement is what Judge works on: the facts, the policy, and what is derived from them
// once because several findings need it.
type judgement struct {
	Facts
	Policy
	host      parsedHost
	name      resolve.Name    // the host's name after the search list; empty if it has none
	addresses []judgedAddress // one for each of Facts.Addresses, in their order
	sources   []sourceText    // those that were put into words
}

// sourceText is a source and its words, which most answers of a target share.
type sourceText struct {
	resolve.Source
	text string
}

// word is the source in words.
func (f *judgement) word(s resolve.Source) string {
	for i := range f.sources {
		if f.sources[i].Source == s {
			return f.sources[i].text
		}
	}
	f.sources = append(f.sources, sourceText{s, s.String()})
	return f.sources[len(f.sources)-1].text
}

// sourceWord is sourceWord, of one of the facts' answers.
func (f *judgement) sourceWord(a *resolve.Answer) string {
	if a.Status == resolve.Skipped || a.Source == (resolve.Source{}) {
		return ""
	}
	return f.word(a.Source)
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

// askedNames returns the names that make a verdict Exact: the host as it was asked
// for, and what the search list made of it. An address has none.
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

// fullName returns the target's name after the search list, or the name as it was asked
// for. An address has none.
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

// literal reports whether the target was given as an address: then only its reverse
// mapping can be judged.
func (f *judgement) literal() bool { return f.host.literal.IsValid() }

// withoutAddress is the verdict on a target without addresses: NoAddress only if
// every family that was looked up says so, and ssh needs an address here.
func withoutAddress(f *judgement) Verdict {
	if len(f.Forward) == 0 || f.Pending || f.Target.Far {
		return Undetermined
	}
	for _, ans := range f.Forward {
		if ans.Status.Temporary() {
			return Undetermined
		}
	}
	return NoAddress
}

// address returns the address for the Result. worst is the severity of its findings.
func (f *judgement) address(a *judgedAddress, worst Severity) Address {
	out := Address{
		Address:  a.Addr,
		Family:   familyWord(a.Addr),
		Source:   f.word(a.Source),
		Verdict:  a.verdict,
		Severity: worst,
		Reverse: Reverse{
			Status:    a.Reverse.Status,
			Source:    f.sourceWord(&a.Reverse),
			TTL:       int(a.Reverse.TTL.Seconds()),
			Truncated: a.truncated(),
		},
		PTR:     make([]PTR, 0, len(a.PTRs)),
		Connect: a.Probe.connect(),
		SSH:     f.ssh(a.Probe),
		SSHD:    a.sshdMessage(),
	}
	out.Reverse.Zone, out.Reverse.Contact = a.operator()
	for i := range a.PTRs {
		p := &a.PTRs[i]
		out.PTR = append(out.PTR, PTR{
			Name:      string(p.Name),
			Source:    f.sourceWord(&p.Forward),
			Status:    p.Forward.Status,
			Addresses: append([]netip.Addr{}, p.Forward.Addrs...),
			Confirmed: a.resolvesBack(i),
			Differs:   a.sshdConfirms(i) != a.resolvesBack(i),
		})
	}
	return out
}

// familyWord is the family of an address in JSON.
func familyWord(a netip.Addr) string {
	if resolve.FamilyOf(a) == resolve.IPv4 {
		return "ipv4"
	}
	return "ipv6"
}

// forward tells how the target's name was looked up.
func (j *judgement) forward() Forward {
	var f Forward
	found := false
	for i := range j.Forward {
		ans := &j.Forward[i]
		if ans.Question.Type == resolve.AAAA {
			f.AAAA = ans.Status
		} else {
			f.A = ans.Status
		}
		// The family that has addresses speaks for both.
		if i == 0 || ans.Status == resolve.OK && !found {
			f.Canonical, f.Source, f.TTL = string(ans.Canonical), j.sourceWord(ans), int(ans.TTL.Seconds())
			f.Chain = nil
			for _, n := range ans.Chain {
				f.Chain = append(f.Chain, string(n))
			}
		}
		found = found || ans.Status == resolve.OK
	}
	return f
}

// place is a source as texts name it: a line of a hosts file as FILE:LINE, any other
// source as in the JSON.
func place(source string) string {
	return strings.TrimPrefix(source, string(resolve.KindHosts)+":")
}

// sourceWord is the source of an answer; empty if nothing was looked up.
func sourceWord(a resolve.Answer) string {
	if a.Status == resolve.Skipped || a.Source == (resolve.Source{}) {
		return ""
	}
	return a.Source.String()
}

// containsAddr reports whether a, a lookupAddr, is among addrs.
func containsAddr(addrs []netip.Addr, a netip.Addr) bool {
	return slices.ContainsFunc(addrs, func(b netip.Addr) bool { return b.WithZone("").Unmap() == a })
}

func unmapped(as []netip.Addr) []netip.Addr {
	out := make([]netip.Addr, len(as))
	for i, a := range as {
		out[i] = a.WithZone("").Unmap()
	}
	return out
}
