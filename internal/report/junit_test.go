package report

import (
	"encoding/xml"
	"strings"
	"testing"

	"rdnsproxy/check"
	"rdnsproxy/internal/dialect"
	"rdnsproxy/internal/dialect/readertest"
)

// suites is JUnit's XML as a reader sees it.
type suites struct {
	Suites []struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   int    `xml:"errors,attr"`
		Cases    []struct {
			Name    string  `xml:"name,attr"`
			Class   string  `xml:"classname,attr"`
			Failure *reason `xml:"failure"`
			Error   *reason `xml:"error"`
		} `xml:"testcase"`
		Out string `xml:"system-out"`
	} `xml:"testsuite"`
}

type reason struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Body    string `xml:",chardata"`
}

func readJUnit(t *testing.T, report string) suites {
	t.Helper()
	var s suites
	if err := xml.Unmarshal([]byte(report), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// checkJUnit: the failure of a single result has the text of its finding.
func checkJUnit(t *testing.T, report string, r *check.Result) {
	t.Helper()
	s := readJUnit(t, report)
	if len(s.Suites) != 1 || len(s.Suites[0].Cases) != 1 {
		t.Fatalf("%d suites", len(s.Suites))
	}
	c := s.Suites[0].Cases[0]
	if f := c.Failure; c.Class != name(r) || f == nil || f.Message != r.Findings[0].Text || !strings.Contains(f.Body, r.Findings[0].Text) {
		t.Errorf("%q reads as %+v %+v", r.Target, c, c.Failure)
	}
}

// TestJUnitSchema: xmllint validates the reports against the schema.
func TestJUnitSchema(t *testing.T) {
	unsafe := hostile("\x1b]0;x\x07\x00\xff\xfe\ufffe\n\ttext")
	for name, rs := range map[string][]*check.Result{
		"nothing": nil, "recorded": everything(t), "control characters": {unsafe}, "attacks": attacked(),
	} {
		report := write(t, "junit", Options{Time: noon}, rs...)
		if said, ok := readertest.Read(t, report, "xmllint", "--nonet", "--noout", "--schema", "testdata/junit.xsd", "-"); !ok {
			t.Errorf("%s: %s", name, said)
		}
	}
	wrong := strings.Replace(write(t, "junit", Options{Time: noon}, recorded(t)...), ` tests="`, ` tests="x`, 1)
	if _, ok := readertest.Read(t, wrong, "xmllint", "--nonet", "--noout", "--schema", "testdata/junit.xsd", "-"); ok {
		t.Error("the schema accepts an invalid number of tests")
	}
}

func attacked() []*check.Result {
	var rs []*check.Result
	for _, text := range attacks {
		if strings.TrimSpace(text) != "" {
			rs = append(rs, hostile(text))
		}
	}
	return rs
}

// TestJUnitCases: there is a case for each address, and one for a target without any; an
// undetermined one is an error, and the counts are right.
func TestJUnitCases(t *testing.T) {
	rs := everything(t)
	for _, failOn := range []check.Severity{check.Notice, check.Warning, check.Error, check.Error + 1} {
		o := Options{FailOn: failOn}
		s := readJUnit(t, write(t, "junit", o, rs...))
		if len(s.Suites) != len(rs) {
			t.Fatalf("%d suites of %d targets", len(s.Suites), len(rs))
		}
		for i, suite := range s.Suites {
			failures, errors := 0, 0
			ps := points(rs[i])
			for j, c := range suite.Cases {
				want := o.outcome(ps[j].findings)
				if (c.Failure != nil) != (want == dialect.Failed) || (c.Error != nil) != (want == dialect.Undetermined) {
					t.Errorf("fail on %s: %s %s: failure %v, error %v", failOn, c.Class, c.Name, c.Failure, c.Error)
				}
				if c.Failure != nil {
					failures++
				}
				if c.Error != nil {
					errors++
				}
			}
			if suite.Tests != len(ps) || len(suite.Cases) != len(ps) || suite.Failures != failures || suite.Errors != errors {
				t.Errorf("%s: %d cases, counted: %d tests, %d failures, %d errors",
					suite.Name, len(suite.Cases), suite.Tests, suite.Failures, suite.Errors)
			}
			if !strings.Contains(suite.Out, "\n") || strings.Contains(suite.Out, "\x1b") {
				t.Errorf("%s: evidence: %q", suite.Name, suite.Out)
			}
		}
	}
}
