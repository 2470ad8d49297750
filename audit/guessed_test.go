package audit

import (
	"strings"
	"testing"

	"rdnsproxy/audit/tally"
)

// The logs of several servers are read one by one. Failures that came after a login are not
// said to precede it.
func TestGuessedInOrder(t *testing.T) {
	for name, test := range map[string]struct {
		last int64 // stamp of the last failure that was read before the login
		want string
	}{
		"before":            {noon - 10, "after 1,204 failed attempts"},
		"a second too late": {noon + 1, "after 1,204 failed attempts"},
		"an hour later":     {noon + 3600, "besides 1,204 failed attempts"},
		"no stamps":         {0, "after 1,204 failed attempts"},
	} {
		t.Run(name, func(t *testing.T) {
			c := client("198.51.100.77", "in:1 failed:1204 before:1204 users:61")
			c.FirstLogin = tally.Login{Time: noon, Host: "web17", User: "deploy"}
			c.LastBefore = test.last
			r := Judge(on(c), nil, Options{Generated: generated, Inputs: []Input{{SSHD: 9}}})
			text := ""
			for _, f := range r.Findings {
				if f.Code == LoginAfterGuessing {
					text = f.Text
				}
			}
			later := strings.HasPrefix(test.want, "besides")
			if !strings.Contains(text, test.want) || !strings.Contains(r.Headline, test.want) ||
				strings.Contains(text, "some of them later") != later || r.Clients[0].FirstLogin.Unordered != later {
				t.Errorf("%q\n%q", text, r.Headline)
			}
		})
	}
}
