package auditreport

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rdnsproxy/audit"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// sites are the recorded reports: testdata/NAME.json.
var sites = []string{"healthy", "hurt", "attacked", "frightened"}

func recorded(t *testing.T, site string) *audit.Report {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", site+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var r audit.Report
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

// write returns a report in a format.
func write(t *testing.T, format string, r *audit.Report, o Options) string {
	t.Helper()
	f, err := FormatOf(format)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestGolden: each format is what it was, word by word.
func TestGolden(t *testing.T) {
	cases := []struct {
		file, format string
		o            Options
	}{
		{"txt", "text", Options{}},
		{"quiet.txt", "text", Options{Quiet: true}},
		{"verbose.txt", "text", Options{Verbose: true}},
		{"ascii.txt", "text", Options{ASCII: true}},
		{"wide.txt", "text", Options{Width: 132}},
		{"color.txt", "text", Options{Color: true}},
		{"nagios", "nagios", Options{}},
		{"prom", "prometheus", Options{Time: time.Date(2026, 11, 25, 22, 0, 0, 0, time.UTC)}},
		{"xml", "junit", Options{Time: time.Date(2026, 11, 25, 22, 0, 0, 0, time.UTC)}},
	}
	for _, site := range sites {
		for _, c := range cases {
			t.Run(site+"."+c.file, func(t *testing.T) {
				got := write(t, c.format, recorded(t, site), c.o)
				path := filepath.Join("testdata", site+".golden."+c.file)
				if *update {
					if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(string(want), got); d != "" {
					t.Error(d)
				}
			})
		}
	}
}
