package tally

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/sshdlog"
)

// recorded returns the events of a log that a real sshd wrote.
func recorded(t testing.TB, name string) (log []logged) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "sshdlog", "testdata", "recorded", name))
	if err != nil {
		t.Fatal(err)
	}
	var p sshdlog.Parser
	for line := range bytes.Lines(b) {
		var l logged
		if p.Parse(bytes.TrimRight(bytes.Clone(line), "\r\n"), &l.f) != sshdlog.OK {
			continue
		}
		// The Parser's memory is used again for the next line.
		l.f.Host, l.f.Msg = bytes.Clone(l.f.Host), bytes.Clone(l.f.Msg)
		if sshdlog.ParseEvent(&l.f, &l.e) {
			log = append(log, l)
		}
	}
	if len(log) < 3 {
		t.Fatalf("%s: %d events", name, len(log))
	}
	return log
}

var recordings = []string{
	"day-info.log", "day-verbose.log", "day-9.8.log", "day-info-busybox.log", "day-info-journal.json",
	"forgeries-info.log", "forgeries-verbose.log", "limits-info.log",
}

// TestMergeIsExactOnRealLogs cuts logs of sshd's.
func TestMergeIsExactOnRealLogs(t *testing.T) {
	for _, name := range recordings {
		t.Run(name, func(t *testing.T) {
			log := recorded(t, name)
			for seed := range uint64(12) {
				r := rand.New(rand.NewPCG(seed, 7))
				checkMerge(t, r, options(r, []int64{3, 50, 4096}[seed%3]), log)
			}
		})
	}
}

// TestForgeries: what a stranger wrote into a real sshd's log makes 1.2.3.4 nobody's address,
// and is counted as forged.
func TestForgeries(t *testing.T) {
	for _, name := range []string{"forgeries-info.log", "forgeries-verbose.log"} {
		y := tallied(New(Options{}), recorded(t, name))
		y.Finish()
		for c := range y.Clients() {
			if c.Addr.String() == "1.2.3.4" {
				t.Errorf("%s: %+v", name, c)
			}
		}
		s := y.Summary()
		if s.Forged == 0 || len(s.Forgeries) == 0 {
			t.Errorf("%s: %d forged, %d of them shown", name, s.Forged, len(s.Forgeries))
		}
		for _, f := range s.Forgeries {
			shown := strings.Contains(f.Text, "1.2.3.4") || strings.Contains(f.Text, "***")
			if !shown || f.Client.String() != "203.0.113.5" {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

// A day has the same clients through rsyslog, BusyBox's syslogd, which cuts lines and has whole
// seconds, and the journal.
func TestOneDay(t *testing.T) {
	want := []string{
		"140.99.28.179 connections 6 bad 6 in 2 inbad 2 tried 4 keys 2 denied 1 unlisted 1",
		"192.0.2.30 connections 1 in 1",
		"203.0.113.10 connections 6 in 5 tried 1 denied 1 named 1",
		"203.0.113.11 connections 2 in 1 tried 1",
		"203.0.113.20 connections 2 bad 2 in 1 inbad 1 tried 1 denied 1 unlisted 1",
		"203.0.113.21 connections 1 bad 1 in 1 inbad 1",
		"203.0.113.22 connections 1 in 1",
		"203.0.113.77 connections 11 bad 6 tried 6 unknown 3 knocked 5 failed 16 root 6",
		"2001:db8:5::45 connections 1 bad 1 in 1 inbad 1",
	}
	for _, name := range []string{
		"day-info.log", "day-info-busybox.log", "day-info-journal.json", "day-info-journal-short.log",
	} {
		if got := clientsOf(tallied(New(Options{}), recorded(t, name))); !slices.Equal(got, want) {
			t.Errorf("%s:\n%s\nnot\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}
