package reversecache

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"rdnsproxy/limits"
	"rdnsproxy/resolve"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("REVERSECACHE_WRITE_TO"); dir != "" {
		if err := oneOfMany(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func cache(t *testing.T) (Cache, *time.Time) {
	now := noon
	return Cache{Dir: filepath.Join(t.TempDir(), "a", "cache"), Config: home, Now: func() time.Time { return now }}, &now
}

func learn(r *Record) { r.Learn([]resolve.Answer{ptr(time.Minute, "x.example.net")}, noon, false) }

func update(t *testing.T, c Cache, a netip.Addr, change func(*Record)) {
	t.Helper()
	if err := c.Update(a, change); err != nil {
		t.Fatal(err)
	}
}

// knows reports whether the cache has an answer about an address.
func knows(t *testing.T, c Cache, a string) bool {
	t.Helper()
	r, err := c.Recall(netip.MustParseAddr(a))
	if err != nil {
		t.Error(err)
	}
	return len(r.Recall(c.now())) > 0
}

func TestUpdate(t *testing.T) {
	c, now := cache(t)
	if knows(t, c, "192.168.1.243") {
		t.Error("known from nothing")
	}
	update(t, c, addr, learn)
	for a, want := range map[string]bool{"192.168.1.243": true, "::ffff:192.168.1.243": true, "2001:db8::1": false} {
		if knows(t, c, a) != want {
			t.Error(a)
		}
	}
	elsewhere := c
	elsewhere.Config = away
	if knows(t, elsewhere, "192.168.1.243") {
		t.Error("known in another network")
	}
	update(t, elsewhere, addr, learn)
	update(t, c, addr, func(r *Record) { r.Silent = noon })
	if r, _ := c.Recall(addr); len(r.Answers) != 1 || r.Silent.IsZero() {
		t.Errorf("%+v", r)
	}
	*now = noon.Add(time.Minute + 1)
	if knows(t, c, "192.168.1.243") {
		t.Error("known after its TTL")
	}
	update(t, c, addr, func(*Record) {})
	if n := len(files(t, c)); n != 1 { // that of the other network
		t.Errorf("%d files", n)
	}
}

// A link-local address has the same names on every link.
func TestZone(t *testing.T) {
	c, _ := cache(t)
	update(t, c, netip.MustParseAddr("fe80::1%eth0"), learn)
	if !knows(t, c, "fe80::1") {
		t.Error("not known")
	}
}

func TestZeroValue(t *testing.T) {
	t.Chdir(t.TempDir())
	var c Cache
	update(t, c, addr, learn)
	if r, err := c.Recall(addr); err != nil || len(r.Answers) > 0 {
		t.Errorf("%v, %v", r, err)
	}
	if entries, err := os.ReadDir("."); err != nil || len(entries) > 0 {
		t.Errorf("%v, %v", entries, err)
	}
	if all, err := c.All(); err != nil || len(all) > 0 {
		t.Errorf("%v, %v", all, err)
	}
	update(t, Cache{Dir: "d"}, netip.Addr{}, learn)
}

func TestTooLargeIsNotKept(t *testing.T) {
	c, _ := cache(t)
	update(t, c, addr, learn)
	err := c.Update(addr, func(r *Record) {
		for range 1000 {
			r.Answers = append(r.Answers, r.Answers[0])
		}
	})
	if err == nil || knows(t, c, "192.168.1.243") {
		t.Errorf("kept, %v", err)
	}
}

// There are never more files than the bound, and the oldest of a directory go.
func TestBound(t *testing.T) {
	c, _ := cache(t)
	c.Now = nil // files carry the system's time
	first := netip.MustParseAddr("10.0.0.1")
	a := first
	keep := func(r *Record) { r.Learn([]resolve.Answer{ptr(time.Minute, "x.example.net")}, time.Now(), false) }
	update(t, c, first, keep)
	past := time.Now().Add(-time.Minute)
	if err := os.Chtimes(filepath.Join(c.Dir, c.path(first)), past, past); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < 2*perFolder; {
		if a = a.Next(); filepath.Dir(c.path(a)) == filepath.Dir(c.path(first)) {
			update(t, c, a, keep)
			n++
		}
	}
	if n := len(files(t, c)); n != perFolder || perFolder*folders != limits.CacheFiles {
		t.Errorf("%d files", n)
	}
	if knows(t, c, "10.0.0.1") || !knows(t, c, a.String()) {
		t.Error("the oldest stays, or the latest does not")
	}
}

// Old files go when another record is written; what is not ours stays.
func TestSweep(t *testing.T) {
	c, _ := cache(t)
	c.Now = nil
	keep := func(r *Record) { r.Learn([]resolve.Answer{ptr(time.Minute, "x.example.net")}, time.Now(), false) }
	update(t, c, addr, keep)
	folder, file := filepath.Split(c.path(addr))
	long := time.Now().Add(-2 * time.Hour)
	left := "." + file + ".new-KILLEDKILLEDKILLEDKILLEDKI"
	for _, name := range []string{file, left, "precious"} {
		path := filepath.Join(c.Dir, folder, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, long, long); err != nil {
			t.Fatal(err)
		}
	}
	neighbour := addr
	for neighbour = neighbour.Next(); filepath.Dir(c.path(neighbour)) != filepath.Clean(folder); {
		neighbour = neighbour.Next()
	}
	update(t, c, neighbour, keep)
	for name, stays := range map[string]bool{file: false, left: false, "precious": true} {
		if _, err := os.Lstat(filepath.Join(c.Dir, folder, name)); (err == nil) != stays {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAllAndClear(t *testing.T) {
	c, now := cache(t)
	elsewhere := c
	elsewhere.Config = away
	update(t, elsewhere, addr, learn)
	update(t, c, other, learn)
	update(t, c, addr, learn)
	var got []string
	all, err := c.All()
	for _, r := range all {
		got = append(got, fmt.Sprint(r.Addr, r.Config == home))
	}
	if want := "[192.168.1.243 true 192.168.1.243 false 2001:db8::1 true]"; fmt.Sprint(got) != want || err != nil {
		t.Errorf("%v, %v; want %s", got, err, want)
	}
	if n, err := c.Clear(func(r *Record) bool { return r.Addr == addr }); n != 2 || err != nil {
		t.Errorf("cleared %d, %v", n, err)
	}
	if err := os.WriteFile(filepath.Join(c.Dir, c.path(addr)), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	*now = noon.Add(time.Hour)
	if all, err := c.All(); len(all) > 0 || err != nil {
		t.Errorf("%v, %v after the TTL", all, err)
	}
	if n, err := c.Clear(nil); n != 2 || err != nil || len(files(t, c)) > 0 {
		t.Errorf("cleared %d, %v", n, err)
	}
}

// However many files somebody has put into a directory, what is kept is listed, and nothing
// of it is left by Clear, half-written files included. What cannot be removed is told, and
// keeps nothing else from being removed.
func TestClearLeavesNothing(t *testing.T) {
	c, _ := cache(t)
	update(t, c, addr, learn)
	folder, file := filepath.Split(c.path(addr))
	at := func(name string) string { return filepath.Join(c.Dir, folder, name) }
	for n := range 2 * sweepLimit {
		if err := os.WriteFile(at(fmt.Sprintf("%032x", n)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(at("."+file+".new-KILLEDKILLEDKILLEDKILLEDKI"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	stuck := at(fmt.Sprintf("%032x", 0))
	if err := errors.Join(os.Remove(stuck), os.MkdirAll(filepath.Join(stuck, "full"), 0o700)); err != nil {
		t.Fatal(err)
	}
	if all, err := c.All(); len(all) != 1 || err != nil {
		t.Errorf("%d records, %v", len(all), err)
	}
	if n, err := c.Clear(nil); n != 2*sweepLimit || err == nil {
		t.Errorf("cleared %d, %v", n, err)
	}
	left, err := os.ReadDir(at(""))
	if err != nil || len(left) != 1 || left[0].Name() != filepath.Base(stuck) {
		t.Errorf("left: %v, %v", left, err)
	}
}

// Two hundred relays start at once, write and read.
func TestManyProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("starts 200 processes")
	}
	c := Cache{Dir: filepath.Join(t.TempDir(), "cache"), Config: home}
	var all []*exec.Cmd
	for range 200 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "REVERSECACHE_WRITE_TO="+c.Dir)
		cmd.Stderr = new(bytes.Buffer)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		all = append(all, cmd)
	}
	for _, cmd := range all {
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %s", err, cmd.Stderr)
		}
	}
	for n := range manyAddresses {
		if !knows(t, c, fmt.Sprint("10.0.0.", n)) {
			t.Errorf("10.0.0.%d is not known", n)
		}
	}
	if n := len(files(t, c)); n != manyAddresses {
		t.Errorf("%d files, none of them half written", n)
	}
}

const manyAddresses = 8

// oneOfMany writes and reads addresses that other processes write too. A record that was
// once there never is torn, and never gone.
func oneOfMany(dir string) error {
	c := Cache{Dir: dir, Config: home}
	for round := range 5 {
		for n := range manyAddresses {
			a := netip.AddrFrom4([4]byte{10, 0, 0, byte(n)})
			err := c.Update(a, func(r *Record) {
				r.Learn([]resolve.Answer{ptr(time.Hour, resolve.Name(fmt.Sprint("p", os.Getpid(), "-", round)))}, time.Now(), false)
			})
			if err != nil {
				return err
			}
			if r, err := c.Recall(a); err != nil || len(r.Answers) != 1 {
				return fmt.Errorf("%v: %+v, %v", a, r, err)
			}
		}
	}
	return nil
}

// files are the files of all records.
func files(t *testing.T, c Cache) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(c.Dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}
