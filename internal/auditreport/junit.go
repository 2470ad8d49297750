package auditreport

import (
	"cmp"
	"io"
	"strings"

	"rdnsproxy/audit"
	"rdnsproxy/internal/dialect"
	"rdnsproxy/internal/layout"
	"rdnsproxy/safetext"
)

// writeJUnit writes the XML that CI servers read test results from: one suite, with a case
// for each code that was found, and one for the log if nothing was.
func writeJUnit(w io.Writer, r *audit.Report, o Options) error {
	var evidence strings.Builder
	if err := writeText(&evidence, r, Options{ASCII: true}); err != nil {
		return err
	}
	suite := &dialect.JUnitSuite{
		Name:      "audit",
		Package:   "rdnsproxy.audit",
		Hostname:  "localhost",
		Timestamp: dialect.JUnitTime(o.Time),
		Time:      dialect.JUnitSeconds(r.Timings.Read + r.Timings.Judge),
		Properties: []dialect.JUnitProperty{
			{Name: "headline", Value: safetext.Line(r.Headline)},
			{Name: "severity", Value: r.Severity.String()},
		},
		Out: dialect.JUnitLines(evidence.String()),
	}
	type place struct{ class, name string }
	var order []place
	cases := map[place][]audit.Finding{}
	for _, f := range worstFirst(r.Findings) {
		at := place{string(f.Code), "log"}
		if f.Address.IsValid() {
			at.name = f.Address.String()
		}
		if cases[at] == nil {
			order = append(order, at)
		}
		cases[at] = append(cases[at], f)
	}
	for _, at := range order {
		c := dialect.JUnitCase{Name: at.name, Class: at.class, Time: dialect.JUnitSeconds(0)}
		ended, reason := junitReason(cases[at], o)
		suite.Add(c, ended, reason)
	}
	if len(order) == 0 {
		suite.Add(dialect.JUnitCase{Name: "log", Class: "audit", Time: dialect.JUnitSeconds(0)}, dialect.Passed, nil)
	}
	doc := dialect.JUnit{W: w}
	if err := doc.Suite(suite); err != nil {
		return err
	}
	return doc.Close()
}

// junitReason is how a case ended, and why if it did not pass: the worst finding, with all
// findings and their advice in the body.
func junitReason(fs []audit.Finding, o Options) (dialect.Outcome, *dialect.JUnitReason) {
	ended := dialect.Passed
	for _, f := range fs {
		ended = max(ended, dialect.OutcomeOf(o.FailOn, f.Severity))
	}
	if ended == dialect.Passed {
		return ended, nil
	}
	var body strings.Builder
	for _, f := range fs {
		body.WriteString(f.Severity.String() + ": " + safetext.Line(f.Text) + "\n")
		for _, a := range f.Advice {
			body.WriteString(layout.Indent + cmp.Or(place(a, f.Hosts)) + ": " + safetext.Line(a.Text) + "\n")
			if a.Line != "" {
				body.WriteString(layout.Indent + layout.Indent + safetext.Line(a.Line) + "\n")
			}
		}
	}
	return ended, &dialect.JUnitReason{
		Type: string(fs[0].Code), Message: safetext.Line(fs[0].Text), JUnitText: dialect.JUnitLines(body.String()),
	}
}
