package audit

import (
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/sshdlog"
)

// The tables share no code with check's, and every row has an explanation in the same
// form.
func TestEveryCodeIsExplained(t *testing.T) {
	rows, seen := map[check.Code]bool{}, map[check.Code]bool{}
	for _, d := range Codes() {
		if rows[d.Code] {
			t.Errorf("%s has two rows", d.Code)
		}
		rows[d.Code] = true
		if _, _, ok := Explain(d.Code); !ok {
			t.Errorf("%s has no explanation: add one in explain_*.go, then go test ./internal/doctest -update", d.Code)
		}
		if _, _, ok := check.Explain(d.Code); ok {
			t.Errorf("%s is a code of check too", d.Code)
		}
	}
	for _, d := range AdviceCodes() {
		if slices.ContainsFunc(check.AdviceCodes(), func(c check.AdviceDoc) bool { return c.Code == d.Code }) {
			t.Errorf("%s is a piece of check's advice too", d.Code)
		}
	}
	for _, e := range Explanations() {
		if !rows[e.Code] || seen[e.Code] {
			t.Errorf("%s is explained twice, or is not a code", e.Code)
		}
		seen[e.Code] = true
		v := reflect.ValueOf(e)
		for i := range v.NumField() {
			name, text := v.Type().Field(i).Name, v.Field(i).String()
			switch {
			case text == "":
				t.Errorf("%s: %s is empty", e.Code, name)
			case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }):
				t.Errorf("%s: %s is more than plain ASCII on one line: %q", e.Code, name, text)
			case slices.Contains([]string{"Means", "Sure", "Who", "Do"}, name) && !strings.HasSuffix(text, "."):
				t.Errorf("%s: %s does not end a sentence: %q", e.Code, name, text)
			}
		}
	}
}

// The findings that monitoring relies on keep their severity.
func TestSeverities(t *testing.T) {
	for code, least := range map[check.Code]check.Severity{
		LoginAfterGuessing: check.Warning, // somebody may be in who should not be
		LogForged:          check.Warning, // a program that blocks addresses can be turned against others
		LogLocal:           check.Warning, // the log is not the server's
		LoginRefusedByName: check.Warning, // a backup that does not run, and nobody sees it
		LoginBadlyMapped:   check.Warning,
		LogEmpty:           check.Unknown, // an empty log is not a clean one
		LogUnreadable:      check.Unknown, // what was not read must not pass
		LogPartial:         check.Unknown,
	} {
		d, _, ok := Explain(code)
		if !ok || d.Severity < least {
			t.Errorf("%s is %s, want %s or worse", code, d.Severity, least)
		}
	}
	for _, code := range []check.Code{OnlyGuessing, GuessingBadlyMapped} { // every server on the internet has this
		if d, _, _ := Explain(code); d.Severity != check.Pass {
			t.Errorf("%s is %s", code, d.Severity)
		}
	}
}

// scenarios are reports that have every code, with every severity of its row, in the words
// of its explanation's example.
func scenarios() map[string]*Report { return scenariosWith(func(*counts, *Options) {}) }

// scenariosWith are the scenarios after a change of each of them.
func scenariosWith(last func(*counts, *Options)) map[string]*Report {
	all := map[string]*Report{}
	add := func(name string, c *counts, now map[netip.Addr]*check.Result, change ...func(*counts, *Options)) {
		o := Options{Generated: generated, Inputs: []Input{{Name: "auth.log", SSHD: 2000}}}
		for _, f := range change {
			f(c, &o)
		}
		last(c, &o)
		all[name] = Judge(c, now, o)
	}
	said := func(a string, v check.Verdict, words string, names ...string) *check.Result {
		r := answer(a, v, names...)
		r.Findings[0].Text = a + ": " + words
		return r
	}
	host := func(name string, f func(*tally.Host)) func(*counts, *Options) {
		return func(c *counts, _ *Options) {
			c.sum.Hosts[0].Name = name
			f(&c.sum.Hosts[0])
		}
	}
	const elsewhere = "its reverse name dsl-40.isp.example resolves elsewhere (203.0.113.99)"
	bad := "in:209 bad:212 then:mismatch ptr:dsl-40.isp.example"
	add("still", on(client("203.0.113.40", bad)),
		answers(said("203.0.113.40", check.Mismatch, elsewhere, "dsl-40.isp.example")))
	add("still, no such name", on(client("203.0.113.43", "in:9 bad:9 then:failed ptr:dsl-43.isp.example")),
		answers(said("203.0.113.43", check.Unresolvable, "its reverse name dsl-43.isp.example does not exist (NXDOMAIN)",
			"dsl-43.isp.example")))
	add("not looked up", on(client("203.0.113.40", bad)), nil)
	add("no answer", on(client("203.0.113.40", bad)), answers(answer("203.0.113.40", check.Undetermined)))
	add("fixed", on(client("203.0.113.41", "in:1 bad:1 then:failed ptr:old.isp.example")),
		answers(answer("203.0.113.41", check.Confirmed, "new.isp.example")))
	add("by name", on(client("140.99.28.179",
		"key:46 bad:46 then:failed ptr:179.cureconsulting.deru.net from:*.deru.net,good.example.com user:backup")),
		answers(said("140.99.28.179", check.Unresolvable,
			"its reverse name 179.cureconsulting.deru.net does not exist (NXDOMAIN)", "179.cureconsulting.deru.net")))
	add("by address", on(client("198.51.100.20", "key:2 from:10.0.0.0/8 user:git")), nil)
	add("by certificate", on(client("198.51.100.21", "cert:2 user:deploy")), nil)
	add("AllowUsers", on(client("203.0.113.42", "failed:3 denied:3 bad:3 then:failed ptr:dsl-42.isp.example user:ben unlisted:ben")),
		answers(said("203.0.113.42", check.Unresolvable, "its reverse name dsl-42.isp.example does not exist (NXDOMAIN)",
			"dsl-42.isp.example")),
		func(_ *counts, o *Options) {
			o.Server.ByName = []Rule{{"AllowUsers", "ben@*.isp.example", "/etc/ssh/sshd_config:9"}}
		})
	add("hostbased", on(client("192.0.2.17", "hostbased:3")), nil)
	add("guessed", on(client("198.51.100.77", "in:1 failed:1204 before:1204 users:61")), nil, func(c *counts, _ *Options) {
		k := &c.clients[0]
		k.FirstLogin = tally.Login{Time: 1795317240, Host: "web17", User: "deploy"}
		k.Hosts, k.MoreHosts = strings.Fields("web1 web2 web3 web4 web5 web6 web7 web17"), true
	})
	dead := on(client("198.51.100.1", "in:1"), client("198.51.100.2", "in:1"), client("198.51.100.3", "in:1"))
	add("dead zone", dead, answers(answer("198.51.100.1", check.Undetermined), answer("198.51.100.2", check.Undetermined),
		answer("198.51.100.3", check.Undetermined)))
	var nine []tally.Client
	var nineSaid []*check.Result
	for i := range byte(9) {
		a := netip.AddrFrom4([4]byte{203, 0, 113, 20 + i}).String()
		nine = append(nine, client(a, bad))
		nineSaid = append(nineSaid, answer(a, check.Mismatch, "dsl-40.isp.example"))
	}
	add("bad zone", on(nine...), answers(nineSaid...))
	waits := func(median, longest int64) func(*counts, *Options) {
		return host("fs1", func(h *tally.Host) { h.Waits, h.MedianWait, h.LongestWait = 9, median, longest })
	}
	add("slow", on(), nil, waits(5_300_000, 10_200_000))
	add("a bit slow", on(), nil, waits(1_300_000, 2_000_000))
	add("UseDNS", on(), nil, host("LabSZ", func(h *tally.Host) { h.Complaints, h.Named, h.LastProof = 85, 5, noon }))
	add("past", on(), nil, host("web5", func(h *tally.Host) {
		h.Complaints, h.FirstProof, h.LastProof = 12, noon-30*86400, noon-20*86400
	}))
	var guessers []tally.Client
	for i := range byte(24) {
		what := "failed:22"
		if i < 4 {
			what = "failed:23 bad:9 then:failed ptr:x"
		}
		guessers = append(guessers, client(netip.AddrFrom4([4]byte{192, 0, 2, i}).String(), what))
	}
	add("guessers", on(guessers...), nil)
	add("forged", on(), nil, func(c *counts, _ *Options) {
		c.sum.Forged = 37
		c.sum.Forgeries = []tally.Forgery{{Host: "mail3", Client: netip.MustParseAddr("203.0.113.5"), Text: "x"}}
	})
	add("local", on(), nil, host("fs1", func(h *tally.Host) { h.Trust[sshdlog.Local], h.LocalUIDs = 3, []uint32{1000} }))
	add("open", on(), nil, host("c1", func(h *tally.Host) { h.Trust[sshdlog.Stranger] = 3 }))
	madeUp := client("1.2.3.4", "in:4 failed:99 before:99 key:2 denied:1 hostbased:1 bad:4 then:failed "+
		"ptr:x.example.net from:*.example.net user:root unlisted:root unproven:yes")
	add("made up", on(madeUp), nil)
	add("made up, forged", on(madeUp), nil, func(c *counts, _ *Options) { c.sum.Forged = 1 })
	add("made up, AllowUsers", on(madeUp), nil, func(_ *counts, o *Options) {
		o.Server.ByName = []Rule{{"AllowUsers", "root@*.example.net", "/etc/ssh/sshd_config:9"}}
	})
	add("inputs", on(), nil, func(c *counts, o *Options) {
		o.Inputs = []Input{
			{Name: "/var/log/auth.log.2.gz", Error: "unexpected end of file"}, {Name: "journal", Partial: true},
			{Name: "auth.log", SSHD: 2000, Unread: 311, Cut: 12}}
		c.sum.Hours = []tally.Hour{{Start: noon, Dropped: 41022}}
		c.sum.Reached = []tally.Cap{{Of: "clients", Most: 1_000_000, Left: 12345}}
	})
	add("no match", on(), nil, func(_ *counts, o *Options) {
		o.Only, o.Asked.Hosts = []string{"host fs2"}, []string{"fs2"}
	})
	add("empty", &counts{}, nil, func(_ *counts, o *Options) { o.Inputs = []Input{{Name: "kern.log", Lines: 9}} })
	return all
}

// Every code has a finding, with every severity of its row and in the words of its example.
func TestEveryCodeIsFound(t *testing.T) {
	severities, texts := map[check.Code][]check.Severity{}, map[check.Code][]string{}
	for _, r := range scenarios() {
		for _, f := range r.Findings {
			severities[f.Code] = append(severities[f.Code], f.Severity)
			texts[f.Code] = append(texts[f.Code], f.Text)
		}
	}
	for _, d := range Codes() {
		_, e, _ := Explain(d.Code)
		if !slices.Contains(texts[d.Code], e.Example) {
			t.Errorf("%s: the example %q is not among\n%s", d.Code, e.Example, strings.Join(texts[d.Code], "\n"))
		}
		want := []check.Severity{d.Severity}
		for _, x := range d.Except {
			want = append(want, x.Severity)
		}
		for _, s := range want {
			if !slices.Contains(severities[d.Code], s) {
				t.Errorf("%s is never %s", d.Code, s)
			}
		}
		for _, s := range severities[d.Code] {
			if !slices.Contains(want, s) {
				t.Errorf("%s is %s, which its row does not list", d.Code, s)
			}
		}
	}
}

// A line for a name that another machine has would take that name from it.
func TestNoHostsLineForAnothersName(t *testing.T) {
	for name, want := range map[string]bool{"still": false, "still, no such name": true} {
		got := false
		for _, f := range scenarios()[name].Findings {
			got = got || slices.ContainsFunc(f.Advice, func(a check.Advice) bool { return a.Code == AdviseServerHosts })
		}
		if got != want {
			t.Errorf("%s: a hosts line: %t", name, got)
		}
	}
}

// Every piece of advice is given, and names the machine of its row.
func TestEveryAdviceIsGiven(t *testing.T) {
	given := map[check.AdviceCode]bool{}
	for name, r := range scenarios() {
		for _, f := range r.Findings {
			for _, a := range f.Advice {
				given[a.Code] = true
				if a.Machine == "" || a.Text == "" {
					t.Errorf("%s: %+v", name, a)
				}
				if a.Machine == check.Server && f.Address.IsValid() && len(f.Hosts) == 0 {
					t.Errorf("%s: %s is for a server, and names none", name, a.Code)
				}
			}
		}
	}
	for _, d := range AdviceCodes() {
		if !given[d.Code] {
			t.Errorf("%s is never given", d.Code)
		}
	}
}
