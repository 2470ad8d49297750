package audit

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/sshdlog"
)

// secrets returns what of a report must not be in its anonymized copy: all addresses and
// host names anywhere in it, and all names of users, servers and files.
func secrets(t *testing.T, r *Report) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	add := func(words ...string) {
		for _, w := range words {
			if w != "" && w != "root" && w != "user" /* a member of the JSON */ {
				all[w] = true
			}
		}
	}
	text := toJSON(t, r)
	for _, w := range regexp.MustCompile(`[0-9a-fA-F:.]*[0-9a-fA-F]`).FindAllString(text, -1) {
		if _, err := netip.ParseAddr(w); err == nil {
			add(w)
		}
	}
	for _, w := range regexp.MustCompile(`[\w-]+(\.[\w-]+)*\.[a-z][\w-]+`).FindAllString(text, -1) {
		if !slices.Contains([]string{"resolv.conf", "shosts.equiv", "auth.log", "sshd.usedns-on"}, w) && !isCode(w) {
			add(w)
		}
	}
	for _, h := range r.Hosts {
		add(h.Name)
	}
	for _, c := range r.Clients {
		for _, n := range []Names{c.Users, c.LoggedIn, c.Refused, c.Then.Names} {
			for _, name := range n.Names {
				add(name.Name)
			}
		}
		if c.FirstLogin != nil {
			add(c.FirstLogin.User)
		}
		add(c.Then.NameFirst, c.Then.NameLast)
	}
	add("gustav", "heidi", "buildhost", "laptop9", "emil", "ludwig", "moritz") // of everything, below
	for _, c := range r.Connections {
		add(c.User, c.Name, c.Host)
	}
	return all
}

// wordIn returns where a JSON text has a word, not as a part of another; -1: nowhere.
func wordIn(text, w string) int {
	quoted, _ := json.Marshal(w)
	w = strings.Trim(string(quoted), `"`)
	inside := func(b byte) bool {
		return b == '_' || b == '-' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
	}
	for from := 0; ; {
		i := strings.Index(text[from:], w)
		if i < 0 {
			return -1
		}
		i += from
		if !inside(text[i-1]) && !inside(text[i+len(w)]) {
			return i
		}
		from = i + 1
	}
}

// isCode reports whether a word is a code of a finding.
func isCode(w string) bool {
	_, _, own := Explain(check.Code(w))
	_, _, checks := check.Explain(check.Code(w))
	return own || checks
}

// anonymizable are reports with all that an anonymized one must not have.
func anonymizable(t *testing.T) map[string]*Report {
	t.Helper()
	all := scenarios()
	files, err := filepath.Glob("../internal/auditreport/testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no recorded reports: ", err)
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := new(Report)
		if err := json.Unmarshal(b, r); err != nil {
			continue // of another kind
		}
		all[path] = r
	}
	c := on(client("192.0.2.1", "in:9 bad:9 then:mismatch ptr:pc17"),
		client("fe80::1%eth0", `in:2 key:2 from:buildhost,*.corp.example,!10.9.8.7 user:o\apos;brien`),
		client("2001:db8:77::9", "hostbased:3 key:1 user:carl"),
		client("192.0.2.8", "key:1 from:10.0.0.0/8 at:/home/ludwig/.ssh/authorized_keys:3"),
		client("192.0.2.9", "key:1 from:10.0.0.0/8 at:/home/ludwig/.ssh/authorized_keys:3"),
		client("192.0.2.10", "key:1 from:10.0.0.0/8 at:/opt/moritz/bin/keys:1"))
	c.clients[0].FirstLogin.User = "dieter"
	c.sum.Forged = 1
	c.sum.Forgeries = []tally.Forgery{
		{Host: "mail3", Client: netip.MustParseAddr("203.0.113.5"), Text: "user emil from 198.51.100.9"},
	}
	c.sum.Connections = []tally.Connection{{
		Host: "fs1", Addr: netip.MustParseAddr("192.0.2.1"), Name: "pc17", User: "frida", Outcome: sshdlog.Accepted,
	}}
	all["everything"] = Judge(c, answers(answer("192.0.2.1", check.Mismatch, "pc17")), Options{
		Inputs: []Input{{Name: "gustav log", SSHD: 9, Error: "open gustav log: permission denied"}},
		Server: Server{UseDNS: check.Setting{On: true, Origin: "/srv/heidi/sshd_config:3"},
			ByName: []Rule{{"Match Host", "laptop9", "/srv/heidi/sshd_config:9"}}},
	})
	return all
}

// Nothing that names somebody is left in an anonymized report.
func TestAnonymize(t *testing.T) {
	for name, r := range anonymizable(t) {
		t.Run(name, func(t *testing.T) {
			before := toJSON(t, r)
			var back Report
			if err := json.Unmarshal([]byte(before), &back); err != nil || toJSON(t, &back) != before {
				t.Errorf("it does not survive the way to JSON and back: %v", err)
			}
			a := Anonymize(r)
			text := toJSON(t, a)
			for w := range secrets(t, r) {
				if at := wordIn(text, w); at >= 0 {
					t.Errorf("%q is still there: %s", w, strings.ReplaceAll(text[max(0, at-80):min(len(text), at+80)], "\n", ""))
				}
			}
			if toJSON(t, r) != before {
				t.Error("the report itself has changed")
			}
			if a.Severity != r.Severity || len(a.Clients) != len(r.Clients) || len(a.Findings) != len(r.Findings) ||
				toJSON(t, a.Totals) != toJSON(t, r.Totals) || toJSON(t, a.ThenNow) != toJSON(t, r.ThenNow) {
				t.Error("what it counts has changed")
			}
			if again := toJSON(t, Anonymize(r)); again != text {
				t.Error("it differs from run to run")
			}
		})
	}
}

// The same thing has the same label everywhere, and texts stay readable.
func TestLabels(t *testing.T) {
	a := Anonymize(anonymizable(t)["still"])
	f := a.finding(t, LoginBadlyMapped)
	const want = "client-1: its reverse name name-1 resolves elsewhere (an address); user-1 logs in to server-1 from " +
		"there (209 logins)"
	if f.Text != want || f.Label != "client-1" || a.Clients[0].Label != "client-1" || a.Clients[0].Net != "net-1" ||
		a.Clients[0].LoggedIn.Names[0].Name != "user-1" || a.Clients[0].Then.NameLast != "name-1" ||
		a.Hosts[0].Name != "server-1" {
		t.Errorf("%s\n%s", f.Text, toJSON(t, a.Clients[0]))
	}
	if want := "server-1: 1 client that logs in has a wrong reverse name"; a.Headline != want {
		t.Errorf("%s, want %s", a.Headline, want)
	}
}
