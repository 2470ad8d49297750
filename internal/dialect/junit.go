package dialect

import (
	"bytes"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"
)

// JUnitSuite is a test suite of the XML that CI servers read test results from. There is
// no specification; the output is valid under the schemas of Ant (windyroad's JUnit.xsd)
// and Jenkins (xunit's junit-10.xsd). Because of Ant's, a case has at most one failure, the
// evidence is beside the cases and not in them, and the time has no zone. It is UTC.
//
// encoding/xml writes U+FFFD for what XML 1.0 cannot represent.
type JUnitSuite struct {
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
	Properties []JUnitProperty `xml:"properties>property"`
	Cases      []JUnitCase     `xml:"testcase"`
	Out        JUnitText       `xml:"system-out"`
	Err        JUnitText       `xml:"system-err"`
}

// JUnitProperty is a property of a suite.
type JUnitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// JUnitCase is a test case. Its name must not say how it ended: else it would be a new
// case, without a history, each time that changes.
type JUnitCase struct {
	Name    string       `xml:"name,attr"`
	Class   string       `xml:"classname,attr"`
	Time    string       `xml:"time,attr"`
	Failure *JUnitReason `xml:"failure"`
	Error   *JUnitReason `xml:"error"`
}

// JUnitReason is why a case failed, or could not be run.
type JUnitReason struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	JUnitText
}

// JUnitText is text, already escaped for XML.
type JUnitText struct {
	XML string `xml:",innerxml"`
}

// JUnitLines escapes as encoding/xml does, but keeps newlines, which it would write as
// &#xA;: people read these files too.
func JUnitLines(s string) JUnitText {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a bytes.Buffer does not fail
	return JUnitText{strings.ReplaceAll(b.String(), "&#xA;", "\n")}
}

// Add adds a case that ended like this; reason is nil if it passed.
func (s *JUnitSuite) Add(c JUnitCase, ended Outcome, reason *JUnitReason) {
	switch ended {
	case Failed:
		c.Failure = reason
		s.Failures++
	case Undetermined:
		c.Error = reason
		s.Errors++
	}
	s.Cases = append(s.Cases, c)
	s.Tests = len(s.Cases)
}

// JUnit writes a document, a suite at a time.
type JUnit struct {
	W      io.Writer
	suites int
}

// Suites is how many suites have been written.
func (j *JUnit) Suites() int { return j.suites }

// Suite writes a suite.
func (j *JUnit) Suite(s *JUnitSuite) error {
	b, err := xml.MarshalIndent(s, "  ", "  ")
	if err != nil {
		return err
	}
	if err := j.begin(); err != nil {
		return err
	}
	j.suites++
	_, err = j.W.Write(append(b, '\n'))
	return err
}

// Close ends the document.
func (j *JUnit) Close() error {
	if err := j.begin(); err != nil {
		return err
	}
	_, err := io.WriteString(j.W, "</testsuites>\n")
	return err
}

// begin writes what precedes the first suite.
func (j *JUnit) begin() error {
	if j.suites > 0 {
		return nil
	}
	_, err := io.WriteString(j.W, xml.Header+"<testsuites>\n")
	return err
}

// JUnitTime formats a suite's time; the zero time is left out.
func JUnitTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05")
}

// JUnitSeconds formats how long a suite or a case took.
func JUnitSeconds(s float64) string {
	return strconv.FormatFloat(s, 'f', 6, 64)
}
