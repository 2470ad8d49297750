package survey

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/lab"
	"rdnsproxy/resolve"
)

// world is a run's surroundings: a DNS server, and files for its streams.
type world struct {
	console.World
	o   Options
	dir string
}

// listed is how many hosts there are: more than limits.Window.
const listed = 9000

func newWorld(t *testing.T) *world {
	t.Helper()
	hosts := []string{"w A 192.0.2.1"}
	for i := range listed {
		hosts = append(hosts, fmt.Sprintf("h%d A 192.0.2.1", i))
	}
	dns, err := lab.StartDNS(
		lab.Zone("example.com", hosts...),
		lab.Zone("2.0.192.in-addr.arpa", "1.2.0.192.in-addr.arpa. PTR w.example.com."))
	if err != nil {
		t.Fatal(err)
	}
	return newWorldOf(t, dns)
}

// newWorldOf returns surroundings with a DNS server, which is closed when the test ends.
func newWorldOf(t *testing.T, dns *lab.DNSServer) *world {
	t.Helper()
	t.Cleanup(func() { dns.Close() })
	server, err := resolve.ParseServer(dns.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{dir: t.TempDir(), o: Defaults()}
	for name, f := range map[string]**os.File{"out": &w.Out, "err": &w.Err} {
		if *f, err = os.Create(filepath.Join(w.dir, name)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { (*f).Close() })
	}
	w.write(t, "hosts", "")
	w.o.HostsFile, w.o.SSHConfig, w.o.SSHDConfig = filepath.Join(w.dir, "hosts"), "none", "none"
	w.o.Resolvers, w.o.DNSOnly, w.o.Format = []resolve.Server{server}, true, "jsonl"
	return w
}

func (w *world) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (w *world) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestRunStreams: a list longer than the window comes out in its order, each target once,
// whether it is read from a file or is known at once.
func TestRunStreams(t *testing.T) {
	var list []string
	for i := range listed {
		list = append(list, fmt.Sprintf("h%d.example.com", i))
	}
	for _, operands := range [][]string{nil, list[:100]} {
		w := newWorld(t)
		w.o.Sources.FromFile = []string{w.write(t, "list", strings.Join(list, "\n"))}
		status, err := Run(t.Context(), w.World, w.o, operands)
		if err != nil || status != exit.OK {
			t.Fatalf("%d, %v, %s", status, err, w.read(t, "err"))
		}
		want := append(append([]string(nil), operands...), list...)
		lines := strings.Split(strings.TrimSuffix(w.read(t, "out"), "\n"), "\n")
		if len(lines) != len(want) {
			t.Fatalf("%d results of %d", len(lines), len(want))
		}
		for i, line := range lines {
			if !strings.HasPrefix(line, `{"schema":1,"target":"`+want[i]+`",`) || !strings.Contains(line, `"verdict":"confirmed"`) {
				t.Fatalf("line %d is not of %s: %s", i+1, want[i], line)
			}
		}
	}
}

// TestRunInterrupted: a run that is interrupted before it begins reports operands as
// unfinished, as it always did, and of a list only what it has taken.
func TestRunInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := newWorld(t)
	status, err := Run(ctx, w.World, w.o, []string{"192.0.2.1", "192.0.2.2"})
	if err != nil || status != exit.Interrupted || strings.Count(w.read(t, "out"), `"code":"interrupted"`) != 2 {
		t.Errorf("%d, %v, %s", status, err, w.read(t, "out"))
	}
	w = newWorld(t)
	w.o.Sources.FromFile = []string{w.write(t, "list", strings.Repeat("192.0.2.1\n", 1000))}
	w.o.Resume = filepath.Join(w.dir, "journal")
	status, err = Run(ctx, w.World, w.o, nil)
	if err != nil || status != exit.Interrupted || !strings.Contains(w.read(t, "err"), "error: interrupted: 0 targets done, ") {
		t.Errorf("%d, %v, %s", status, err, w.read(t, "err"))
	}
	if text := w.read(t, "journal"); strings.Contains(text, "interrupted") || !strings.Contains(text, `"complete":false,"targets":0,`) {
		t.Error(text)
	}
	status, err = Run(t.Context(), w.World, w.o, nil)
	if err != nil || status != exit.OK || !strings.Contains(w.read(t, "journal"), `"complete":true,"targets":1000,`) {
		t.Errorf("%d, %v, %s", status, err, w.read(t, "err"))
	}
}
