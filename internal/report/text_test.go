package report_test

import (
	"bytes"
	"net/netip"
	"testing"

	"rdnsproxy/check"
	"rdnsproxy/internal/report"
)

// TestBrief: without the evidence, each finding is followed by its advice; without a
// width, it is one line.
func TestBrief(t *testing.T) {
	r := &check.Result{Target: "my.example.com", Host: "my.example.com", Verdict: check.Exact, Severity: check.Error,
		Addresses: []check.Address{{Address: netip.MustParseAddr("192.0.2.1")}},
		Findings: []check.Finding{
			{Code: check.PinGood, Text: "/etc/hosts:2: the line for my.example.com is still right and needed"},
			{Code: check.PinMoved, Severity: check.Error, Text: "/etc/hosts:3: the line is off",
				Advice: []check.Advice{{Code: check.AdviseCommand, Machine: check.ThisMachine,
					Text: "remove it", Line: "rdnsproxy hosts remove my.example.com"}}},
		}}
	for width, want := range map[int]string{
		0: `error  my.example.com  pin.moved
  /etc/hosts:2: the line for my.example.com is still right and needed
  /etc/hosts:3: the line is off
    on this machine: remove it:
      rdnsproxy hosts remove my.example.com
`,
		40: `error  my.example.com  pin.moved
  /etc/hosts:2: the line for
    my.example.com is still right and
    needed
  /etc/hosts:3: the line is off
    on this machine: remove it:
      rdnsproxy hosts remove my.example.com
`,
	} {
		var b bytes.Buffer
		f, err := report.FormatOf(report.DefaultFormat)
		if err != nil {
			t.Fatal(err)
		}
		h := f.New(&b, report.Options{Brief: true, Width: width})
		if err := h.Result(r); err != nil || b.String() != want {
			t.Errorf("%v\n%swant\n%s", err, b.String(), want)
		}
	}
}
