package report

import (
	"cmp"
	"net/netip"
	"slices"

	"rdnsproxy/check"
	"rdnsproxy/safetext"
)

// point is what a format with one entry for each address tells of: an address
// of a target, or a target that has none.
type point struct {
	target   string
	address  *check.Address  // nil: the target has none
	verdict  check.Verdict   // the address's, or the target's
	findings []check.Finding // about the address and about the target as a whole, worst first
}

// points splits a result, so that every finding stands in at least one of them.
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

// words names a point on one line.
func (p point) words() string {
	if a := p.where(); a != "" && a != p.target {
		return p.target + " " + a
	}
	return p.target
}

// where is the address, if there is one.
func (p point) where() string {
	if p.address == nil {
		return ""
	}
	return show(p.address.Address)
}

// outcome is what counts of severities: the same for a point, a target, a run.
type outcome int

const (
	passed outcome = iota
	undetermined
	failed
)

// outcome weighs findings as the exit status of check does: what is known to
// fail beats what is unknown, and neither counts where nothing is to fail.
func (o Options) outcome(fs []check.Finding) outcome {
	result := passed
	for _, f := range fs {
		result = max(result, o.weigh(f.Severity))
	}
	return result
}

func (o Options) weigh(s check.Severity) outcome {
	switch failOn := cmp.Or(o.FailOn, check.Warning); {
	case s == check.Unknown && failOn <= check.Error:
		return undetermined
	case s >= failOn && s != check.Unknown:
		return failed
	}
	return passed
}

// worst is the finding that made the outcome: the worst of those that count for it.
func (o Options) worst(p point) check.Finding {
	want := o.outcome(p.findings)
	for _, f := range p.findings {
		if o.weigh(f.Severity) == want {
			return f
		}
	}
	return check.Finding{}
}

// worstFirst orders findings by severity, and leaves equals as they stand.
func worstFirst(fs []check.Finding) []check.Finding {
	fs = slices.Clone(fs)
	slices.SortStableFunc(fs, func(a, b check.Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	return fs
}

// notable are the findings that say more than that all is well.
func notable(fs []check.Finding) []check.Finding {
	return slices.DeleteFunc(slices.Clone(fs), func(f check.Finding) bool { return f.Severity == check.Pass })
}

// instructions are lines: each piece of advice with its machine, what is to be
// copied indented below it.
func instructions(f check.Finding) []string {
	var lines []string
	for _, a := range f.Advice {
		lines = append(lines, place(a)+a.Text+colon(a.Line))
		if a.Line != "" {
			lines = append(lines, indent+a.Line)
		}
	}
	return lines
}

// name is the target as it was typed.
func name(r *check.Result) string { return cmp.Or(r.Target, r.Host) }

// show is an address on one line; only a zone can hold a stranger's bytes.
func show(a netip.Addr) string { return safetext.Line(a.String()) }

// phase is a part of a check by the name that it has in JSON, and how many
// seconds it took.
type phase struct {
	name    string
	seconds float64
}

// phases are those that there were: look-ups always, the others where somebody
// tried.
func phases(t check.Phases) []phase {
	all := []phase{{"resolve", t.Resolve}, {"reverse", t.Reverse}}
	for _, p := range []phase{{"connect", t.Connect}, {"identify", t.Identify}, {"hostkeys", t.HostKeys}} {
		if p.seconds > 0 {
			all = append(all, p)
		}
	}
	return all
}
