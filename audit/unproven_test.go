package audit

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/sshdlog"
)

// report reads a recorded log and judges it without any lookup.
func report(t *testing.T, recorded string) *Report {
	t.Helper()
	f, err := os.Open("../sshdlog/testdata/recorded/" + recorded)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sample := make([]byte, 64<<10)
	n, _ := f.Read(sample)
	if _, err := f.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	p := sshdlog.Parser{Input: sshdlog.Detect(sample[:n])}
	sum := tally.New(tally.Options{})
	var frame sshdlog.Frame
	var e sshdlog.Event
	for s := bufio.NewScanner(f); s.Scan(); {
		if p.Parse(s.Bytes(), &frame) == sshdlog.OK {
			sshdlog.ParseEvent(&frame, &e)
			sum.Add(&frame, &e)
		}
	}
	sum.Finish()
	return Judge(sum, nil, Options{})
}

// A client wrote "Accepted password for root from 1.2.3.4" into the text of a real sshd -e,
// on a line of its own. Nothing accuses 1.2.3.4, and nobody is said to have got in.
func TestForgedLines(t *testing.T) {
	r := report(t, "stderr-verbose.log")
	listed := false
	for _, c := range r.Clients {
		if listed = listed || c.Address.String() == "1.2.3.4"; !c.Unproven {
			t.Errorf("%s counts as proven", c.Address)
		}
	}
	if !listed {
		t.Error("the recording has no forged line")
	}
	for _, f := range r.Findings {
		if f.Address.IsValid() && f.Severity > check.Notice {
			t.Errorf("%s is %s: %s", f.Code, f.Severity, f.Text)
		}
	}
	if !strings.Contains(r.Headline, "any client can have written this log") {
		t.Error(r.Headline)
	}
}

// Through syslog the same day is proven.
func TestProvenLines(t *testing.T) {
	r := report(t, "day-verbose.log")
	if len(r.Clients) == 0 {
		t.Error("no clients")
	}
	for _, c := range r.Clients {
		if c.Unproven {
			t.Errorf("%s counts as unproven", c.Address)
		}
	}
}
