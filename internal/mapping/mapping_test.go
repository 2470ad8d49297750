package mapping_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"rdnsproxy/check"
	"rdnsproxy/internal/accepted"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/mapping"
)

// TestOf: a result of check can be accepted, compared and described.
func TestOf(t *testing.T) {
	for name, c := range map[string]struct {
		address  check.Address
		host     string
		verdict  bool
		describe string
	}{
		"one name": {
			host: "my.example.com",
			address: check.Address{
				Address: netip.MustParseAddr("192.168.1.243"), Verdict: check.Unresolvable,
				PTR: []check.PTR{{Name: "192-168-1-243.foo.bar.net"}},
			},
			verdict:  true,
			describe: "my.example.com is 192.168.1.243, reverse name 192-168-1-243.foo.bar.net (unresolvable)",
		},
		"two names": {
			host: "my.example.com",
			address: check.Address{
				Address: netip.MustParseAddr("2001:db8::1"), Verdict: check.Exact,
				PTR: []check.PTR{{Name: "my.example.com"}, {Name: "b.example.com"}},
			},
			verdict:  true,
			describe: "my.example.com is 2001:db8::1, reverse names my.example.com, b.example.com (exact)",
		},
		"no name; a zone is this machine's": {
			host:     "printer.example.com",
			address:  check.Address{Address: netip.MustParseAddr("fe80::1%eth0"), Verdict: check.Missing},
			verdict:  true,
			describe: "printer.example.com is fe80::1, no reverse name (missing)",
		},
		"not known": {
			host:     "my.example.com",
			address:  check.Address{Address: netip.MustParseAddr("192.0.2.1"), Verdict: check.Undetermined},
			describe: "my.example.com is 192.0.2.1, no reverse name (undetermined)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := mapping.Of(c.host, c.address)
			if got := mapping.Describe(m); got != c.describe {
				t.Errorf("%q, want %q", got, c.describe)
			}
			if mapping.HasVerdict(c.address) != c.verdict {
				t.Errorf("has a verdict: %t", !c.verdict)
			}
			if !c.verdict {
				return
			}
			path := filepath.Join(t.TempDir(), "rdnsproxy", "accepted")
			if err := accepted.Remember(path, m); err != nil {
				t.Fatal(err)
			}
			file, err := mapping.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, change, found := file.Compare(m, []netip.Addr{m.Addr}); !found || change != "" {
				t.Errorf("what was accepted is found: %t, changed: %q", found, change)
			}
		})
	}
}

// TestFile: the file is read once, below the home of the World.
func TestFile(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the file is elsewhere")
	}
	home := t.TempDir()
	w := console.World{Env: []string{"HOME=" + home}}
	m := mapping.Of("my.example.com", check.Address{Address: netip.MustParseAddr("192.0.2.1"), Verdict: check.Missing})
	if err := accepted.Remember(mapping.Path(w), m); err != nil {
		t.Fatal(err)
	}
	var f mapping.File
	for range 2 {
		file, err := f.Read(w)
		if err != nil || len(file.All()) != 1 {
			t.Fatalf("%v, %v", file, err)
		}
		if err := os.RemoveAll(filepath.Join(home, ".config")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := mapping.Open(home); console.StatusOf(err) != 2 || err == nil {
		t.Errorf("a directory: %v", err)
	}
}
