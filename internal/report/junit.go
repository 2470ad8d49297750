package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
)

// junit writes the XML that CI servers read test results from: a suite for each target,
// a case for each address. There is no specification; the output is valid under the
// schemas of Ant (windyroad's JUnit.xsd) and Jenkins (xunit's junit-10.xsd). Because of
// Ant's, a case has at most one failure, the evidence is beside the cases and not in
// them, and the time has no zone. It is UTC.
//
// encoding/xml writes U+FFFD for what XML 1.0 cannot represent.
type junit struct {
	w      io.Writer
	o      Options
	suites int
}

type junitSuite struct {
	XMLName    xml.Name        `xml:"testsuite"`
	Name       string          `xml:"name,attr"`
	Package    string          `xml:"package,attr"`
	ID         int             `xml:"id,attr"`
	Timestamp  string          `xml:"timestamp,attr,omitempty"`
	Hostname   string          `xml:"hostname,attr"` // of the machine that runs the test
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
	Out        junitText       `xml:"system-out"`
	Err        junitText       `xml:"system-err"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// junitCase is a test case. Its name has no verdict in it: else it would be a new case,
// without a history, each time the verdict changes.
type junitCase struct {
	Name    string       `xml:"name,attr"`
	Class   string       `xml:"classname,attr"`
	Time    string       `xml:"time,attr"`
	Failure *junitReason `xml:"failure"`
	Error   *junitReason `xml:"error"`
}

type junitReason struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	junitText
}

// junitText is text, already escaped for XML.
type junitText struct {
	XML string `xml:",innerxml"`
}

// junitLines escapes as encoding/xml does, but keeps newlines, which it would write as
// &#xA;: people read these files too.
func junitLines(s string) junitText {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a bytes.Buffer does not fail
	return junitText{strings.ReplaceAll(b.String(), "&#xA;", "\n")}
}

func (j *junit) Result(r *check.Result) error {
	var evidence bytes.Buffer
	if err := newText(&evidence, Options{}).Result(r); err != nil {
		return err
	}
	suite := j.suite(r)
	suite.Out = junitLines(evidence.String())
	b, err := xml.MarshalIndent(suite, layout.Indent, layout.Indent)
	if err != nil {
		return err
	}
	if err := j.begin(); err != nil {
		return err
	}
	j.suites++
	_, err = j.w.Write(append(b, '\n'))
	return err
}

func (j *junit) Close() error {
	if err := j.begin(); err != nil {
		return err
	}
	_, err := io.WriteString(j.w, "</testsuites>\n")
	return err
}

// begin writes what precedes the first suite.
func (j *junit) begin() error {
	if j.suites > 0 {
		return nil
	}
	_, err := io.WriteString(j.w, xml.Header+"<testsuites>\n")
	return err
}

func (j *junit) suite(r *check.Result) *junitSuite {
	s := &junitSuite{
		Name:     name(r),
		Package:  "rdnsproxy.check",
		ID:       j.suites,
		Hostname: "localhost",
		Time:     junitSeconds(took(r, nil)),
		Properties: []junitProperty{
			{"host", r.Host},
			{"port", fmt.Sprint(r.Port)},
			{"verdict", string(r.Verdict)},
			{"severity", r.Severity.String()},
		},
	}
	if !j.o.Time.IsZero() {
		s.Timestamp = j.o.Time.UTC().Format("2006-01-02T15:04:05")
	}
	for _, p := range points(r) {
		c := junitCase{Name: p.where(), Class: p.target, Time: junitSeconds(took(r, p.address))}
		if p.address == nil {
			c.Name = r.Host
		}
		switch j.o.outcome(p.findings) {
		case failed:
			c.Failure = j.reason(p)
			s.Failures++
		case undetermined:
			c.Error = j.reason(p)
			s.Errors++
		}
		s.Cases = append(s.Cases, c)
	}
	s.Tests = len(s.Cases)
	return s
}

// reason is the deciding finding, with all findings in the body.
func (j *junit) reason(p point) *junitReason {
	var body strings.Builder
	for _, f := range notable(p.findings) {
		fmt.Fprintf(&body, "%s: %s\n", f.Severity, f.Text)
		for _, line := range instructions(f) {
			body.WriteString(layout.Indent + line + "\n")
		}
	}
	worst := j.o.worst(p)
	return &junitReason{Type: string(worst.Code), Message: worst.Text, junitText: junitLines(body.String())}
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

func junitSeconds(s float64) string {
	return strconv.FormatFloat(s, 'f', 6, 64)
}
