package cli

import (
	"net/netip"
	"testing"
	"time"

	"rdnsproxy/internal/auditreport"

	"github.com/spf13/pflag"
)

// TestMoment: the times that --since and --until take.
func TestMoment(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"2026-11-25":                    "2026-11-24T23:00:00Z 2026-11-25T22:59:59Z",
		"2026-10-25":                    "2026-10-24T22:00:00Z 2026-10-25T22:59:59Z", // a day of 25 hours
		"2026-11-25T20:00":              "2026-11-25T19:00:00Z 2026-11-25T19:00:00Z",
		"2026-11-25 20:00:01":           "2026-11-25T19:00:01Z 2026-11-25T19:00:01Z",
		"2026-11-25T20:00:00Z":          "2026-11-25T20:00:00Z 2026-11-25T20:00:00Z",
		"2026-11-25T20:00-05:00":        "2026-11-26T01:00:00Z 2026-11-26T01:00:00Z",
		"2026-11-25T20:00:00.5+01:00":   "2026-11-25T19:00:00Z 2026-11-25T19:00:00Z",
		"-2d":                           "2026-11-23T12:00:00Z 2026-11-23T12:00:00Z",
		"-90m":                          "2026-11-25T10:30:00Z 2026-11-25T10:30:00Z",
		"-1w":                           "2026-11-18T12:00:00Z 2026-11-18T12:00:00Z",
		"-0s":                           "2026-11-25T12:00:00Z 2026-11-25T12:00:00Z",
		"":                              "no no",
		"-":                             "no no",
		"-d":                            "no no",
		"-1y":                           "no no",
		"--1d":                          "no no",
		"-99999999999d":                 "no no",
		"-4000000000w":                  "no no",
		"today":                         "2026-11-24T23:00:00Z 2026-11-25T22:59:59Z",
		"yesterday":                     "2026-11-23T23:00:00Z 2026-11-24T22:59:59Z",
		"tuesday":                       "no no",
		"2026-02-30":                    "no no",
		"1969-12-31":                    "no no",
		"10000-01-01":                   "no no",
		"2026-11-25T20:00:00Z trailing": "no no",
		"20:00":                         "no no",
	} {
		got := ""
		for _, ends := range []bool{false, true} {
			word := "no"
			if at, ok := moment(text, now, berlin, ends); ok {
				word = at.UTC().Format(time.RFC3339)
			}
			got += " " + word
		}
		if got[1:] != want {
			t.Errorf("%q: %s, not %s", text, got[1:], want)
		}
	}
}

// TestPrefixes: addresses and nets, separated by commas; an IPv4 address in IPv6 is one.
func TestPrefixes(t *testing.T) {
	var p prefixes
	for _, text := range []string{"203.0.113.7,2001:db8::/32", "::ffff:192.0.2.1", "198.51.100.77/24"} {
		if err := p.Set(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if got, want := p.String(), "203.0.113.7/32,2001:db8::/32,192.0.2.1/32,198.51.100.0/24"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	for _, text := range []string{"", "here", "203.0.113.7/33", "203.0.113.7,"} {
		if err := new(prefixes).Set(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
	if p[0] != netip.MustParsePrefix("203.0.113.7/32") {
		t.Error(p[0])
	}
}

// TestJournalFlag: --journal is the machine's, --journal=DIR another one.
func TestJournalFlag(t *testing.T) {
	for arg, want := range map[string]struct {
		on  bool
		dir string
	}{
		"--journal": {true, ""}, "--journal=/srv/journal": {true, "/srv/journal"}, "--journal=false": {}, "--journal=./true": {true, "./true"},
	} {
		fs := pflag.NewFlagSet("", pflag.ContinueOnError)
		f := newAuditFlags(fs)
		f.register(fs)
		if err := fs.Parse([]string{arg, "file"}); err != nil || f.Journal != want.on || f.JournalDir != want.dir || fs.Arg(0) != "file" {
			t.Errorf("%s: %v, %t, %q", arg, err, f.Journal, f.JournalDir)
		}
	}
}

// TestAuditFormats: each format is one that --help names, and can be asked for.
func TestAuditFormats(t *testing.T) {
	for _, name := range auditreport.Formats() {
		fs := pflag.NewFlagSet("", pflag.ContinueOnError)
		f := newAuditFlags(fs)
		f.register(fs)
		if err := fs.Parse([]string{"--format", name}); err != nil {
			t.Fatal(err)
		}
		if err := f.validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
