//go:build linux

package e2e

import (
	"encoding/json"
	"strings"
	"testing"
)

// result is the part of a check's JSON that the tests read.
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

// check runs a check; its exit status is tested elsewhere.
func (v *visit) check(targets ...string) (rs []result) {
	v.t.Helper()
	o := v.run(append([]string{"rdnsproxy", "check", "--format", "json"}, targets...)...)
	if err := json.Unmarshal([]byte(o.out), &rs); err != nil || len(rs) != len(targets) {
		v.t.Fatalf("check %q: status %d, %v\n%s%s", targets, o.status, err, o.out, o.err)
	}
	return rs
}

// At least one host for each verdict. The relay's only line about it begins with says; it
// prints none if says is "". complained means that an sshd with UseDNS logs a complaint
// about such a client.
var hosts = []struct {
	name, addr, verdict string
	status              int
	says                string
	complained          bool
}{
	{"exact.example.com", "198.51.100.10", "exact", 0, "", false},
	{"exact6.example.com", "2001:db8::10", "exact", 0, "", false},
	{"delegated.example.com", "198.51.100.23", "exact", 0, "", false},
	{"confirmed.example.com", "198.51.100.11", "confirmed", 0, "", false},
	{"alias.example.com", "198.51.100.10", "confirmed", 0, "", false},
	{"exempt.example.com", "10.0.0.12", "exempt", 0, "", false},
	{"missing.example.com", "198.51.100.13", "missing", 0, "", false},
	{"undetermined.example.com", "203.0.113.14", "undetermined", 3, "rdnsproxy: ", false},
	{"unasked.example.com", "198.51.100.21", "undetermined", 3, "rdnsproxy: ", true},
	{"malformed.example.com", "198.51.100.15", "malformed", 1, "rdnsproxy: warning: ", false},
	{"my.example.com", "192.168.1.243", "unresolvable", 1, "rdnsproxy: warning: ", true},
	{"numeric.example.com", "198.51.100.17", "numeric", 1, "rdnsproxy: warning: ", true},
	{"numeric-hex.example.com", "198.51.100.19", "numeric", 1, "rdnsproxy: warning: ", true},
	{"mismatch.example.com", "198.51.100.18", "mismatch", 1, "rdnsproxy: warning: ", true},
	{"mismatch6.example.com", "2001:db8::18", "mismatch", 1, "rdnsproxy: warning: ", true},
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

// complaint returns what an sshd with UseDNS logs about a client from an address; "" if
// nothing.
func (v *visit) complaint(addr, host string) (said string) {
	v.t.Helper()
	before := len(v.sshdSaid(sshdUseDNS))
	v.ssh("-o", "ProxyCommand=none", "-b", addr, "-p", sshdUseDNS, host, "true")
	var log string
	v.eventually("the session's end", func() bool {
		log = v.sshdSaid(sshdUseDNS)[before:]
		return strings.Contains(log, "Disconnected from")
	})
	for line := range strings.Lines(log) {
		for _, c := range []string{"reverse mapping checking", "Nasty PTR record", "maps to"} {
			if strings.Contains(line, c) {
				said = strings.TrimSpace(line)
			}
		}
	}
	return said
}

// check predicts what an sshd with UseDNS logs about such a client.
func TestSSHDMessage(t *testing.T) {
	v := newVisit(t)
	for _, h := range hosts {
		said := v.complaint(h.addr, h.name)
		if (said != "") != h.complained {
			t.Errorf("%s: unexpected of sshd: %q", h.name, said)
		}
		if got := v.check(h.name)[0].Addresses[0].Message; got != said {
			t.Errorf("%s: sshd_message %q, sshd says %q", h.name, got, said)
		}
	}
}

// One of several reverse names that resolves back is enough, but the other is worth a
// notice: libc returns one of them at random.
func TestSeveralReverseNames(t *testing.T) {
	v := newVisit(t)
	if o := v.ssh("several.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
		t.Errorf("%+v", o)
	}
	r := v.check("several.example.com")[0]
	if r.Verdict != "exact" || r.Severity != "notice" || len(r.Addresses) != 1 || len(r.Addresses[0].PTR) != 2 {
		t.Errorf("%+v", r)
	}
}

// The hosts file is used if and only if nsswitch.conf says so, as in libc and so in sshd.
func TestNsswitchOrder(t *testing.T) {
	v := newVisit(t)
	v.write("/etc/hosts", pristine["hosts"]+articleLine+"\n")
	for order, verdict := range map[string]string{
		"files dns":                     "exact",
		"dns files":                     "unresolvable",
		"dns":                           "unresolvable",
		"dns [NOTFOUND=continue] files": "unresolvable",
	} {
		v.write("/etc/nsswitch.conf", strings.Replace(pristine["nsswitch.conf"], "files dns", order, 1))
		r := v.check("my.example.com")[0]
		if said := v.complaint("192.168.1.243", "my.example.com"); r.Verdict != verdict || said != r.Addresses[0].Message {
			t.Errorf("hosts: %s: verdict %s, want %s; sshd_message %q, sshd says %q", order, r.Verdict, verdict, r.Addresses[0].Message, said)
		}
	}
}

// A name that the search list completes counts as the name that was asked for.
func TestSearchList(t *testing.T) {
	v := newVisit(t)
	v.write("/etc/resolv.conf", pristine["resolv.conf"]+"search example.net example.com\n")
	if o := v.ssh("exact", "echo hello"); o != (outcome{"hello\n", "", 0}) {
		t.Errorf("%+v", o)
	}
	if r := v.check("exact")[0]; r.Verdict != "exact" {
		t.Errorf("%+v", r)
	}
}

// No byte of a hostile PTR record moves the cursor or imitates a prompt.
func TestHostileNameAtTerminal(t *testing.T) {
	v := newVisit(t)
	screen, status := v.onTerminal("ssh", "malformed.example.com", "true")
	if status != 0 || strings.Contains(screen, "host's password:") || !strings.Contains(screen, `root\064host\039s\032password\058`) {
		t.Errorf("status %d, screen %q", status, screen)
	}
}
