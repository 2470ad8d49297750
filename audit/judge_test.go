package audit

import (
	"encoding/json"
	"net/netip"
	"slices"
	"testing"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/sshdlog"
)

func kindOf(word string) sshdlog.Kind {
	for k := range sshdlog.Kinds {
		if sshdlog.Kind(k).String() == "map."+word {
			return sshdlog.Kind(k)
		}
	}
	panic(word)
}

// Readings follow from the log.
func TestReadings(t *testing.T) {
	for what, want := range map[string]Reading{
		"in:1":                                People,
		"in:1 failed:3":                       People,
		"in:1 failed:4":                       Mixed,
		"in:50 failed:50":                     People,
		"in:50 failed:51":                     Mixed,
		"key:1 failed:1":                      Refused,
		"in:1 key:1":                          People,
		"denied:2 user:bob":                   Refused,
		"denied:2 user:root failed:2":         Guessing,
		"denied:2 user:mail unknown:9":        Guessing,
		"failed:1":                            Guessing,
		"attempts:7":                          Guessing,
		"unknown:1":                           Guessing,
		"hostbased:1":                         Guessing,
		"knocked:9":                           Passing,
		"knocked:9 bad:9 then:failed ptr:a.b": Passing,
	} {
		t.Run(what, func(t *testing.T) {
			c := client("192.0.2.1", what)
			if got := read(&c); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
	c := client("192.0.2.1", "in:1 attempts:9")
	c.Connections = 0 // a log without pids
	if got := read(&c); got != Mixed {
		t.Errorf("without pids: %s, want %s", got, Mixed)
	}
}

// Each pair of then and now has its place in the closed set.
func TestChanges(t *testing.T) {
	for _, tt := range []struct {
		then string
		now  check.Verdict
		want Change
	}{
		{"then:failed", check.Unresolvable, Still}, {"then:mismatch", check.Unresolvable, Still},
		{"then:numeric", check.Numeric, Still}, {"then:failed", check.Malformed, Still},
		{"then:failed", check.Exact, Fixed}, {"then:numeric", check.Confirmed, Fixed},
		{"then:failed", check.Missing, Removed}, {"then:mismatch", check.Exempt, Removed},
		{"", check.Mismatch, New}, {"named:3", check.Mismatch, New}, {"", check.Exact, Unchanged},
		{"", check.Missing, Unchanged}, {"named:1", check.Confirmed, Unchanged},
		{"then:failed", check.Undetermined, Undetermined}, {"", check.Undetermined, Undetermined},
		{"then:missing", check.Missing, Unchanged}, {"then:missing", check.Exact, Fixed},
		{"then:missing", check.Mismatch, New},
		{"then:failed", "", Skipped}, {"", "", Skipped},
	} {
		t.Run(tt.then+" "+string(tt.now), func(t *testing.T) {
			c := client("192.0.2.1", tt.then)
			var a *check.Address
			if tt.now != "" {
				_, a = verdicts(answers(answer("192.0.2.1", tt.now))).of(c.Addr)
			}
			if got := change(&c, a); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// Which findings a client causes.
func TestClientFindings(t *testing.T) {
	const a = "192.0.2.1"
	for name, tt := range map[string]struct {
		what string
		now  *check.Result // nil: not looked up
		want []string
	}{
		"still badly mapped": {"in:9 bad:9 then:mismatch ptr:x.example.net", answer(a, check.Mismatch, "x.example.net"),
			[]string{"login.badly-mapped warning", "sshd.usedns-on notice"}},
		"not looked up": {"in:9 bad:9 then:mismatch ptr:x.example.net", nil,
			[]string{"login.badly-mapped notice", "sshd.usedns-on notice"}},
		"no answer": {"in:9 bad:9 then:mismatch ptr:x.example.net", answer(a, check.Undetermined),
			[]string{"login.badly-mapped unknown", "sshd.usedns-on notice"}},
		"fixed": {"in:9 bad:9 then:mismatch ptr:x.example.net", answer(a, check.Confirmed, "x.example.net"),
			[]string{"sshd.usedns-on notice", "login.was-badly-mapped ok"}},
		"removed": {"in:9 bad:9 then:mismatch ptr:x.example.net", answer(a, check.Missing),
			[]string{"sshd.usedns-on notice", "login.was-badly-mapped ok"}},
		"healthy":              {"in:9", answer(a, check.Exact, "x.example.net"), nil},
		"without DNS":          {"in:9", nil, nil},
		"no PTR record":        {"in:9", answer(a, check.Missing), nil},
		"bad, but nobody asks": {"in:9", answer(a, check.Mismatch, "x.example.net"), nil},
		"guesser": {"failed:9 bad:9 then:failed ptr:x.example.net", answer(a, check.Unresolvable, "x.example.net"),
			[]string{"sshd.usedns-on notice", "guessing.badly-mapped ok", "guessing ok"}},
		"guessed and in": {"in:1 failed:40 before:40 users:7", answer(a, check.Exact),
			[]string{"login.after-guessing warning"}},
		"few failures":   {"in:1 failed:9 before:9 users:2", nil, nil},
		"failures later": {"in:1 failed:40 before:0 users:1", nil, nil},
		"key refused by name": {"key:4 failed:4 bad:4 then:failed ptr:x.example.net from:*.example.net user:backup",
			answer(a, check.Unresolvable, "x.example.net"), []string{"login.refused-by-name warning", "sshd.usedns-on notice"}},
		"key refused, other name": {"key:4 from:*.example.org user:backup", answer(a, check.Exact, "x.example.net"),
			[]string{"login.refused-from notice"}},
		"key refused by address": {"key:4 from:10.0.0.0/8 user:backup", answer(a, check.Exact, "x.example.net"),
			[]string{"login.refused-from notice"}},
		"key refused, no list": {"key:4 user:backup", nil, []string{"login.refused-from notice"}},
		"key refused, zone down": {"key:4 from:*.example.org user:backup", answer(a, check.Undetermined),
			[]string{"login.refused-by-name warning"}},
		"hostbased": {"hostbased:3", answer(a, check.Mismatch, "x.example.net"),
			[]string{"hostbased.mismatch warning", "guessing ok"}},
	} {
		t.Run(name, func(t *testing.T) {
			var looked map[netip.Addr]*check.Result
			if tt.now != nil {
				looked = answers(tt.now)
			}
			r := Judge(on(client(a, tt.what)), looked, Options{Generated: generated})
			if got := codes(r); !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if r.Severity != r.worst() || r.Headline == "" {
				t.Errorf("severity %s, headline %q", r.Severity, r.Headline)
			}
		})
	}
}

// A mapping that has become bad since, on a server that looks names up, is found, with who
// logs in from there; no other mapping is.
func TestNewlyBad(t *testing.T) {
	c := on(client("192.0.2.1", "in:9"), client("192.0.2.2", "in:9 bad:1 then:failed ptr:y.example.net"),
		client("192.0.2.3", "failed:9"), client("192.0.2.4", "in:9"))
	r := Judge(c, answers(answer("192.0.2.1", check.Mismatch, "x.example.net"), answer("192.0.2.2", check.Missing),
		answer("192.0.2.3", check.Mismatch, "z.example.net"), answer("192.0.2.4", check.Missing)), Options{})
	f := r.finding(t, check.MappingCode(check.Mismatch))
	const want = "192.0.2.1: its reverse name is mismatch; anna logs in to fs1 from there (9 logins)"
	if f.Text != want || f.Severity != check.Warning || !slices.Equal(f.Hosts, []string{"fs1"}) {
		t.Errorf("%+v", f)
	}
	if want := "fs1: 1 client that logs in has a wrong reverse name"; r.Headline != want {
		t.Errorf("%s, want %s", r.Headline, want)
	}
	if slices.Contains(codes(r), "mapping.missing notice") {
		t.Errorf("%q", codes(r))
	}
}

// What DNS says changes neither a reading nor any finding about guessing or the log.
func TestDNSNeverAccuses(t *testing.T) {
	build := func() *counts {
		c := on(
			client("192.0.2.1", "in:9 bad:9 then:mismatch ptr:x.example.net"), client("192.0.2.2", "failed:90"),
			client("192.0.2.3", "failed:3 bad:3 then:failed ptr:y.example.net"), client("192.0.2.4", "knocked:1"),
			client("192.0.2.5", "in:1 failed:40 before:40 users:7"), client("192.0.2.6", "key:2 from:*.example.net user:git"))
		c.sum.Forged = 3
		c.sum.Forgeries = []tally.Forgery{{Host: "fs1", Client: netip.MustParseAddr("192.0.2.2"), Text: "x"}}
		c.sum.Hosts[0].Trust[sshdlog.Stranger] = 4
		return c
	}
	judged := func(v check.Verdict) (fixed []string) {
		var rs []*check.Result
		for _, c := range build().clients {
			if v != "" {
				rs = append(rs, answer(c.Addr.String(), v, "x.example.net"))
			}
		}
		r := Judge(build(), answers(rs...), Options{Generated: generated})
		for _, c := range r.Clients {
			fixed = append(fixed, c.Address.String()+" "+string(c.Reading))
		}
		slices.Sort(fixed)
		for _, f := range r.Findings {
			switch f.Code {
			case LoginAfterGuessing, OnlyGuessing, GuessingBadlyMapped, LogForged, LogForgeable:
				fixed = append(fixed, toJSON(t, f))
			}
		}
		return append(fixed, toJSON(t, r.Totals))
	}
	want := judged("")
	if len(want) != 6+5+1 {
		t.Fatalf("%d lines to compare: %q", len(want), want)
	}
	for _, v := range check.Verdicts() {
		if v == check.NoAddress {
			continue
		}
		if got := judged(v); !slices.Equal(got, want) {
			t.Errorf("%s makes it\n%s\nwithout DNS it is\n%s", v, got, want)
		}
	}
}

// A report survives the way to JSON and back.
func TestRoundTrip(t *testing.T) {
	c := on(client("192.0.2.1", "in:9 bad:9 then:mismatch ptr:x.example.net"),
		client("2001:db8::1", "key:2 from:*.example.net user:git"))
	c.sum.Forgeries = []tally.Forgery{{Host: "fs1", Text: "x"}}
	c.sum.Connections = []tally.Connection{
		{Host: "fs1", Addr: netip.MustParseAddr("192.0.2.1"), Outcome: sshdlog.Accepted},
	}
	c.sum.Hours = []tally.Hour{{Start: noon, Logins: 9}}
	r := Judge(c, answers(answer("192.0.2.1", check.Mismatch, "x.example.net")), Options{
		Generated: generated, Inputs: []Input{{Name: "auth.log", SSHD: 100}},
	})
	text := toJSON(t, r)
	var back Report
	if err := json.Unmarshal([]byte(text), &back); err != nil {
		t.Fatal(err)
	}
	if again := toJSON(t, &back); again != text {
		t.Errorf("%s\nbecomes\n%s", text, again)
	}
}
