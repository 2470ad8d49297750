package report

import (
	"bytes"
	"fmt"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/dialect"
	"rdnsproxy/internal/layout"
)

// junit writes the XML that CI servers read test results from: a suite for each target,
// a case for each address.
type junit struct {
	dialect.JUnit
	o Options
}

func (j *junit) Result(r *check.Result) error {
	var evidence bytes.Buffer
	if err := newText(&evidence, Options{}).Result(r); err != nil {
		return err
	}
	suite := j.suite(r)
	suite.Out = dialect.JUnitLines(evidence.String())
	return j.Suite(suite)
}

// Close adds a suite if the report is not whole, which its readers would not see.
func (j *junit) Close() error {
	if lacking := j.o.lacking(); lacking != "" {
		s := &dialect.JUnitSuite{Name: "rdnsproxy check", Package: "rdnsproxy.check", ID: j.Suites(), Hostname: "localhost",
			Timestamp: dialect.JUnitTime(j.o.Time), Time: dialect.JUnitSeconds(0)}
		s.Add(dialect.JUnitCase{Name: "incomplete", Class: s.Name, Time: s.Time}, dialect.Undetermined,
			&dialect.JUnitReason{Type: "incomplete", Message: lacking})
		if err := j.Suite(s); err != nil {
			return err
		}
	}
	return j.JUnit.Close()
}

func (j *junit) suite(r *check.Result) *dialect.JUnitSuite {
	s := &dialect.JUnitSuite{
		Name:     name(r),
		Package:  "rdnsproxy.check",
		ID:       j.Suites(),
		Hostname: "localhost",
		Time:     dialect.JUnitSeconds(took(r, nil)),
		Properties: []dialect.JUnitProperty{
			{Name: "host", Value: r.Host},
			{Name: "port", Value: fmt.Sprint(r.Port)},
			{Name: "verdict", Value: string(r.Verdict)},
			{Name: "severity", Value: r.Severity.String()},
		},
	}
	s.Timestamp = dialect.JUnitTime(j.o.Time)
	for _, p := range points(r) {
		c := dialect.JUnitCase{Name: p.where(), Class: p.target, Time: dialect.JUnitSeconds(took(r, p.address))}
		if p.address == nil {
			c.Name = r.Host
		}
		var why *dialect.JUnitReason
		ended := j.o.outcome(p.findings)
		if ended != dialect.Passed {
			why = j.reason(p)
		}
		s.Add(c, ended, why)
	}
	return s
}

// reason is the deciding finding, with all findings in the body.
func (j *junit) reason(p point) *dialect.JUnitReason {
	var body strings.Builder
	for _, f := range notable(p.findings) {
		fmt.Fprintf(&body, "%s: %s\n", f.Severity, f.Text)
		for _, line := range instructions(f) {
			body.WriteString(layout.Indent + line + "\n")
		}
	}
	worst := j.o.worst(p)
	return &dialect.JUnitReason{Type: string(worst.Code), Message: worst.Text, JUnitText: dialect.JUnitLines(body.String())}
}

// took is how many seconds the check of a target took, or of one of its addresses, which
// are checked in parallel.
func took(r *check.Result, a *check.Address) float64 {
	t := r.Timings
	if a == nil {
		return t.Resolve + t.Reverse + t.Connect + t.Identify + t.HostKeys
	}
	seconds := t.Resolve + t.Reverse
	if a.Connect != nil {
		seconds += a.Connect.Seconds
		if a.Connect.Status == check.ConnectOK {
			seconds += t.Identify + t.HostKeys
		}
	}
	return seconds
}
