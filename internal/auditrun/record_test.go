package auditrun

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/resolve"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "record the reports of the sites anew")

// TestRecordings: the reports that the output formats are tested with are those of today,
// word for word. With -update they are recorded anew; then
// go test ./internal/auditreport -update.
func TestRecordings(t *testing.T) {
	for _, s := range sites() {
		t.Run(s.name, func(t *testing.T) {
			path := filepath.Join("../auditreport/testdata", s.name+".json")
			got := record(t, &s)
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
				t.Errorf("an audit says something else than %s; CONTRIBUTING.md has the command that records it anew:\n%s",
					path, d[:min(len(d), 8000)])
			}
		})
	}
}

// record audits a site. What differs from run to run is replaced.
func record(t *testing.T, s *site) string {
	t.Helper()
	names, dns := s.write(t)
	server, err := resolve.ParseServer(dns.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	o := Defaults()
	o.Names, o.Resolvers, o.SSHDConfig, o.Zone = names, []resolve.Server{server}, "none", time.UTC
	o.Format, o.Output, o.HostsFile = "json", filepath.Join(t.TempDir(), "report"), os.DevNull
	if _, err := Run(t.Context(), console.World{Out: os.Stdout, Err: os.Stderr}, o); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(o.Output)
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.NewReplacer(dns.Addr().String(), "192.0.2.53", filepath.Dir(names[0])+"/", "").Replace(string(text))
	var r audit.Report
	if err := json.Unmarshal([]byte(plain), &r); err != nil {
		t.Fatal(err)
	}
	r.Generated, r.Version = time.Date(2026, 11, 25, 22, 0, 12, 114e6, time.UTC), "1.1.0"
	r.Timings = audit.Timings{Read: 0.21, Judge: 1.43}
	for i := range r.Clients {
		settle(r.Clients[i].Now)
	}
	b, err := json.MarshalIndent(&r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b) + "\n"
}

// settle replaces a TTL that may have gone down.
func settle(a *check.Address) {
	if a != nil && a.Reverse.TTL > 0 {
		a.Reverse.TTL = 60
	}
}
