package logs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rdnsproxy/audit/tally"
	"rdnsproxy/limits"
	"rdnsproxy/sshdlog"
)

// write writes a file, last changed at the given time, and returns its path.
func write(t *testing.T, dir, name, text string, changed time.Time) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, changed, changed); err != nil {
		t.Fatal(err)
	}
	return path
}

// endOf2026 is when the files of these tests were last written.
var endOf2026 = time.Date(2026, 12, 20, 12, 0, 0, 0, time.UTC)

// open opens a set, which is closed when the test ends.
func open(t *testing.T, o Options) *Set {
	t.Helper()
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// show returns what matters of an event.
func show(f *sshdlog.Frame, e *sshdlog.Event) string {
	at := time.Unix(f.Time, 0).UTC().Format("2006-01-02T15:04:05")
	return fmt.Sprintf("%s %s %d %s %s ×%d", at, f.Host, f.PID, e.Kind, e.Addr, e.Repeat)
}

// events returns the events of a set, part by part, and the inputs.
func (s *Set) eventsByParts(ctx context.Context) (all []string, inputs []Input) {
	jobs := s.jobs()
	files := s.share(jobs)
	inputs = s.inputs()
	p := part{each: func(f *sshdlog.Frame, e *sshdlog.Event) error {
		all = append(all, show(f, e))
		return nil
	}}
	for i := range jobs {
		var r result
		j := &jobs[i]
		if j.whole {
			s.stream(ctx, &p, s.sources[j.input], j.year, nil, &r)
		} else {
			s.stretch(ctx, &p, s.sources[j.input], j, files[j.input], &r)
		}
		r.counts = p.counts
		inputs[j.input].take(&r)
	}
	return all, inputs
}

// longLog is a log of three years, with everything in it that refers to other lines.
func longLog() string {
	var b strings.Builder
	at := time.Date(2024, 10, 3, 0, 0, 0, 0, time.UTC)
	for i := range 6000 {
		at = at.Add(11*time.Minute + 3*time.Hour)
		stamp := at.Format(time.Stamp)
		line := fmt.Sprintf("%s h%d sshd[%d]: Failed password for root from 203.0.113.%d port %d ssh2\n",
			stamp, i%3, i, i%250, 1024+i)
		switch {
		case i%7 == 0:
			line += strings.Repeat(fmt.Sprintf("%s h%d last message repeated %d times\n", stamp, i%3, i%5+2), i%4)
		case i%11 == 0:
			line += fmt.Sprintf("%s h%d last message repeated 2 times\n", stamp, (i+1)%3)
		case i%13 == 0:
			line = strings.Repeat(fmt.Sprintf("%s h%d cron[%d]: session opened for somebody\n", stamp, i%3, i), i%5+1) +
				fmt.Sprintf("%s h%d last message repeated 9 times\n", stamp, i%3)
		case i%1511 == 0:
			line += strings.Repeat("x", 3*limits.LogLine) + "\n"
			line += fmt.Sprintf("%s h%d last message repeated 9 times\n", stamp, i%3)
		case i == 3000:
			line += strings.Repeat(fmt.Sprintf("%s h%d last message repeated 3 times\n", stamp, i%3), 4000)
		}
		b.WriteString(line)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// criLog is a container's log, some of whose messages come in pieces.
func criLog() string {
	var b strings.Builder
	at := time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC)
	for i := range 3000 {
		stamp := at.Add(time.Duration(i) * time.Minute).Format(time.RFC3339Nano)
		msg := fmt.Sprintf("Failed password for root from 203.0.113.%d port %d ssh2", i%250, 1024+i)
		switch {
		case i%5 == 0:
			n := i % len(msg)
			fmt.Fprintf(&b, "%s stderr P %s\n%[1]s stderr P %s\n%[1]s stderr F %[4]s\n", stamp, msg[:n/2], msg[n/2:n], msg[n:])
		case i == 1501:
			for range 3000 {
				fmt.Fprintf(&b, "%s stderr P %s\n", stamp, strings.Repeat("y", 1000))
			}
			fallthrough
		default:
			fmt.Fprintf(&b, "%s stderr F %s\n", stamp, msg)
		}
	}
	return b.String()
}

// TestParts: in whatever parts a file is read, it says the same.
func TestParts(t *testing.T) {
	for name, text := range map[string]string{"syslog": longLog(), "cri": criLog()} {
		t.Run(name, func(t *testing.T) {
			path := write(t, t.TempDir(), "auth.log", text, endOf2026)
			var want []string
			var wantInput Input
			for _, span := range []int64{1 << 30, 4 << 20, 64 << 10, 4 << 10, 1 << 10} {
				s := open(t, Options{Names: []string{path}, span: span})
				got, inputs := s.eventsByParts(t.Context())
				if want == nil {
					want, wantInput = got, inputs[0]
					if len(want) < 2000 || inputs[0].Bytes != int64(len(text)) {
						t.Errorf("%d events, %d of %d bytes", len(want), inputs[0].Bytes, len(text))
					}
					continue
				}
				for i := range max(len(got), len(want)) {
					if i >= len(got) || i >= len(want) || got[i] != want[i] {
						t.Fatalf("in parts of %d bytes: event %d of %d: %q\nwant of %d: %q",
							span, i, len(got), at(got, i), len(want), at(want, i))
					}
				}
				if g, w := fmt.Sprint(inputs[0]), fmt.Sprint(wantInput); g != w {
					t.Errorf("in parts of %d bytes: %s\nwant %s", span, g, w)
				}
			}
			s := open(t, Options{Names: []string{path}})
			var got []string
			_, err := s.Events(t.Context(), func(f *sshdlog.Frame, e *sshdlog.Event) error {
				got = append(got, show(f, e))
				return nil
			}, nil)
			if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w || err != nil {
				t.Errorf("one by one: %v, %d events; want %d", err, len(got), len(want))
			}
			t.Logf("%d events, from %s to %s; %+v", len(want), want[0], want[len(want)-1], wantInput)
		})
	}
}

func at(s []string, i int) string {
	if i < len(s) {
		return s[i]
	}
	return ""
}

// counted returns what a tally says, in words.
func counted(t *tally.Tally) string {
	t.Finish()
	var b strings.Builder
	fmt.Fprintf(&b, "%+v\n", *t.Summary())
	for c := range t.Clients() {
		fmt.Fprintf(&b, "%+v\n", *c)
	}
	return b.String()
}

// TestTally: in whatever parts files are read, and by however many workers, they are counted
// the same.
func TestTally(t *testing.T) {
	dir := t.TempDir()
	text := longLog()
	third := strings.Index(text[len(text)/3:], "\n") + len(text)/3 + 1
	half := strings.Index(text[len(text)/2:], "\n") + len(text)/2 + 1
	write(t, dir, "auth.log.2.gz", zipped(text[:third]), endOf2026)
	write(t, dir, "auth.log.1", text[third:half], endOf2026)
	write(t, dir, "auth.log", text[half:], endOf2026)
	write(t, dir, "secure", criLog(), endOf2026)
	want := ""
	for _, o := range []Options{
		{Workers: 1, span: 1 << 30}, {Workers: 1}, {Workers: 2}, {Workers: 2, span: 64 << 10}, {Workers: 5, span: 4 << 10},
	} {
		o.Names = []string{dir}
		total, inputs, err := open(t, o).Tally(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintln(inputs) + counted(total)
		if want == "" {
			want = got
			if c := strings.Count(want, "Addr:"); c < 250 {
				t.Errorf("%d clients", c)
			}
		} else if got != want {
			t.Errorf("%d workers, parts of %d bytes: %.2000s\nwant %.2000s", o.Workers, o.span, got, want)
		}
	}
}
