package audit

import (
	"net/netip"
	"slices"
	"testing"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
)

// What was asked for and is not in the log is said, name by name: a report on nothing would
// pass. A quiet period is no fault, and neither is a log of which nothing was read.
func TestAskedForNothing(t *testing.T) {
	net := netip.MustParsePrefix
	read := []Input{{Name: "auth.log", SSHD: 9}}
	for name, tt := range map[string]struct {
		asked tally.Filter
		only  []string
		in    []Input
		want  string
	}{
		"all there":    {tally.Filter{Hosts: []string{"fs1"}, Clients: []netip.Prefix{net("192.0.2.0/24")}}, make([]string, 2), read, ""},
		"a host":       {tally.Filter{Hosts: []string{"fs1", "typo"}}, make([]string, 2), read, "nothing matches host typo"},
		"a client":     {tally.Filter{Clients: []netip.Prefix{net("192.0.2.1/32"), net("192.0.2.9/32")}}, make([]string, 2), read, "nothing matches client 192.0.2.9"},
		"a net":        {tally.Filter{Clients: []netip.Prefix{net("2001:db8::/32")}}, make([]string, 1), read, "nothing matches client 2001:db8::/32"},
		"in a period":  {tally.Filter{Clients: []netip.Prefix{net("192.0.2.9/32")}}, make([]string, 2), read, "nothing in this period matches client 192.0.2.9"},
		"a period":     {tally.Filter{}, make([]string, 1), read, ""},
		"nothing read": {tally.Filter{Hosts: []string{"typo"}}, make([]string, 1), []Input{{Name: "auth.log"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := on(client("192.0.2.1", "in:1"))
			if tt.in[0].SSHD == 0 {
				c = &counts{}
			}
			r := Judge(c, nil, Options{Inputs: tt.in, Only: tt.only, Asked: tt.asked})
			got := ""
			if i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Code == LogNoMatch }); i >= 0 {
				got = r.Findings[i].Text
				if r.Severity != check.Unknown {
					t.Errorf("%s", r.Severity)
				}
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	r := Judge(&counts{}, nil, Options{Inputs: read, Only: make([]string, 1), Asked: tally.Filter{Users: []string{"bob"}}})
	if got := r.finding(t, LogNoMatch).Text; got != "nothing matches user bob" {
		t.Error(got)
	}
}
