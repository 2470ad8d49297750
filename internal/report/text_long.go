package report

import (
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
)

// LongList is how many targets the format text describes in full, unless Verbose is set.
// Those after them are described in short.
const LongList = 20

// inShort begins the part of a report in which targets are described in short.
const inShort = "from here on in short: -v has the evidence, and repeats what is said above\n\n"

// said has what a report has said that is much the same for each target: what sshd logs, who
// is affected on this machine, and what can be done there.
type said map[string]bool

// first reports whether something is said for the first time, as far as it can be
// remembered.
func (s said) first(what string) bool {
	if s[what] {
		return false
	}
	if len(s) < maxSaid {
		s[what] = true
	}
	return true
}

// maxSaid is more than there are; results of other programs may have any codes.
const maxSaid = 100

// onlyNew returns a result without what is the same for each target and has been said.
func (s said) onlyNew(r *check.Result) *check.Result {
	of := *r
	of.Findings = nil
	for _, f := range r.Findings {
		if f.Severity == check.Pass && (routine(f.Code) || sameForAll(f.Code) && !s.first(string(f.Code))) {
			continue
		}
		advice := f.Advice
		f.Advice = nil
		for _, a := range advice {
			if about := forAll(a); about == "" || s.first(about) {
				f.Advice = append(f.Advice, a)
			}
		}
		of.Findings = append(of.Findings, f)
	}
	return &of
}

// sameForAll reports whether a finding is about this machine more than about the target.
func sameForAll(c check.Code) bool { return strings.HasPrefix(string(c), "affected.") }

// forAll returns what makes a piece of advice much the same for many targets; "" if it is the
// target's own, such as a record for a zone.
func forAll(a check.Advice) string {
	switch a.Code {
	case check.AdviseUseDNS, check.AdviseHostsLine, check.AdviseHostsLineKey, check.AdviseResolver, check.AdviseName,
		check.AdviseRDNS, check.AdviseTrustDNS:
		return "advice " + string(a.Code)
	case check.AdviseHostKey, check.AdviseConnect:
		if a.Line == "" {
			return "advice " + a.Text
		}
	}
	return ""
}

// short writes a target of a long list: a line, and the findings that are worth reading with
// what is new of their advice.
func (t *text) short(b *layout.Block, r *check.Result) {
	if t.shown == LongList+1 {
		b.WriteString("\n" + inShort)
	}
	b.Line(0, t.head(r)+verdict(r))
	brief(b, t.said.onlyNew(r))
}
