package knownhosts_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/internal/knownhosts"
)

// A file that is too long to be held is read for each host, to its end, between
// the others, and takes no memory.
func TestLongFile(t *testing.T) {
	c, dir := newKeys(t), t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.lines.Replace(text)), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	filler := strings.Repeat(c.lines.Replace("x.example.org {alien}\n"), knownhosts.MaxSize/80)
	long := write("long",
		"host.example.com {ed}\n"+filler+"@revoked bad.example.com {ed}\nbad.example.com {ed}\nend.example.com {rsa}")
	before, after := write("before", "host.example.com {rsa}\n"), write("after", "host.example.com {alien}\n")
	if info, err := os.Stat(long); err != nil || info.Size() <= knownhosts.MaxSize {
		t.Fatal(info.Size(), err)
	}
	var was, is runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&was)
	f, errs := knownhosts.ParseFiles(before, long, after)
	v := judge(f, host, c.keys["ed"].PublicKey())
	runtime.GC()
	runtime.ReadMemStats(&is)
	if errs != nil || v.Status != known || v.Line.String() != long+":1" || lines(v.Others) != before+":1 "+after+":1" {
		t.Errorf("%v, %s by %v, others %s", errs, v.Status, v.Line, lines(v.Others))
	}
	if grown := int64(is.HeapAlloc) - int64(was.HeapAlloc); grown > 1<<20 {
		t.Errorf("%d bytes are held", grown)
	}
	if v := judge(f, knownhosts.Host{Name: "bad.example.com"}, c.keys["ed"].PublicKey()); v.Status != revoked {
		t.Errorf("a @revoked behind it all: %s", v.Status)
	}
	if v := judge(f, knownhosts.Host{Name: "end.example.com"}, c.keys["rsa"].PublicKey()); v.Status != known {
		t.Errorf("the last line, without an end: %s", v.Status)
	}
	if !f.Knows(knownhosts.Host{Name: "end.example.com"}) || len(f.Names()) != 4 {
		t.Errorf("names %v", f.Names())
	}
	if err := os.Remove(long); err != nil {
		t.Fatal(err)
	}
	gone := knownhosts.Login{Known: f, Host: host}
	if got := gone.Unsure(t.Context()); !strings.Contains(got, long) {
		t.Errorf("gone meanwhile: unsure is %q", got)
	}
	if v := judge(f, host, c.keys["ed"].PublicKey()); v.Status != changed || len(v.Doubts) != 1 || !v.Doubts[0].Open {
		t.Errorf("gone meanwhile: %s, %v", v.Status, v.Doubts)
	}
}

// command is a KnownHostsCommand made of a script.
func command(t *testing.T, script string) *knownhosts.Command {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the command is a script for /bin/sh")
	}
	path := filepath.Join(t.TempDir(), "command")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return &knownhosts.Command{Line: path + " %I"}
}

// Whatever this program, unlike ssh, does not wait for or does not run is reported.
func TestCommandDoubts(t *testing.T) {
	c := newKeys(t)
	hangs := command(t, "sleep 100")
	hangs.Timeout = 50 * time.Millisecond
	withheld := command(t, "touch "+filepath.Join(t.TempDir(), "ran"))
	withheld.Withheld = "for a reason"
	talks := command(t, "yes x | head -c 20000000")
	for want, cmd := range map[string]*knownhosts.Command{
		"KnownHostsCommand did not end in time":                    hangs,
		"KnownHostsCommand was not run: for a reason":              withheld,
		"what KnownHostsCommand prints is longer than 16 MiB":      talks,
		"KnownHostsCommand cannot be run, and ssh goes on without": {Line: "/nonexistent\x1b"},
	} {
		l := knownhosts.Login{Host: host, Rules: knownhosts.Rules{Command: cmd}}
		if got, open := l.Unsure(t.Context()), !strings.Contains(want,
			"cannot be run"); open != strings.HasPrefix(got, want) || !open && got != "" {
			t.Errorf("%s: unsure is %q", want, got)
		}
		v := l.Judge(t.Context(), c.keys["ed"].PublicKey())
		if v.Status != unknown || v.Refused != nil || len(v.Doubts) != 1 ||
			!strings.HasPrefix(v.Doubts[0].Text, want) || strings.ContainsRune(v.Doubts[0].Text, 0x1b) {
			t.Errorf("%s: %s, %v, %v", want, v.Status, v.Refused, v.Doubts)
		}
	}
	fails := knownhosts.Login{Host: host,
		Rules: knownhosts.Rules{Command: command(t, "printf 'no \\033[2J\\n' >&2; exit 4")}}
	if got := fails.Unsure(t.Context()); !strings.HasPrefix(got, "KnownHostsCommand failed (exit status 4") {
		t.Errorf("unsure is %q", got)
	}
	v := fails.Judge(t.Context(), c.keys["ed"].PublicKey())
	if v.Refused == nil || v.Refused.Error() != `KnownHostsCommand failed (exit status 4: no \027[2J)` {
		t.Errorf("%v", v.Refused)
	}
}

// The command is asked before the key exchange once, however often the order is.
func TestCommandOnce(t *testing.T) {
	c, log := newKeys(t), filepath.Join(t.TempDir(), "log")
	l := knownhosts.Login{Host: host, Rules: knownhosts.Rules{Command: command(t, `echo "$1" >>`+log)}}
	for range 3 {
		l.Algorithms(t.Context())
	}
	l.Judge(t.Context(), c.keys["ed"].PublicKey())
	if b, err := os.ReadFile(log); err != nil || string(b) != "ORDER\nHOSTNAME\n" {
		t.Errorf("%q, %v", b, err)
	}
	kept := knownhosts.Login{Host: host, Rules: knownhosts.Rules{KeepOrder: true,
		HostKeys: []string{ssh.KeyAlgoRSASHA256}, Command: command(t, "exit 1")}}
	if got := kept.Algorithms(t.Context()); len(got) != 1 || got[0] != ssh.KeyAlgoRSASHA256 {
		t.Errorf("%q", got)
	}
}

// Where it is not known which release is used, a verdict that releases differ in
// says so, and others do not.
func TestUnknownRelease(t *testing.T) {
	c := newKeys(t)
	f := parse(t, c.lines.Replace("@cert-authority * {ca}\n"))
	nameless := c.certify(t, "ca", func(c *ssh.Certificate) { c.ValidPrincipals = nil }).PublicKey()
	if v := judge(f, host, nameless); v.Status != unknown || len(v.Doubts) != 1 || !strings.Contains(v.Doubts[0].Text,
		"certified") {
		t.Errorf("%s, %v", v.Status, v.Doubts)
	}
	if v := judge(f, host, c.keys["cert"].PublicKey()); v.Status != certified || v.Doubts != nil {
		t.Errorf("%s, %v", v.Status, v.Doubts)
	}
}

// CheckHostIP is named where it would have a say, and nowhere else.
func TestCheckAddress(t *testing.T) {
	c := newKeys(t)
	for addr, want := range map[string]int{"192.0.2.1": 1, "127.0.0.1": 0, "::1": 0, "": 0} {
		a, _ := netip.ParseAddr(addr)
		l := knownhosts.Login{Host: host, Addr: a, Rules: knownhosts.Rules{CheckAddress: true}}
		if v := l.Judge(t.Context(), c.keys["ed"].PublicKey()); len(v.Doubts) != want || want > 0 && v.Doubts[0].Open {
			t.Errorf("%s: %v", addr, v.Doubts)
		}
	}
	l := knownhosts.Login{Host: knownhosts.Host{Name: "192.0.2.1"}, Addr: netip.MustParseAddr("192.0.2.1"),
		Rules: knownhosts.Rules{CheckAddress: true}}
	if v := l.Judge(t.Context(), c.keys["ed"].PublicKey()); v.Doubts != nil {
		t.Errorf("by its address: %v", v.Doubts)
	}
}

// A guess at the order counts only where it makes a difference.
func TestOrderUnsure(t *testing.T) {
	c := newKeys(t)
	f := parse(t, c.lines.Replace("host.example.com {rsa}\n"))
	rules := knownhosts.Rules{Release: knownhosts.Release{Major: 9, Minor: 2}, OrderUnsure: true}
	for h, want := range map[knownhosts.Host]int{host: 1, {Name: "other.example.com"}: 0} {
		l := knownhosts.Login{Known: f, Host: h, Rules: rules}
		l.Algorithms(t.Context())
		if v := l.Judge(t.Context(), c.keys["rsa"].PublicKey()); len(v.Doubts) != want {
			t.Errorf("%s: %v", h.Name, v.Doubts)
		}
	}
}
