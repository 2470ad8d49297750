package accepted_test

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rdnsproxy/internal/accepted"
	"rdnsproxy/replacefile"
)

func place(t *testing.T) string { return filepath.Join(t.TempDir(), "config", "rdnsproxy", "accepted") }

func remember(t *testing.T, path string, ms ...accepted.Mapping) {
	t.Helper()
	if err := accepted.Remember(path, ms...); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, path string) *accepted.File {
	t.Helper()
	f, err := accepted.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// holding makes a file as the user may have edited it.
func holding(t *testing.T, text string) string {
	t.Helper()
	path := place(t)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRemember(t *testing.T) {
	path := place(t)
	if ms := open(t, path).All(); len(ms) != 0 {
		t.Errorf("%v in no file", ms)
	}
	a, b := mapping("a.example", "192.0.2.1", "missing"), mapping("b.example", "192.0.2.2", "mismatch", "x.net", "y.net")
	remember(t, path, a, b)
	if diff := cmp.Diff([]accepted.Mapping{a, b}, open(t, path).All(), sameAddr); diff != "" {
		t.Error(diff)
	}
	moved := mapping("A.example.", "::ffff:192.0.2.9", "missing")
	remember(t, path, moved)
	want := "a.example 192.0.2.9 missing - 2026-03-01T12:00:00Z\nb.example 192.0.2.2 mismatch x.net,y.net 2026-03-01T12:00:00Z\n"
	if got := open(t, path).Text(); got != want {
		t.Errorf("%q", got)
	}

	start := time.Now().Truncate(time.Second)
	moved.Since = time.Time{}
	remember(t, path, moved)
	if since := open(t, path).Of("a.example")[0].Since; since.Before(start) || since.After(time.Now()) {
		t.Errorf("accepted now at %v", since)
	}
	remember(t, path) // nothing
	if ms := open(t, "").All(); ms != nil {
		t.Errorf("%v without a path", ms)
	}
	if err := accepted.Remember("", a); err == nil {
		t.Error("remembered nowhere")
	}
}

// Comments, blank lines, damaged lines and other names stay where they are.
func TestEditsKeepTheRest(t *testing.T) {
	before := "# mine\r\n\n  b 10.0.0.2 ok - 2026-03-01T12:00:00Z\nbroken\x1b\na 10.0.0.1 ok - 2026-03-01T12:00:00Z\n" +
		"# of a\na 10.0.0.3 ok - 2026-03-01T12:00:00Z"
	path := holding(t, before)
	remember(t, path, mapping("a", "10.0.0.4", "missing"), mapping("c", "10.0.0.5", "missing"), mapping("a", "10.0.0.6", "missing"))
	want := "# mine\r\n\n  b 10.0.0.2 ok - 2026-03-01T12:00:00Z\nbroken\x1b\na 10.0.0.4 missing - 2026-03-01T12:00:00Z\n" +
		"a 10.0.0.6 missing - 2026-03-01T12:00:00Z\n# of a\nc 10.0.0.5 missing - 2026-03-01T12:00:00Z\n"
	if got := open(t, path).Text(); got != want {
		t.Errorf("%q", got)
	}
	for _, c := range []struct {
		name string
		want int
	}{{"A.", 2}, {"a", 0}, {"none", 0}, {"c", 1}, {"broken", 0}} {
		if n, err := accepted.Forget(path, c.name); n != c.want || err != nil {
			t.Errorf("forgot %d of %s, %v", n, c.name, err)
		}
	}
	want = "# mine\r\n\n  b 10.0.0.2 ok - 2026-03-01T12:00:00Z\nbroken\x1b\n# of a\n"
	if got := open(t, path).Text(); got != want {
		t.Errorf("%q", got)
	}
}

// A file without a newline at its end gets one before what is added.
func TestUnfinishedLine(t *testing.T) {
	path := holding(t, "# mine")
	remember(t, path, mapping("a", "10.0.0.1", "missing"))
	if got := open(t, path).Text(); got != "# mine\na 10.0.0.1 missing - 2026-03-01T12:00:00Z\n" {
		t.Errorf("%q", got)
	}
}

// killed is what a name ends in that a writer gives what it is writing.
const killed = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// What a killed writer left goes with the next edit; what only looks like it stays.
func TestSweep(t *testing.T) {
	path := holding(t, documented)
	for name, stays := range map[string]bool{
		".accepted.new-" + killed: false, ".other.new-" + killed: true, "accepted.new-" + killed: true, ".accepted.new-plan": true,
	} {
		left := filepath.Join(filepath.Dir(path), name)
		if err := os.WriteFile(left, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		remember(t, path, mapping(fmt.Sprintf("n%d", len(name)), "10.0.0.1", "missing"))
		if _, err := os.Lstat(left); (err == nil) != stays {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The last of several with the same name and address counts.
func TestRememberTwice(t *testing.T) {
	path := place(t)
	remember(t, path, mapping("a", "10.0.0.1", "missing"), mapping("a", "10.0.0.2", "missing"), mapping("A.", "::ffff:10.0.0.1", "mismatch"))
	if got := open(t, path).Text(); got != "a 10.0.0.2 missing - 2026-03-01T12:00:00Z\na 10.0.0.1 mismatch - 2026-03-01T12:00:00Z\n" {
		t.Errorf("%q", got)
	}
}

func TestForgetNothing(t *testing.T) {
	path := place(t)
	if n, err := accepted.Forget(path, "a"); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := os.Lstat(filepath.Dir(path)); err == nil {
		t.Error("made a folder to forget in")
	}
	if _, err := accepted.Forget(path, "a b"); err == nil {
		t.Error("forgot what is no name")
	}
}

// What could not be read back is refused, and nothing of the call is written.
func TestRememberRefuses(t *testing.T) {
	path := place(t)
	good := mapping("good", "10.0.0.1", "missing")
	for _, bad := range []accepted.Mapping{
		{}, {Name: "a", Verdict: "missing"},
		mapping("", "10.0.0.1", "missing"), mapping("a b", "10.0.0.1", "missing"), mapping("a\nb 10.0.0.2", "10.0.0.1", "missing"),
		mapping("a", "10.0.0.1", ""), mapping("a", "10.0.0.1", "no address"), mapping("a", "10.0.0.1", "-"), mapping("a", "10.0.0.1", "\x1b"),
		mapping("a", "10.0.0.1", "ok", ""), mapping("a", "10.0.0.1", "ok", "b,c"), mapping("a", "10.0.0.1", "ok", "b", "c d"), mapping("a", "10.0.0.1", "ok", "*.b"),
		{Name: "a", Addr: good.Addr, Verdict: "ok", Since: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		mapping("a", "10.0.0.1", "ok", manyNames(accepted.MaxLine/8)...),
	} {
		err := accepted.Remember(path, good, bad)
		if err == nil || strings.ContainsAny(err.Error(), "\x1b\n") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("something was written")
	}
}

func manyNames(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("n%06d.", i))
	}
	return names
}

func TestTooLarge(t *testing.T) {
	full := strings.Repeat("#\n", accepted.MaxFile/2)
	path := holding(t, full)
	if err := accepted.Remember(path, mapping("a", "10.0.0.1", "missing")); !errors.Is(err, accepted.ErrTooLarge) {
		t.Errorf("%v", err)
	}
	if got := open(t, path).Text(); got != full {
		t.Error("the full file was changed")
	}
	if _, err := accepted.Open(holding(t, full+"#")); !errors.Is(err, accepted.ErrTooLarge) {
		t.Errorf("%v", err)
	}
}

// What is accepted is what is found again, and the same as it was; what cannot
// be is refused and leaves the file alone.
func FuzzRemember(f *testing.F) {
	for _, s := range [][4]string{
		{"my.example.com", "192.168.1.243", "unresolvable", "192-168-1-243.foo.bar.net"}, {"H.", "::ffff:10.0.0.1", "missing", ""},
		{"2001:db8::1", "fe80::1%eth0", "mismatch", "B.net. a.net b.NET ."}, {"-", "::", "malformed", "-"}, {"-", "::", "malformed", "- -."},
		{"a b", "::1", "ok", "a,b"}, {"#", "::1", "ok", "a"}, {`\035`, "::1", "\n", "\x1b"}, {"other", "::1", "ok", "a"},
	} {
		f.Add(s[0], s[1], s[2], s[3])
	}
	path := filepath.Join(f.TempDir(), "accepted")
	f.Fuzz(func(t *testing.T, name, addr, verdict, names string) {
		a, err := netip.ParseAddr(addr)
		if err != nil {
			return
		}
		const others = "# mine\nother 10.0.0.1 missing - 2026-03-01T12:00:00Z\n"
		if err := os.WriteFile(path, []byte(others), 0o600); err != nil {
			t.Fatal(err)
		}
		m := accepted.Mapping{Name: name, Addr: a, Verdict: verdict, PTR: strings.Fields(names)}
		err = accepted.Remember(path, m)
		file := open(t, path)
		if err != nil {
			if got := file.Text(); got != others {
				t.Errorf("refused, and the file is %q", got)
			}
			return
		}
		kept, what, ok := file.Compare(m, []netip.Addr{a})
		if !ok || what != "" || file.Ignored() != nil {
			t.Errorf("%+v is %+v, %t: %s", m, kept, ok, what)
		}
		if n, err := accepted.Forget(path, name); n != 1 || err != nil {
			t.Errorf("forgot %d, %v", n, err)
		}
	})
}

// Two hundred relays read while one accepts: each sees a whole state, and no
// state older than one that it has seen.
func TestReadersAndWriter(t *testing.T) {
	if testing.Short() {
		t.Skip("200 readers take their time")
	}
	const writes = 10
	path := place(t)
	state := func(i int) []accepted.Mapping {
		addr := fmt.Sprintf("10.0.%d.%d", i/256, i%256)
		return []accepted.Mapping{mapping("first", addr, "missing"), mapping("last", addr, "missing", manyNames(20)...)}
	}
	remember(t, path, state(0)...)
	done := make(chan struct{})
	var readers, ready sync.WaitGroup
	ready.Add(200)
	for range 200 {
		readers.Go(func() {
			ready.Done()
			seen := state(0)[0].Addr
			for reading := true; reading; {
				select {
				case <-done:
					reading = false // once more, to see the last
				default:
				}
				f, err := accepted.Open(path)
				if err != nil {
					t.Error(err)
					return
				}
				ms := f.All()
				if len(ms) != 2 || ms[0].Addr != ms[1].Addr || ms[0].Addr.Less(seen) || f.Ignored() != nil {
					t.Errorf("torn: %v after %v", ms, seen)
					return
				}
				seen = ms[0].Addr
			}
			if last := state(writes)[0].Addr; seen != last {
				t.Errorf("the last state is %v, not %v", seen, last)
			}
		})
	}
	ready.Wait()
	for i := range writes {
		remember(t, path, state(i+1)...)
	}
	close(done)
	readers.Wait()
}

// Writers at once lose nothing of each other's, and forgetting none of the rest.
func TestWritersAtOnce(t *testing.T) {
	path := place(t)
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for i := range 10 {
				kept, brief := fmt.Sprintf("w%d-%d", w, i), fmt.Sprintf("brief%d", w)
				if err := accepted.Remember(path, mapping(kept, "10.0.0.1", "missing"), mapping(brief, "10.0.0.2", "missing")); err != nil {
					t.Error(err)
				}
				if n, err := accepted.Forget(path, brief); n != 1 || err != nil {
					t.Errorf("forgot %d, %v", n, err)
				}
			}
		})
	}
	writers.Wait()
	f := open(t, path)
	if n := len(f.All()); n != 40 || f.Ignored() != nil {
		t.Errorf("%d of 40 are left: %s", n, f.Text())
	}
	for w := range 4 {
		for i := range 10 {
			if name := fmt.Sprintf("w%d-%d", w, i); len(f.Of(name)) != 1 {
				t.Errorf("%s is lost", name)
			}
		}
	}
}

// locked has the lock as another process would.
func locked(t *testing.T, path string) *replacefile.Lock {
	t.Helper()
	dir, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dir.Close() })
	lock, err := replacefile.TakeLock(dir, filepath.Base(path)+".lock", 0)
	if err != nil {
		t.Fatal(err)
	}
	return lock
}

// Readers do not wait for the lock; writers do, but not for ever.
func TestLockIsHeld(t *testing.T) {
	path := holding(t, documented)
	lock := locked(t, path)
	if n := len(open(t, path).All()); n != 2 {
		t.Errorf("%d mappings", n)
	}
	if err := accepted.Touch(path, 20*time.Millisecond); !errors.Is(err, accepted.ErrBusy) {
		t.Errorf("%v", err)
	}
	waiting := make(chan error)
	go func() { waiting <- accepted.Remember(path, mapping("a", "10.0.0.1", "missing")) }()
	lock.Release()
	if err := <-waiting; err != nil {
		t.Error(err)
	}
	if n := len(open(t, path).All()); n != 3 {
		t.Errorf("%d mappings", n)
	}
}
