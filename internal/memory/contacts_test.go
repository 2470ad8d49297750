package memory_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rdnsproxy/internal/memory"
)

var (
	door      = netip.MustParseAddrPort("192.0.2.1:22")
	otherDoor = netip.MustParseAddrPort("192.0.2.1:2222")
)

// allowed is how many connections may be made at once.
func allowed(c *memory.Contacts, a netip.AddrPort) int {
	n := 0
	for c.Reserve(a) == 0 {
		n++
	}
	return n
}

// Nine connections keep below ten seconds of penalty; a second later there may be
// one more, also in the next process, and elsewhere nothing has happened.
func TestContacts(t *testing.T) {
	for _, dir := range []string{"", filepath.Join(t.TempDir(), "a", "cache")} {
		hand := &clock{noon}
		c := &memory.Contacts{Dir: dir, Now: hand.now}
		if n := allowed(c, door); n != 9 {
			t.Errorf("%q: %d connections at once", dir, n)
		}
		if wait := c.Reserve(door); wait <= 0 || wait > time.Second {
			t.Errorf("%q: wait %v", dir, wait)
		}
		if n := allowed(c, otherDoor); n != 9 {
			t.Errorf("%q: %d connections to another port", dir, n)
		}
		if dir != "" {
			c = &memory.Contacts{Dir: dir, Now: hand.now}
		}
		hand.Time = noon.Add(c.Reserve(door))
		if n := allowed(c, door); n != 1 {
			t.Errorf("%q: %d connections after the wait", dir, n)
		}
		hand.Time = noon.Add(5500 * time.Millisecond)
		if n := allowed(c, netip.MustParseAddrPort("[::ffff:192.0.2.1]:22")); n != 5 {
			t.Errorf("%q: %d connections after 5.5 s", dir, n)
		}
		c.Refund(door)
		if n := allowed(c, door); n != 1 {
			t.Errorf("%q: %d connections after a refund", dir, n)
		}
		hand.Time = noon.Add(-time.Hour) // a clock that was set back
		if wait := c.Reserve(door); wait > 10*time.Second {
			t.Errorf("%q: wait %v after the clock was set back", dir, wait)
		}
		hand.Time = noon.Add(time.Hour)
		if n := allowed(c, door); n != 9 {
			t.Errorf("%q: %d connections an hour later", dir, n)
		}
	}
}

// Many at once count each other, whether of this process or of others.
func TestContactsOfMany(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	hand := &clock{noon}
	var made atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		c := &memory.Contacts{Dir: dir, Now: hand.now}
		for range 4 {
			all.Go(func() {
				if c.Reserve(door) == 0 {
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

// What is damaged or another's counts for nothing and hinders nobody; what a
// process has counted itself stays.
func TestContactsSuspect(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	hand := &clock{noon}
	c := &memory.Contacts{Dir: dir, Now: hand.now}
	allowed(c, door)
	files, err := filepath.Glob(filepath.Join(dir, "contacts-*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	info, err := os.Stat(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	for _, damage := range []string{"", "1 192.0.2.1:22\n", "2 192.0.2.1:22 2026-03-01T12:00:09Z\n", "1 192.0.2.1:22 2026-03-01T12:00:09Z", strings.Repeat("x", 1<<20)} {
		if err := os.WriteFile(files[0], []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		if wait := c.Reserve(door); wait == 0 {
			t.Errorf("%.40q: this process has forgotten", damage)
		}
		if err := os.WriteFile(files[0], []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		if n := allowed(&memory.Contacts{Dir: dir, Now: hand.now}, door); n != 9 {
			t.Errorf("%.40q: %d connections", damage, n)
		}
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if n := allowed(&memory.Contacts{Dir: dir, Now: hand.now}, door); n != 9 {
		t.Errorf("%d connections by a folder of everybody's", n)
	}
}
