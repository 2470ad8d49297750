package failcache_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"rdnsproxy/internal/failcache"
	"rdnsproxy/resolve"
)

var (
	addr  = netip.MustParseAddr("192.168.1.243")
	other = netip.MustParseAddr("2001:db8::1")
	noon  = time.Date(2026, 3, 1, 12, 0, 0, 250e6, time.UTC)
)

// clock is a hand that a test moves.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

func remembering(t *testing.T) (failcache.Cache, *clock) {
	c := &clock{noon}
	return failcache.Cache{Dir: filepath.Join(t.TempDir(), "a", "cache"), Now: c.now}, c
}

func TestRemember(t *testing.T) {
	m, c := remembering(t)
	if f, ok := m.Recall(addr); ok {
		t.Errorf("recalled %v from nothing", f)
	}
	if err := m.Remember(addr, failcache.Failure{Status: resolve.Timeout}); err != nil {
		t.Fatal(err)
	}
	if f, ok := m.Recall(addr); !ok || f != (failcache.Failure{Status: resolve.Timeout, At: noon}) {
		t.Errorf("%v, %t", f, ok)
	}
	if _, ok := m.Recall(other); ok {
		t.Error("another address")
	}
	for _, same := range []string{"::ffff:192.168.1.243"} {
		if _, ok := m.Recall(netip.MustParseAddr(same)); !ok {
			t.Errorf("%s is forgotten", same)
		}
	}

	c.Time = noon.Add(time.Minute)
	if _, ok := m.Recall(addr); !ok {
		t.Error("forgotten after a minute")
	}
	c.Time = noon.Add(time.Minute + 1)
	if _, ok := m.Recall(addr); ok {
		t.Error("recalled after more than a minute")
	}
	c.Time = noon.Add(-1)
	if _, ok := m.Recall(addr); ok {
		t.Error("recalled from the future")
	}

	c.Time = noon
	if err := m.Remember(addr, failcache.Failure{Status: failcache.CutShort, At: noon.Add(-time.Second)}); err != nil {
		t.Fatal(err)
	}
	if f, ok := m.Recall(addr); !ok || f.Status != failcache.CutShort || !f.At.Equal(noon.Add(-time.Second)) {
		t.Errorf("the later one: %v, %t", f, ok)
	}
	m.Forget(addr)
	if _, ok := m.Recall(addr); ok {
		t.Error("recalled what was forgotten")
	}
	m.Forget(addr)
}

// The zone of a link-local address has no part in reverse lookups.
func TestZone(t *testing.T) {
	m, _ := remembering(t)
	if err := m.Remember(netip.MustParseAddr("fe80::1%eth0"), failcache.Failure{Status: resolve.Loop}); err != nil {
		t.Fatal(err)
	}
	if _, ok := m.Recall(netip.MustParseAddr("fe80::1")); !ok {
		t.Error("forgotten")
	}
}

func TestMaxAge(t *testing.T) {
	m, c := remembering(t)
	m.MaxAge = time.Hour
	if err := m.Remember(addr, failcache.Failure{Status: resolve.ServFail}); err != nil {
		t.Fatal(err)
	}
	c.Time = noon.Add(59 * time.Minute)
	if _, ok := m.Recall(addr); !ok {
		t.Error("forgotten too early")
	}
}

func TestDisabled(t *testing.T) {
	t.Chdir(t.TempDir())
	var m failcache.Cache
	if err := m.Remember(addr, failcache.Failure{Status: resolve.Timeout}); err != nil {
		t.Error(err)
	}
	m.Forget(addr)
	if _, ok := m.Recall(addr); ok {
		t.Error("recalled")
	}
	if entries, err := os.ReadDir("."); err != nil || len(entries) > 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestRefusesNonsense(t *testing.T) {
	m, _ := remembering(t)
	for _, s := range []resolve.Status{resolve.OK, resolve.NXDomain, resolve.NotFound, 200} {
		if err := m.Remember(addr, failcache.Failure{Status: s}); err == nil {
			t.Errorf("remembered %v", s)
		}
	}
	if err := m.Remember(netip.Addr{}, failcache.Failure{Status: resolve.Timeout}); err == nil {
		t.Error("remembered no address")
	}
	m.Forget(netip.Addr{})
	if _, ok := m.Recall(netip.Addr{}); ok {
		t.Error("recalled no address")
	}
}

// Old files go when another failure is remembered; what is not ours stays.
func TestSweep(t *testing.T) {
	m, _ := remembering(t)
	m.Now = nil // files carry the system's time
	remember := func(a netip.Addr) {
		t.Helper()
		if err := m.Remember(a, failcache.Failure{Status: resolve.Refused}); err != nil {
			t.Fatal(err)
		}
	}
	remember(addr)
	file := onlyFile(t, m.Dir)
	long := time.Now().Add(-time.Hour)
	left := "." + file + ".new-KILLEDKILLEDKILLEDKILLEDKI"
	for _, name := range []string{file, left, "precious"} {
		path := filepath.Join(m.Dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, long, long); err != nil {
			t.Fatal(err)
		}
	}
	remember(other)
	for name, stays := range map[string]bool{file: false, left: false, "precious": true} {
		if _, err := os.Lstat(filepath.Join(m.Dir, name)); (err == nil) != stays {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, ok := m.Recall(other); !ok {
		t.Error("the fresh one is gone")
	}
}

// Many connections may fail at once.
func TestManyAtOnce(t *testing.T) {
	m, _ := remembering(t)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for range 10 {
				if err := m.Remember(addr, failcache.Failure{Status: resolve.Timeout}); err != nil {
					t.Error(err)
				}
				if _, ok := m.Recall(addr); !ok {
					t.Error("forgotten")
				}
			}
		})
	}
	all.Wait()
}

// onlyFile is the name of the one file in a directory.
func onlyFile(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v", entries, err)
	}
	return entries[0].Name()
}

// Whatever a file holds, it is a failure that was remembered, or nothing.
func FuzzRecall(f *testing.F) {
	for _, s := range []string{
		"1 timeout 2026-03-01T12:00:00.25Z\n", "1 timeout 2026-03-01T12:00:00Z\n", "", "\n",
		"1 timeout 2026-03-01T12:00:00Z",
		"2 timeout 2026-03-01T12:00:00Z\n", "1 ok 2026-03-01T12:00:00Z\n", "1 loop 9999-12-31T23:59:59Z\n",
		"1 timeout 2026-03-01T13:00:00+01:00\n", "1 timeout 2026-03-01T12:00:00Z\n\n",
		"1 \x1b[2J 2026-03-01T12:00:00Z\n",
	} {
		f.Add([]byte(s))
	}
	dir := f.TempDir()
	m := failcache.Cache{Dir: dir, Now: (&clock{noon.Add(time.Second)}).now}
	if err := m.Remember(addr, failcache.Failure{Status: resolve.Timeout}); err != nil {
		f.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		f.Fatal(entries, err)
	}
	path := filepath.Join(dir, entries[0].Name())
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		got, ok := m.Recall(addr)
		if !ok {
			return
		}
		if !failcache.Keeps(got.Status) || got.At.After(m.Now()) || m.Now().Sub(got.At) > time.Minute {
			t.Errorf("%q is %v", content, got)
		}
		if err := m.Remember(addr, got); err != nil {
			t.Fatal(err)
		}
		if again, err := os.ReadFile(path); err != nil || string(again) != string(content) {
			t.Errorf("%q became %q, %v", content, again, err)
		}
	})
}
