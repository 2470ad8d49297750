package penalty_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rdnsproxy/internal/penalty"
	"rdnsproxy/replacefile"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 250e6, time.UTC)

// clock is a hand that a test moves.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

var (
	door      = netip.MustParseAddrPort("192.0.2.1:22")
	otherDoor = netip.MustParseAddrPort("192.0.2.1:2222")
	elsewhere = netip.MustParseAddrPort("192.0.2.2:22")
	fourth    = netip.MustParseAddrPort("[2001:db8::2]:22")
)

// allowed is how many connections may be made at once.
func allowed(c *penalty.Ledger, a netip.AddrPort) int {
	n := 0
	for c.Reserve("web", a) == 0 {
		n++
	}
	return n
}

// Nine connections keep below ten seconds of penalty; a second later there may be
// one more, also in the next process, and elsewhere nothing has happened.
func TestLedger(t *testing.T) {
	for _, dir := range []string{"", filepath.Join(t.TempDir(), "a", "cache")} {
		hand := &clock{noon}
		c := &penalty.Ledger{Dir: dir, Now: hand.now}
		if n := allowed(c, door); n != 9 {
			t.Errorf("%q: %d connections at once", dir, n)
		}
		if wait := c.Reserve("web", door); wait <= 0 || wait > time.Second {
			t.Errorf("%q: wait %v", dir, wait)
		}
		if n := allowed(c, otherDoor); n != 9 {
			t.Errorf("%q: %d connections to another port", dir, n)
		}
		if dir != "" {
			c = &penalty.Ledger{Dir: dir, Now: hand.now}
		}
		hand.Time = noon.Add(c.Reserve("web", door))
		if n := allowed(c, door); n != 1 {
			t.Errorf("%q: %d connections after the wait", dir, n)
		}
		hand.Time = noon.Add(5500 * time.Millisecond)
		if n := allowed(c, netip.MustParseAddrPort("[::ffff:192.0.2.1]:22")); n != 5 {
			t.Errorf("%q: %d connections after 5.5 s", dir, n)
		}
		c.Refund("web", door)
		if n := allowed(c, door); n != 1 {
			t.Errorf("%q: %d connections after a refund", dir, n)
		}
		hand.Time = noon.Add(-time.Hour) // a clock that was set back
		if wait := c.Reserve("web", door); wait > 10*time.Second {
			t.Errorf("%q: wait %v after the clock was set back", dir, wait)
		}
		hand.Time = noon.Add(time.Hour)
		if n := allowed(c, door); n != 9 {
			t.Errorf("%q: %d connections an hour later", dir, n)
		}
	}
}

// Many at once count each other, whether of this process or of others.
func TestLedgerOfMany(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	hand := &clock{noon}
	var made atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		c := &penalty.Ledger{Dir: dir, Now: hand.now}
		for range 4 {
			all.Go(func() {
				if c.Reserve("web", door) == 0 {
					made.Add(1)
				}
			})
		}
	}
	all.Wait()
	if n := made.Load(); n != 9 {
		t.Errorf("%d connections", n)
	}
}

// A damaged file, or one of another user's, is ignored. What a process has counted itself
// remains.
func TestLedgerSuspect(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	hand := &clock{noon}
	c := &penalty.Ledger{Dir: dir, Now: hand.now}
	allowed(c, door)
	files, err := filepath.Glob(filepath.Join(dir, "contacts-*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	info, err := os.Stat(files[0])
	if err != nil {
		t.Fatal(err)
	}
	modes := runtime.GOOS != "windows" // which has access lists instead
	if modes && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	for _, damage := range []string{"", "1 192.0.2.1:22\n", "2 192.0.2.1:22 2026-03-01T12:00:09Z\n",
		"1 192.0.2.1:22 2026-03-01T12:00:09Z", strings.Repeat("x", 1<<20)} {
		if err := os.WriteFile(files[0], []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		if wait := c.Reserve("web", door); wait == 0 {
			t.Errorf("%.40q: this process has forgotten", damage)
		}
		if err := os.WriteFile(files[0], []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		if n := allowed(&penalty.Ledger{Dir: dir, Now: hand.now}, door); n != 9 {
			t.Errorf("%.40q: %d connections", damage, n)
		}
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if n := allowed(&penalty.Ledger{Dir: dir, Now: hand.now}, door); modes && n != 9 {
		t.Errorf("%d connections by a directory of everybody's", n)
	}
}

const (
	oneKey     = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	anotherKey = "SHA256:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
)

// Addresses and ports of a name that show one key are one sshd's, which counts
// them together: in this process, in the next, and with pauses between them.
// Those that show others are not, nor are those of another name.
func TestLedgerOfOneServer(t *testing.T) {
	for _, dir := range []string{"", filepath.Join(t.TempDir(), "cache")} {
		hand := &clock{noon}
		c := &penalty.Ledger{Dir: dir, Now: hand.now}
		again := func() {
			if dir != "" {
				c = &penalty.Ledger{Dir: dir, Now: hand.now}
			}
		}
		look := func(name string, a netip.AddrPort, key string) (wait time.Duration) {
			if wait = c.Reserve(name, a); wait == 0 {
				c.Shown(name, a, key)
			}
			return wait
		}
		made := 0
		for range 10 {
			for _, a := range []netip.AddrPort{door, otherDoor, elsewhere} {
				again()
				if look("web", a, oneKey) == 0 {
					made++
				}
			}
		}
		if made != 9 {
			t.Errorf("%q: %d connections at once to one server", dir, made)
		}
		if wait := look("web", elsewhere, oneKey); wait <= 0 || wait > time.Second {
			t.Errorf("%q: wait %v", dir, wait)
		}
		if wait := look("db", elsewhere, anotherKey); wait != 0 {
			t.Errorf("%q: another name waits %v", dir, wait)
		}
		for i := range 5 {
			if wait := look("web", netip.AddrPortFrom(door.Addr(), uint16(3000+i)), anotherKey); wait != 0 {
				t.Errorf("%q: another server waits %v", dir, wait)
			}
		}

		made = 0 // twice a second for a minute, each address in turn
		hand.Time = noon.Add(time.Hour)
		for i := range 120 {
			again()
			if look("web", []netip.AddrPort{door, otherDoor, elsewhere, fourth}[i%4], oneKey) == 0 {
				made++
			}
			hand.Time = hand.Add(time.Second / 2)
		}
		if made > 69 {
			t.Errorf("%q: %d connections within a minute", dir, made)
		}
		hand.Time = hand.Add(time.Hour)
		c.Refund("web", door) // of nothing
		if n := allowed(c, door); n != 9 {
			t.Errorf("%q: %d connections an hour later", dir, n)
		}
	}
}

// A file that another process does not let go of costs a second once.
func TestLedgerHeld(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	hand := &clock{noon}
	allowed(&penalty.Ledger{Dir: dir, Now: hand.now}, door)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	files, err := filepath.Glob(filepath.Join(dir, "contacts-*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	held, err := replacefile.OpenShared(root, filepath.Base(files[0]), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	c := &penalty.Ledger{Dir: dir, Now: hand.now}
	if n := allowed(c, door); n != 9 {
		t.Errorf("%d connections", n)
	}
	start := time.Now()
	for range 100 {
		c.Reserve("web", door)
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("waited each time: %v", took)
	}
}

// TestLedgerForgets: a process that goes on for months does not keep every address that it
// has ever met.
func TestLedgerForgets(t *testing.T) {
	hand := &clock{noon}
	c := &penalty.Ledger{Now: hand.now}
	for i := range 10_000 {
		a := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 22)
		c.Reserve("web", a)
		hand.Time = hand.Add(time.Second)
	}
	if n := c.Kept(); n > 1000 {
		t.Errorf("%d accounts are kept", n)
	}
	if c.Reserve("web", door); allowed(c, door) != 8 {
		t.Error("an account that counts is forgotten")
	}
}
