package pins

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
)

// hosts writes a hosts file and returns its Pins, which write without asking, and what
// they print.
func hosts(t *testing.T, text string, change func(*Options)) (*Pins, *strings.Builder) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hosts")
	write(t, path, text)
	var o Options
	o.HostsFile, o.SSHConfig, o.Format, o.Yes, o.Quiet = path, "none", "text", true, true
	if change != nil {
		change(&o)
	}
	var out strings.Builder
	return New(console.World{Stdout: &out}, o), &out
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// pin plans the line 192.0.2.1 my.example.com, unless the file has it.
func pin(now *hostsfile.File) (*hostsfile.Edit, error) {
	e := now.Edit()
	if len(now.Forward("my.example.com")) > 0 {
		return e, nil
	}
	return e, e.Add(netip.MustParseAddr("192.0.2.1"),
		hostsfile.Note{Verdict: "unresolvable", Written: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}, "my.example.com")
}

const pinned = "192.0.2.1  my.example.com  # rdnsproxy 2026-03-01 unresolvable\n"

// TestChange: what becomes of a plan if others write the file before it is written.
func TestChange(t *testing.T) {
	const local, other = "127.0.0.1 localhost\n", "192.0.2.9 other.example.com\n"
	refused := errors.New("the plan is refused")
	var p *Pins
	for name, c := range map[string]struct {
		meanwhile string // the file, by the time of the write; if empty, as it was
		set       func(*Options)
		replan    func(*hostsfile.File) (*hostsfile.Edit, error)
		want      string // the file then
		prints    string
		err       string
		plans     int
	}{
		"nobody else writes": {want: local + pinned},
		"another line":       {meanwhile: local + other, replan: pin, want: local + other + pinned, plans: 1},
		"the same line": {
			meanwhile: local + pinned, replan: pin, want: local + pinned,
			prints: "somebody else has made the change\n", plans: 1,
		},
		"the new plan is refused": {
			meanwhile: local + other,
			replan:    func(*hostsfile.File) (*hostsfile.Edit, error) { return nil, refused },
			want:      local + other, err: refused.Error(), plans: 1,
		},
		"others write each time": {
			meanwhile: local + other,
			replan: func(now *hostsfile.File) (*hostsfile.Edit, error) {
				e, err := pin(now)
				write(t, p.path(), string(now.Bytes())+"#\n")
				return e, err
			},
			want: local + other + strings.Repeat("#\n", 16), err: "changed", plans: 16,
		},
		"nobody can be asked": {
			set:  func(o *Options) { o.Yes = false },
			want: local, err: "nothing was written: stdin or stderr is not a terminal",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var out *strings.Builder
			p, out = hosts(t, local, c.set)
			file, err := p.read()
			if err != nil {
				t.Fatal(err)
			}
			edit, err := pin(file)
			if err != nil {
				t.Fatal(err)
			}
			if c.meanwhile != "" {
				write(t, p.path(), c.meanwhile)
			}
			plans := 0
			err = p.change(edit, "hosts add my.example.com", func(now *hostsfile.File) (*hostsfile.Edit, error) {
				plans++
				return c.replan(now)
			})
			if (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("%v, want %q", err, c.err)
			}
			if got, _ := os.ReadFile(p.path()); string(got) != c.want {
				t.Errorf("the file is\n%swant\n%s", got, c.want)
			}
			if plans != c.plans || !strings.HasSuffix(out.String(), c.prints) || out.String() != "" && c.prints == "" {
				t.Errorf("planned anew %d times, want %d; printed %q, want %q", plans, c.plans, out, c.prints)
			}
		})
	}
}

// TestRemoveAny: --any removes lines of others, but never one that names this machine,
// whether the name or an alias for it is typed.
func TestRemoveAny(t *testing.T) {
	const text = "127.0.0.1 localhost\n192.0.2.9 other.example.com\n"
	config := filepath.Join(t.TempDir(), "config")
	write(t, config, "Host me\n HostName localhost\nHost o\n HostName other.example.com\n")
	for name, c := range map[string]struct {
		host   string
		status int
		want   string
	}{
		"another's line":            {"other.example.com", exit.OK, "127.0.0.1 localhost\n"},
		"another's line by alias":   {"o", exit.OK, "127.0.0.1 localhost\n"},
		"this machine":              {"localhost", exit.Found, text},
		"this machine, by alias":    {"me", exit.Found, text},
		"no line":                   {"none.example.com", exit.OK, text},
		"this machine, a final dot": {"localhost.", exit.Found, text},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := hosts(t, text, func(o *Options) { o.Any, o.SSHConfig = true, config })
			err := p.Remove(t.Context(), c.host)
			if status := console.StatusOf(err); err != nil && status != c.status || (err != nil) != (c.status != exit.OK) {
				t.Errorf("%v, status %d, want %d", err, status, c.status)
			}
			if got, _ := os.ReadFile(p.path()); string(got) != c.want {
				t.Errorf("the file is\n%swant\n%s", got, c.want)
			}
		})
	}
}
