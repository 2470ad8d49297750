package report

import (
	"net/netip"
	"testing"

	"rdnsproxy/check"
	"rdnsproxy/internal/dialect"
)

func findings(ss ...check.Severity) []check.Finding {
	var fs []check.Finding
	for _, s := range ss {
		fs = append(fs, check.Finding{Code: check.Code(s.String()), Severity: s})
	}
	return fs
}

// TestOutcome: a failure takes precedence over an unknown, and an unknown over a pass;
// with never, everything passes.
func TestOutcome(t *testing.T) {
	const never = check.Error + 1
	for _, c := range []struct {
		failOn check.Severity
		found  []check.Severity
		want   dialect.Outcome
		worst  check.Severity
	}{
		{0, nil, dialect.Passed, check.Pass},
		{0, []check.Severity{check.Pass, check.Notice}, dialect.Passed, check.Notice},
		{0, []check.Severity{check.Warning}, dialect.Failed, check.Warning},
		{check.Notice, []check.Severity{check.Pass, check.Notice}, dialect.Failed, check.Notice},
		{check.Notice, []check.Severity{check.Unknown, check.Notice}, dialect.Failed, check.Notice},
		{check.Notice, []check.Severity{check.Unknown}, dialect.Undetermined, check.Unknown},
		{check.Warning, []check.Severity{check.Unknown, check.Error}, dialect.Failed, check.Error},
		{check.Error, []check.Severity{check.Warning}, dialect.Passed, check.Warning},
		{check.Error, []check.Severity{check.Warning, check.Unknown}, dialect.Undetermined, check.Unknown},
		{never, []check.Severity{check.Error, check.Unknown}, dialect.Passed, check.Error},
	} {
		o := Options{FailOn: c.failOn}
		p := point{findings: worstFirst(findings(c.found...))}
		if got := o.outcome(p.findings); got != c.want {
			t.Errorf("fail on %s: %v is %d, not %d", c.failOn, c.found, got, c.want)
		}
		if got := o.worst(p).Severity; got != c.worst {
			t.Errorf("fail on %s: of %v %s decides, not %s", c.failOn, c.found, got, c.worst)
		}
	}
}

// TestNothingIsLost: every finding is in a point, even one about the target as a whole,
// or about an address that the target does not have.
func TestNothingIsLost(t *testing.T) {
	one, two, gone := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::2"), netip.MustParseAddr("192.0.2.3")
	r := &check.Result{
		Target:    "host",
		Addresses: []check.Address{{Address: one}, {Address: two}},
		Findings: []check.Finding{
			{Code: "one", Address: one}, {Code: "two", Address: two, Severity: check.Warning}, {Code: "gone", Address: gone}, {Code: "target"},
		},
	}
	want := map[netip.Addr][]check.Code{one: {"one", "gone", "target"}, two: {"two", "gone", "target"}}
	for _, p := range points(r) {
		codes := want[p.address.Address]
		if len(codes) != len(p.findings) {
			t.Fatalf("%s: %v", p.words(), p.findings)
		}
		for i, f := range p.findings {
			if f.Code != codes[i] {
				t.Errorf("%s: %s, not %s", p.words(), f.Code, codes[i])
			}
		}
	}
	r.Addresses = nil
	if ps := points(r); len(ps) != 1 || len(ps[0].findings) != len(r.Findings) {
		t.Errorf("of a target without addresses: %v", ps)
	}
}
