//go:build linux

package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// result is what the tests read of a check's JSON.
type result struct {
	Schema    int
	Target    string
	Verdict   string
	Severity  string
	Addresses []struct {
		Address string
		Source  string
		Verdict string
		PTR     []struct {
			Name, Status string
			Confirmed    bool
		}
		Message string `json:"sshd_message"`
	}
}

// check runs a check; its exit status is judged elsewhere.
func (v *visit) check(targets ...string) (rs []result) {
	v.t.Helper()
	o := v.run(append([]string{"rdnsproxy", "check", "--format", "json"}, targets...)...)
	if err := json.Unmarshal([]byte(o.out), &rs); err != nil || len(rs) != len(targets) {
		v.t.Fatalf("check %q: status %d, %v\n%s%s", targets, o.status, err, o.out, o.err)
	}
	return rs
}

// One host for each verdict. The relay's first word about it stands in says:
// nothing, where there is nothing to warn of.
var hosts = []struct {
	name, addr, verdict string
	status              int
	says                string
}{
	{"exact.example.com", "198.51.100.10", "exact", 0, ""},
	{"exact6.example.com", "2001:db8::10", "exact", 0, ""},
	{"confirmed.example.com", "198.51.100.11", "confirmed", 0, ""},
	{"exempt.example.com", "10.0.0.12", "exempt", 0, ""},
	{"missing.example.com", "198.51.100.13", "missing", 0, ""},
	{"undetermined.example.com", "203.0.113.14", "undetermined", 3, "rdnsproxy: "},
	{"malformed.example.com", "198.51.100.15", "malformed", 1, "rdnsproxy: warning: "},
	{"my.example.com", "192.168.1.243", "unresolvable", 1, "rdnsproxy: warning: "},
	{"numeric.example.com", "198.51.100.17", "numeric", 1, "rdnsproxy: warning: "},
	{"numeric-hex.example.com", "198.51.100.19", "numeric", 1, "rdnsproxy: warning: "},
	{"mismatch.example.com", "198.51.100.18", "mismatch", 1, "rdnsproxy: warning: "},
	{"mismatch6.example.com", "2001:db8::18", "mismatch", 1, "rdnsproxy: warning: "},
}

func TestEveryVerdict(t *testing.T) {
	for _, h := range hosts {
		t.Run(h.name, func(t *testing.T) {
			v := newVisit(t)
			o := v.ssh(h.name, "echo hello")
			if o.out != "hello\n" {
				t.Errorf("stdout %q", o.out)
			}
			if first, rest, _ := strings.Cut(o.err, "\n"); h.says == "" && o.err != "" || !strings.HasPrefix(first, h.says) || rest != "" {
				t.Errorf("stderr %q, want one line that begins %q", o.err, h.says)
			}
			if h.says != "" && (!strings.Contains(o.err, h.name) || !strings.Contains(o.err, h.addr)) {
				t.Errorf("stderr %q names neither the host nor the address", o.err)
			}
			r := v.check(h.name)[0]
			if r.Schema != 1 || r.Target != h.name || r.Verdict != h.verdict || len(r.Addresses) != 1 || r.Addresses[0].Address != h.addr {
				t.Errorf("check: %+v", r)
			}
			if o := v.run("rdnsproxy", "check", h.name); o.status != h.status || !strings.Contains(o.out, h.verdict) {
				t.Errorf("check: status %d, want %d\n%s%s", o.status, h.status, o.out, o.err)
			}
		})
	}
}

func TestNoAddress(t *testing.T) {
	v := newVisit(t)
	for _, name := range []string{"nowhere.example.com", "empty.example.com"} {
		o := v.run("ssh", name, "true")
		if first, _, _ := strings.Cut(o.err, "\n"); o.status != 255 || !strings.HasPrefix(first, "rdnsproxy: ") || !strings.Contains(first, name) {
			t.Errorf("%s: %+v", name, o)
		}
		if r := v.check(name)[0]; r.Verdict != "no-address" || r.Severity != "error" {
			t.Errorf("%s: %+v", name, r)
		}
		if o := v.run("rdnsproxy", "check", name); o.status != 1 {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

// What check foretells is what an sshd with UseDNS says about such a client.
func TestSSHDMessage(t *testing.T) {
	v := newVisit(t)
	v.sshConfig("") // ssh -b does it without the program
	complaints := []string{"reverse mapping checking", "Nasty PTR record", "maps to"}
	for _, h := range hosts {
		before := len(v.sshdSaid(sshdUseDNS))
		v.ssh("-b", h.addr, "-p", sshdUseDNS, h.name, "true")
		var said string
		v.eventually("the session's end", func() bool {
			said = v.sshdSaid(sshdUseDNS)[before:]
			return strings.Contains(said, "Disconnected from")
		})
		want := ""
		for line := range strings.Lines(said) {
			if slices.ContainsFunc(complaints, func(c string) bool { return strings.Contains(line, c) }) {
				want = strings.TrimSpace(line)
			}
		}
		if want == "" != (h.verdict != "unresolvable" && h.verdict != "numeric" && h.verdict != "mismatch") {
			t.Errorf("%s: unexpected of sshd: %q", h.name, want)
		}
		if got := v.check(h.name)[0].Addresses[0].Message; got != want {
			t.Errorf("%s: sshd_message %q, sshd says %q", h.name, got, want)
		}
	}
}

// No byte of a PTR that a stranger wrote moves a cursor or reads as a prompt.
func TestHostileNameAtTerminal(t *testing.T) {
	v := newVisit(t)
	screen, status := v.onTerminal("ssh", "malformed.example.com", "true")
	if status != 0 || strings.Contains(screen, "host's password:") || !strings.Contains(screen, `root\064host\039s\032password\058`) {
		t.Errorf("status %d, screen %q", status, screen)
	}
}
