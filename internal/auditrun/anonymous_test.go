package auditrun

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/check"
	"rdnsproxy/internal/console"
)

// An audit with --anonymize says of each client what it says without, and what 'check --client'
// says of its address: verdict, how the lookups ended and which names are confirmed. It
// names neither the address nor its reverse names.
func TestAnonymizedAgreesWithCheck(t *testing.T) {
	dns, clients := everyVerdict(t)
	o := Defaults()
	o.Resolvers, o.HostsFile = options(t, dns).Resolvers, os.DevNull
	o.SSHDConfig, o.Zone, o.DNS = "none", time.UTC, All
	var log strings.Builder
	pid := 0
	for a, v := range clients {
		for range 2 + pid { // so that the order is that of the numbers
			pid++
			if v != check.Confirmed && v != check.Exempt {
				fmt.Fprintf(&log, "2026-11-25T20:08:24Z fs1 sshd[%d]: reverse mapping checking getaddrinfo for x.example.org [%s] failed.\n", pid, a)
			}
			fmt.Fprintf(&log, "2026-11-25T20:08:24Z fs1 sshd[%d]: Accepted password for anna from %s port 4 ssh2\n", pid, a)
		}
	}
	path := filepath.Join(t.TempDir(), "auth.log")
	if err := os.WriteFile(path, []byte(log.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Names = []string{path}
	run := func(format string, anonymize bool) string {
		o := o
		o.Format, o.Anonymize, o.Output = format, anonymize, filepath.Join(t.TempDir(), "report")
		if _, err := Run(t.Context(), console.World{Out: os.Stdout, Err: os.Stderr}, o); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(o.Output)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	var plain, hidden audit.Report
	for r, text := range map[*audit.Report]string{&plain: run("json", false), &hidden: run("json", true)} {
		if err := json.Unmarshal([]byte(text), r); err != nil {
			t.Fatal(err)
		}
	}
	if len(plain.Clients) != len(clients) || len(hidden.Clients) != len(clients) {
		t.Fatalf("%d and %d clients of %d", len(plain.Clients), len(hidden.Clients), len(clients))
	}
	secret := []string{"x.example.org", "anna", "fs1"}
	for i := range plain.Clients {
		p, h := &plain.Clients[i], &hidden.Clients[i]
		a := p.Address.String()
		secret = append(secret, a)
		if h.Address.IsValid() || h.Label == "" {
			t.Errorf("%s is %v, %q", a, h.Address, h.Label)
		}
		if p.Now == nil || h.Now == nil || p.Now.Verdict != clients[a] {
			t.Fatalf("%s: %+v, %+v", a, p.Now, h.Now)
		}
		if got, want := conclusion(h.Now), conclusion(p.Now); got != want || h.Change != p.Change || h.Reading != p.Reading {
			t.Errorf("%s: anonymized it is %s, %s, %s; it is %s, %s, %s", a, got, h.Change, h.Reading, want, p.Change, p.Reading)
		}
		for _, n := range p.Now.PTR {
			secret = append(secret, strings.TrimSuffix(n.Name, "."))
		}
		if got, want := codesAbout(&hidden, func(f audit.Finding) bool { return f.Label == h.Label }),
			codesAbout(&plain, func(f audit.Finding) bool { return f.Address == p.Address }); !slices.Equal(got, want) {
			t.Errorf("%s: anonymized %v, else %v", a, got, want)
		}
	}
	for _, format := range []string{"text", "html", "json", "jsonl", "junit", "nagios", "prometheus"} {
		text := run(format, true)
		for _, s := range secret {
			if strings.Contains(text, s) {
				t.Errorf("%s names %q", format, s)
			}
		}
	}
}

// conclusion is what check found out about an address, without names and without its severity: a
// slow answer is a notice.
func conclusion(a *check.Address) string {
	s := fmt.Sprint(a.Verdict, a.Reverse.Status, a.Family)
	for _, p := range a.PTR {
		s += fmt.Sprint(" ", p.Status, p.Confirmed, p.Differs)
	}
	return s
}

// codesAbout returns the codes and severities of the findings about a client's mapping and logins.
func codesAbout(r *audit.Report, about func(audit.Finding) bool) (all []string) {
	for _, f := range r.Findings {
		if about(f) && (f.Code.Mapping() || strings.HasPrefix(string(f.Code), "login.")) {
			all = append(all, string(f.Code)+" "+f.Severity.String())
		}
	}
	slices.Sort(all)
	return all
}
