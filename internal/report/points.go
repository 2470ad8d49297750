package report

import (
	"cmp"
	"net/netip"
	"slices"

	"rdnsproxy/check"
	"rdnsproxy/internal/dialect"
	"rdnsproxy/internal/layout"
	"rdnsproxy/safetext"
)

// point is an entry of a format that has one for each address: an address of a target,
// or a target without addresses.
type point struct {
	target   string
	address  *check.Address  // nil if the target has none
	verdict  check.Verdict   // the address's, or the target's
	findings []check.Finding // about the address, and about the target as a whole; worst first
}

// points splits a result into points. Every finding is in at least one of them.
func points(r *check.Result) []point {
	if len(r.Addresses) == 0 {
		return []point{{name(r), nil, r.Verdict, worstFirst(r.Findings)}}
	}
	var ps []point
	for i := range r.Addresses {
		a := &r.Addresses[i]
		var about []check.Finding
		for _, f := range r.Findings {
			if f.Address == a.Address || r.Of(f.Address) == nil {
				about = append(about, f)
			}
		}
		ps = append(ps, point{name(r), a, a.Verdict, worstFirst(about)})
	}
	return ps
}

// words is the name of a point, on one line.
func (p point) words() string {
	if a := p.where(); a != "" && a != p.target {
		return p.target + " " + a
	}
	return p.target
}

// where is the address; empty if there is none.
func (p point) where() string {
	if p.address == nil {
		return ""
	}
	return show(p.address.Address)
}

// outcome judges findings as the exit status of check does, see Status.
func (o Options) outcome(fs []check.Finding) dialect.Outcome {
	result := dialect.Passed
	for _, f := range fs {
		result = max(result, dialect.OutcomeOf(o.FailOn, f.Severity))
	}
	return result
}

// worst is the finding that decides the outcome: the worst of those that count for it.
func (o Options) worst(p point) check.Finding {
	want := o.outcome(p.findings)
	for _, f := range p.findings {
		if dialect.OutcomeOf(o.FailOn, f.Severity) == want {
			return f
		}
	}
	return check.Finding{}
}

// worstFirst sorts findings by severity, stably.
func worstFirst(fs []check.Finding) []check.Finding {
	fs = slices.Clone(fs)
	slices.SortStableFunc(fs, func(a, b check.Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	return fs
}

// notable returns the findings that do not simply pass.
func notable(fs []check.Finding) []check.Finding {
	return slices.DeleteFunc(slices.Clone(fs), func(f check.Finding) bool { return f.Severity == check.Pass })
}

// instructions returns lines: each piece of advice with its machine, and below it,
// indented, what is to be copied.
func instructions(f check.Finding) []string {
	var lines []string
	for _, a := range f.Advice {
		lines = append(lines, place(a)+a.Text+colon(a.Line))
		if a.Line != "" {
			lines = append(lines, layout.Indent+a.Line)
		}
	}
	return lines
}

// name is the target as typed.
func name(r *check.Result) string { return cmp.Or(r.Target, r.Host) }

// show formats an address on one line. Its zone can have a stranger's bytes.
func show(a netip.Addr) string { return safetext.Line(a.String()) }

// phase is a part of a check: its name in JSON, and how many seconds it took.
type phase struct {
	name    string
	seconds float64
}

// phases returns the phases that a check had: the lookups, and those of a probe if there
// was one.
func phases(t check.Phases) []phase {
	all := []phase{{"resolve", t.Resolve}, {"reverse", t.Reverse}}
	for _, p := range []phase{{"connect", t.Connect}, {"identify", t.Identify}, {"hostkeys", t.HostKeys}} {
		if p.seconds > 0 {
			all = append(all, p)
		}
	}
	return all
}
