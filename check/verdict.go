package check

import (
	"fmt"
	"slices"
	"sync"

	"rdnsproxy/limits"
)

// Verdict says how a name and an address agree. The words are stable: JSON has them.
type Verdict string

// The verdicts. The table below says what they mean and imply.
const (
	Exact        Verdict = "exact"
	Confirmed    Verdict = "confirmed"
	Exempt       Verdict = "exempt"
	Missing      Verdict = "missing"
	Undetermined Verdict = "undetermined"
	Malformed    Verdict = "malformed"
	Unresolvable Verdict = "unresolvable"
	Numeric      Verdict = "numeric"
	Mismatch     Verdict = "mismatch"
	NoAddress    Verdict = "no-address" // of a target, never of an address
)

// verdictRow is everything that a verdict implies. A new verdict needs a row, an
// explanation (explain_mapping.go) and its word in hostsfile/note.go; tests fail if one is
// missing.
type verdictRow struct {
	verdict  Verdict
	severity Severity // decides the exit status, by --fail-on
	confirms bool     // a name resolves back to the address
	meaning  string   // one line for the docs

	// rank is its precedence among the verdicts on the names of one address: the lowest
	// decides. A name that resolves back decides first, then one that could not be looked
	// up, which leaves the verdict open, then the worst. 0: not a verdict on a name.
	rank int

	// clause says what the verdict is based on, after "NAME is ADDRESS, whose". name is the
	// name that decides, if one does. It is nil for NoAddress.
	clause func(f *judgement, a *judgedAddress, name string) string

	// advise says what can be done about the finding fd. It is nil if nothing has to be.
	advise func(f *judgement, a *judgedAddress, r *Result, fd Finding) []Advice
}

// verdictRows returns the table of verdicts, from best to worst. Callers must not change
// it.
func verdictRows() []verdictRow {
	verdictTable.once.Do(func() {
		verdictTable.rows = makeVerdictRows()
		for _, r := range verdictTable.rows {
			verdictTable.codes = append(verdictTable.codes, codeOf(r.verdict))
		}
	})
	return verdictTable.rows
}

// verdictTable is made at its first use: start-up does not pay for it, and its functions
// may use it.
var verdictTable struct {
	once  sync.Once
	rows  []verdictRow
	codes []Code // of the findings with the verdicts: made once, for every finding is compared with them
}

func makeVerdictRows() []verdictRow {
	return []verdictRow{
		{Exact, Pass, true, "a PTR record names the host, and that name resolves back to the address", 1,
			exactClause, nil},
		{Confirmed, Pass, true, "a PTR record has another name, which resolves back to the address", 2, confirmedClause,
			adviseOtherName},
		{Exempt, Pass, false, "no PTR record, and none is expected: the address is private, shared, loopback " +
			"or link-local", 0, exemptClause, nil},
		{Missing, Notice, false, "no PTR record", 0, missingClause, adviseMissing},
		{Undetermined, Unknown, false, "could not be determined: timeout, SERVFAIL, REFUSED, CNAME loop", 3, undeterminedClause,
			adviseUndetermined},
		{Malformed, Warning, false, "the PTR target is not a valid hostname", 7, malformedClause, adviseMapping},
		{Unresolvable, Warning, false, "the PTR target has no address", 6, unresolvableClause, adviseMapping},
		{Numeric, Warning, false, "the PTR target reads as an IPv4 address", 5, numericClause, adviseMapping},
		{Mismatch, Warning, false, "the PTR target resolves, but not to this address", 4, mismatchClause, adviseMapping},
		{NoAddress, Error, false, "the name itself has no address", 0, nil, nil},
	}
}

// verdictCodes returns the rows of the verdicts in the table of findings.
func verdictCodes() []CodeDoc {
	var docs []CodeDoc
	for _, r := range verdictRows() {
		d := Row(codeOf(r.verdict), r.severity, r.meaning)
		if r.verdict == Confirmed {
			d.Except = append(d.Except, Exception{Warning, WhenNameRequired})
		}
		if r.verdict == Undetermined {
			d.Except = append(d.Except, Exception{Notice, WhenOffline})
		}
		if r.acceptable() {
			d.Except = append(d.Except, Exception{Pass, WhenAccepted})
		}
		docs = append(docs, d)
	}
	return docs
}

// acceptable reports whether a user can accept a mapping with the verdict and
// thereby change its severity.
func (r verdictRow) acceptable() bool {
	return r.clause != nil && r.verdict != Undetermined && (r.severity > Pass || r.verdict == Confirmed)
}

// row returns the verdict's row of the table, or a zero row.
func (v Verdict) row() *verdictRow {
	if i := v.index(); i >= 0 {
		return &verdictRows()[i]
	}
	return &verdictRow{}
}

// index is the verdict's place in the table, from best to worst; -1 if it has none.
func (v Verdict) index() int {
	rows := verdictRows()
	for i := range rows {
		if rows[i].verdict == v {
			return i
		}
	}
	return -1
}

// Verdicts returns the closed set, from best to worst.
func Verdicts() []Verdict {
	var all []Verdict
	for _, r := range verdictRows() {
		all = append(all, r.verdict)
	}
	return all
}

// Worse returns the worse of two verdicts. The empty verdict is better than any.
func (v Verdict) Worse(w Verdict) Verdict {
	if w.index() > v.index() {
		return w
	}
	return v
}

// Confirms reports whether a name was found that resolves back to the address.
func (v Verdict) Confirms() bool { return v.row().confirms }

// severity returns the verdict's severity in the table, without the exceptions of its code.
func (v Verdict) severity() Severity { return v.row().severity }

// MappingCode returns the code of the finding with this verdict.
func MappingCode(v Verdict) Code {
	if i := v.index(); i >= 0 {
		return verdictTable.codes[i]
	}
	return codeOf(v)
}

func codeOf(v Verdict) Code { return Code("mapping." + string(v)) }

// Mapping reports whether the code is that of a verdict; mapping.accepted is not.
func (c Code) Mapping() bool {
	verdictRows()
	return slices.Contains(verdictTable.codes, c)
}

func exactClause(*judgement, *judgedAddress, string) string {
	return "reverse name resolves back to it"
}

func confirmedClause(_ *judgement, _ *judgedAddress, name string) string {
	return "reverse name " + name + " resolves back to it"
}

func exemptClause(_ *judgement, a *judgedAddress, _ string) string {
	if a.refused(a.lookup) {
		return fmt.Sprintf("range needs no reverse name, and the resolver refuses the lookup (%s)",
			a.Reverse.Status.Words())
	}
	return "range needs no reverse name, and there is none"
}

func missingClause(_ *judgement, a *judgedAddress, _ string) string {
	return fmt.Sprintf("reverse name does not exist (%s)", a.Reverse.Status.Words())
}

func malformedClause(_ *judgement, _ *judgedAddress, name string) string {
	return "reverse name " + name + " is not a host name"
}

func numericClause(_ *judgement, _ *judgedAddress, name string) string {
	return "reverse name " + name + " reads as an IPv4 address"
}

func mismatchClause(_ *judgement, a *judgedAddress, name string) string {
	return fmt.Sprintf("reverse name %s resolves elsewhere (%s)", name, listAddrs(a.PTRs[a.deciding].Forward.Addrs))
}

func unresolvableClause(_ *judgement, a *judgedAddress, name string) string {
	return "reverse name " + name + " " + unresolvableText(a.lookup, a.PTRs[a.deciding])
}

func undeterminedClause(f *judgement, a *judgedAddress, name string) string {
	if f.Exhausted && notAsked(a) {
		return fmt.Sprintf("reverse name was not looked up: the limit of %d DNS queries for one target was reached",
			limits.Questions)
	}
	return undeterminedText(a, name)
}
