package audit

import (
	"strings"
	"testing"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/sshdlog"
)

// Whether a server looks up names follows from the log, and from sshd_config if that is
// the server's.
func TestUseDNS(t *testing.T) {
	const day = 24 * 60 * 60
	on, off := check.Setting{On: true, Origin: "sshd_config:1"}, check.Setting{Origin: "sshd_config:1"}
	seen := func(n, first, last int64) tally.Host {
		return tally.Host{Name: "fs1", Complaints: n, FirstProof: noon + first, LastProof: noon + last, Last: noon}
	}
	for name, tt := range map[string]struct {
		host tally.Host
		conf Server
		want string
	}{
		"nothing":              {tally.Host{Name: "fs1", Last: noon}, Server{}, "unknown"},
		"lines to the end":     {seen(90, -30*day, -60), Server{}, "on"},
		"names":                {tally.Host{Name: "fs1", Named: 1}, Server{}, "on"},
		"no stamps":            {tally.Host{Name: "fs1", Complaints: 9}, Server{}, "on"},
		"no more lines":        {seen(90, -30*day, -20*day), Server{}, "past"},
		"rare lines":           {seen(3, -30*day, -20*day), Server{}, "on"},
		"silent for hours":     {seen(9000, -30*day, -day/2), Server{}, "on"},
		"sshd_config says yes": {tally.Host{Name: "fs1"}, Server{UseDNS: on}, "on"},
		"sshd_config says no":  {tally.Host{Name: "fs1"}, Server{UseDNS: off}, "off"},
		"no since then":        {seen(90, -30*day, 0), Server{UseDNS: off}, "past"},
		"another server's":     {seen(90, -30*day, 0), Server{Host: "fs2", UseDNS: off}, "on"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &counts{sum: tally.Summary{Hosts: []tally.Host{tt.host}}}
			if r := Judge(c, nil, Options{Server: tt.conf}); r.Hosts[0].UseDNS != tt.want {
				t.Errorf("%s, want %s", r.Hosts[0].UseDNS, tt.want)
			}
		})
	}
}

// A log that does not name its server, and into which clients can write.
func TestNamelessServer(t *testing.T) {
	c := on(client("192.0.2.1", "in:9 bad:9 then:mismatch ptr:x.example.net"),
		client("192.0.2.2", "in:1 failed:40 before:40"))
	c.sum.Hosts[0].Name = ""
	c.sum.Hosts[0].Trust[sshdlog.Stranger] = 100
	for i := range c.clients {
		c.clients[i].Hosts = nil
		c.clients[i].FirstLogin.Host = ""
	}
	r := Judge(c, nil, Options{})
	if a := r.finding(t, LoginBadlyMapped).Advice; len(a) != 1 || a[0].Code != AdviseUseDNS {
		t.Errorf("advice %+v", a)
	}
	f := r.finding(t, LoginAfterGuessing)
	for _, text := range []string{f.Text, r.Headline} {
		if !strings.Contains(text, "logged in to the server as anna") || !strings.Contains(text, "clients can write") {
			t.Errorf("%s", text)
		}
	}
	if len(f.Hosts) != 0 {
		t.Errorf("%q", f.Hosts)
	}
	c.sum.Hosts[0].Trust = [4]int64{}
	if r := Judge(c, nil, Options{}); strings.Contains(r.Headline, "clients can write") {
		t.Errorf("%s", r.Headline)
	}
}

// Lines of a server that say nothing about a client are lines of a server.
func TestHeadlineOfSilentLines(t *testing.T) {
	for lines, want := range map[int64]string{
		0: "no line of an SSH server was found",
		1: "the server: no login, and no complaint about a reverse name",
	} {
		r := Judge(&counts{}, nil, Options{Inputs: []Input{{Name: "auth.log", Lines: 1, SSHD: lines}}})
		if r.Headline != want {
			t.Errorf("%d lines: %s", lines, r.Headline)
		}
	}
}

// Lines that any client can have written do not prove that a server looks names up: the finding
// says so, and nobody's reverse name is found wrong because of them.
func TestForgeableProofs(t *testing.T) {
	const a = "192.0.2.1"
	for _, stranger := range []int64{0, 9} {
		c := on(client(a, "in:1"))
		h := &c.sum.Hosts[0]
		h.Named, h.LastProof, h.Trust[sshdlog.Stranger] = 3, noon, stranger
		r := Judge(c, answers(answer(a, check.Mismatch, "x.example.net")), Options{})
		text := r.finding(t, UseDNSOn).Text
		if got := strings.Contains(text, "3 lines show it (any client can have written them)"); got != (stranger > 0) {
			t.Errorf("%d: %s", stranger, text)
		}
		wrong := false
		for _, f := range r.Findings {
			wrong = wrong || f.Code == check.MappingCode(check.Mismatch)
		}
		if wrong != (stranger == 0) {
			t.Errorf("%d: %+v", stranger, r.Findings)
		}
	}
}

// A name that was wrong in the log, on a server that has stopped looking names up, is said to be
// no longer looked up.
func TestNoLongerLookedUp(t *testing.T) {
	for _, off := range []bool{false, true} {
		var o Options
		if off {
			o.Server.UseDNS = check.Setting{Origin: "sshd_config:1"}
		}
		c := on(client("192.0.2.1", "in:9 bad:9 then:mismatch ptr:x.example.net"))
		text := Judge(c, answers(answer("192.0.2.1", check.Mismatch, "x.example.net")), o).finding(t, LoginBadlyMapped).Text
		if got := strings.HasSuffix(text, "; fs1 no longer looks names up"); got != off {
			t.Errorf("UseDNS no: %t: %s", off, text)
		}
	}
}
