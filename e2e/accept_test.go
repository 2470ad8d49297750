//go:build linux

package e2e

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	dnslab "rdnsproxy/internal/lab"
)

const acceptedFile = home + "/.config/rdnsproxy/accepted"

// accepted returns the content of the user's file of accepted mappings; "" without one.
func (v *visit) accepted() string {
	v.t.Helper()
	b, err := os.ReadFile(acceptedFile)
	if !errors.Is(err, fs.ErrNotExist) {
		v.must(err)
	}
	return string(b)
}

// Without $HOME the file is below the home directory of the user database, like ssh's
// own files.
func TestAcceptWithoutHome(t *testing.T) {
	v := newVisit(t)
	if o := v.run("env", "-u", "HOME", "rdnsproxy", "accept", "my.example.com"); o.status != 0 || !strings.HasPrefix(v.accepted(), "my.example.com 192.168.1.243 ") {
		t.Fatalf("%+v, %q", o, v.accepted())
	}
	if o := v.run("env", "-u", "HOME", "rdnsproxy", "accept", "list"); o.status != 0 || !strings.HasPrefix(o.out, "my.example.com ") {
		t.Errorf("%+v", o)
	}
	if o := v.ssh("my.example.com", "true"); o.err != "" {
		t.Errorf("with $HOME it is another file: %+v", o)
	}
}

// The article's story without root: an accepted mapping is silent until it changes;
// then the warning says what has changed.
func TestAccept(t *testing.T) {
	const was = "192-168-1-243.foo.bar.net"
	for _, c := range []struct {
		name    string
		zones   []dnslab.DNSZone // the world afterwards
		address string           // the address that is connected to then
		change  string
		warning string
	}{
		{"another address", []dnslab.DNSZone{
			dnslab.Zone("example.com", "my A 198.51.100.11"), dnslab.Zone("100.51.198.in-addr.arpa", "11 PTR "+was+"."), dnslab.Zone("bar.net"),
		}, "198.51.100.11", "the address changed from 192.168.1.243 to 198.51.100.11",
			"my.example.com is 198.51.100.11, whose reverse name " + was + " does not exist (NXDOMAIN)"},
		{"an address that nobody complains of", []dnslab.DNSZone{
			dnslab.Zone("example.com", "my A 198.51.100.11"), dnslab.Zone("100.51.198.in-addr.arpa"),
		}, "198.51.100.11", "the address changed from 192.168.1.243 to 198.51.100.11; the reverse name " + was +
			" is gone; the verdict changed from unresolvable to missing", ""},
		{"another reverse name", []dnslab.DNSZone{
			dnslab.Zone("example.com", "my A 192.168.1.243"), dnslab.Zone("1.168.192.in-addr.arpa", "243 PTR other.bar.net."), dnslab.Zone("bar.net"),
		}, "192.168.1.243", "the reverse name changed from " + was + " to other.bar.net",
			"my.example.com is 192.168.1.243, whose reverse name other.bar.net does not exist (NXDOMAIN)"},
		{"another verdict", []dnslab.DNSZone{
			dnslab.Zone("example.com", "my A 192.168.1.243"), dnslab.Zone("1.168.192.in-addr.arpa", "243 PTR "+was+"."), dnslab.Zone("bar.net", "192-168-1-243.foo A 192.0.2.1"),
		}, "192.168.1.243", "the verdict changed from unresolvable to mismatch",
			"my.example.com is 192.168.1.243, whose reverse name " + was + " resolves elsewhere"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := newVisit(t)
			if o := v.ssh("my.example.com", "true"); !strings.HasPrefix(o.err, articleWarning) {
				t.Fatalf("%+v", o)
			}
			if o := v.run("rdnsproxy", "accept", "my.example.com"); o != (outcome{"accepted: my.example.com is 192.168.1.243, reverse name " + was + " (unresolvable)\n", "", 0}) {
				t.Fatalf("%+v", o)
			}
			if st, err := os.Stat(acceptedFile); err != nil || st.Mode() != 0o600 {
				t.Errorf("%v, %v", st, err)
			}
			if o := v.ssh("my.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
				t.Errorf("accepted: %+v", o)
			}
			if o := v.run("rdnsproxy", "accept", "verify"); o.status != 0 {
				t.Errorf("verify: %+v", o)
			}

			v.dns(c.zones...)
			o := v.ssh("my.example.com", "echo $SSH_CONNECTION")
			want := "rdnsproxy: warning: my.example.com no longer matches the mapping you accepted: " + c.change
			if c.warning != "" {
				want += "; " + c.warning
			}
			if !strings.HasPrefix(o.err, want) || strings.Count(o.err, "\n") != 1 {
				t.Errorf("after the change: %s", o.err)
			}
			if to := strings.Fields(o.out); len(to) != 4 || to[2] != c.address {
				t.Errorf("connected to %q, want %s", to, c.address)
			}
			if o := v.run("rdnsproxy", "accept", "verify"); o.status != 1 || o.out != "warning  my.example.com: "+c.change+"\n" {
				t.Errorf("verify: %+v", o)
			}

			if o := v.run("rdnsproxy", "accept", "forget", "my.example.com"); o.status != 0 || o.out != "forgotten: my.example.com\n" {
				t.Errorf("forget: %+v", o)
			}
			if got := v.accepted(); got != "" {
				t.Errorf("what is left: %q", got)
			}
			o = v.ssh("my.example.com", "true")
			if c.warning == "" && o.err != "" || c.warning != "" && !strings.HasPrefix(o.err, "rdnsproxy: warning: "+c.warning) {
				t.Errorf("forgotten: %+v", o)
			}
		})
	}
}

// Relays that read the file while it is being written see a complete state, in each of
// which the mapping is accepted.
func TestAcceptAmongRelays(t *testing.T) {
	const relays, atOnce = 200, 20
	v := newVisit(t)
	far, err := dnslab.StartTCP("192.168.1.243:2022", dnslab.Echo)
	v.must(err)
	defer far.Close()
	if o := v.run("rdnsproxy", "accept", "my.example.com"); o.status != 0 {
		t.Fatalf("%+v", o)
	}
	before := v.accepted()

	var over atomic.Bool
	var writers, readers sync.WaitGroup
	var writes atomic.Int64
	for _, host := range []string{"mismatch.example.com", "numeric.example.com"} {
		writers.Go(func() {
			for ; !over.Load(); writes.Add(2) {
				for _, words := range [][]string{{"accept", host}, {"accept", "forget", host}} {
					if out, err := v.command(append([]string{"rdnsproxy"}, words...)...).CombinedOutput(); err != nil {
						t.Errorf("%q: %v, %s", words, err, out)
						return
					}
				}
			}
		})
	}
	for range atOnce {
		readers.Go(func() {
			for range relays / atOnce {
				cmd := v.command("rdnsproxy", "--check-wait", "40s", "my.example.com", "2022")
				cmd.Stdin = strings.NewReader("hello\n")
				if out, err := cmd.CombinedOutput(); err != nil || string(out) != "hello\n" {
					t.Errorf("relay: %v, %q", err, out)
				}
			}
		})
	}
	readers.Wait()
	over.Store(true)
	writers.Wait()
	t.Logf("%d relays, %d writes", relays, writes.Load())
	if got := v.accepted(); got != before || strings.Count(got, "\n") != 1 {
		t.Errorf("the file was %q and is %q", before, got)
	}
	if left, _ := os.ReadDir(home + "/.config/rdnsproxy"); len(left) > 2 { // the file and its lock
		t.Errorf("left behind: %v", left)
	}
}
