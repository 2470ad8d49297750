package audit

import (
	"slices"
	"strings"
	"testing"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
)

// A list of from= that sshd has cut at 200 bytes is not shown as if it were whole, and its
// last entry, which may be a part of one, lets nobody in.
func TestRequiredIsCut(t *testing.T) {
	const a = "192.0.2.1"
	list := strings.Repeat("a.example.org,", 13) + "*.example.net,*.exam"
	for name, tt := range map[string]struct {
		list string
		code check.Code
		cut  bool
	}{
		"whole":          {list[:len(list)-len(",*.exam")], LoginRefusedByName, false},
		"cut":            {(list + "ple.com")[:200], LoginRefusedByName, true},
		"cut in the end": {strings.Repeat("a.example.org,", 13) + "a.example.co,*.exa", LoginRefusedFrom, true},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.cut != (len(tt.list) == 200) {
				t.Fatalf("the list has %d bytes", len(tt.list))
			}
			c := client(a, "key:4 user:backup from:"+tt.list)
			f := Judge(on(c), answers(answer(a, check.Exact, "x.example.net")), Options{}).finding(t, tt.code)
			if cut := strings.Contains(f.Text, `,..."`); cut != tt.cut {
				t.Errorf("cut is said: %t in %s", cut, f.Text)
			}
			if line := f.Advice[0].Line; (line == "") != tt.cut {
				t.Errorf("the line is %q", line)
			}
		})
	}
}

// Who offered an authorized key and who was not allowed are different users of one client.
func TestRightKeyOfWhom(t *testing.T) {
	c := client("140.99.28.179", "key:2 denied:1 bad:3 then:failed ptr:x.deru.net from:*.deru.net user:backup")
	c.Denied = tally.Sample{Names: []tally.Count{{Name: "bob", N: 1}}, About: 1}
	r := Judge(on(c), answers(answer("140.99.28.179", check.Unresolvable, "x.deru.net")), Options{Generated: generated, Inputs: []Input{{SSHD: 9}}})
	i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Code == LoginRefusedByName })
	if i < 0 || !strings.Contains(r.Findings[i].Text, "an authorized key of backup,") || strings.Contains(r.Findings[i].Text, "bob") {
		t.Errorf("%+v", r.Findings)
	}
	if n := r.Clients[0].Refused.Names; len(n) != 2 {
		t.Errorf("%+v", n)
	}
}

// A server of which nothing shows that it looks names up is not said to have found a wrong
// one, and no record is advised that would not have helped.
func TestRefusedWithoutUseDNS(t *testing.T) {
	const a = "140.99.28.179"
	for name, tt := range map[string]struct {
		client, want, not string
	}{
		"complained":     {"key:2 bad:2 then:failed ptr:x.deru.net from:*.deru.net user:backup", "by its address only: its reverse name", "nothing shows"},
		"not looked up":  {"key:2 from:*.deru.net user:backup", "by its address only: nothing shows that it looks up names", "only: its"},
		"says otherwise": {"key:2 named:1 from:*.deru.net user:backup", "by its address only: its reverse name", "nothing shows"},
	} {
		t.Run(name, func(t *testing.T) {
			c := on(client(a, tt.client))
			c.sum.Hosts[0].Named = c.clients[0].NamedMapping
			result := answer(a, check.Unresolvable, "x.deru.net")
			result.Findings[0].Advice = []check.Advice{{Code: check.AdvisePTRRecord, Machine: check.ReverseZone, Text: "x"}}
			f := Judge(c, answers(result), Options{}).finding(t, LoginRefusedByName)
			if !strings.Contains(f.Text, tt.want) || strings.Contains(f.Text, tt.not) {
				t.Errorf("%s", f.Text)
			}
			record := slices.ContainsFunc(f.Advice, func(a check.Advice) bool { return a.Code == check.AdvisePTRRecord })
			if record != (name != "not looked up") {
				t.Errorf("advice %+v", f.Advice)
			}
		})
	}
}
