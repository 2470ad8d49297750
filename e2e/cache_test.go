//go:build linux

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	dnslab "rdnsproxy/internal/lab"
)

const (
	cacheDir = home + "/.cache/rdnsproxy/reverse"
	cacheOf  = "10.100.51.198.in-addr.arpa" // the reverse name of the address that these tests log in to
)

// cached starts a DNS server for one host, whose PTR name is another.
func (v *visit) cached() *dnslab.DNSServer {
	v.t.Helper()
	return v.dns(dnslab.Zone("example.com", "web A 198.51.100.10", "web AAAA 2001:db8::10", "name A 198.51.100.10", "name AAAA 2001:db8::10"),
		dnslab.Zone("100.51.198.in-addr.arpa", "10 PTR name.example.com."),
		dnslab.Zone("8.b.d.0.1.0.0.2.ip6.arpa", "0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR name.example.com."))
}

// login logs in silently.
func (v *visit) login(what string, args ...string) {
	v.t.Helper()
	if o := v.ssh(append(args, "web.example.com", "echo hello")...); o.out != "hello\n" || o.err != "" {
		v.t.Errorf("%s: %+v", what, o)
	}
}

// A second login asks for the addresses of the host and for nothing else, over pipes and
// with fdpass.
func TestSecondLoginAsksForTheHostAlone(t *testing.T) {
	for name, config := range map[string]string{"pipes": plainly, "fdpass": fdpass, "strict": strictly} {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t)
			s := v.cached()
			v.sshConfig(config)
			v.login("first", "-4")
			v.eventually("it is kept", func() bool { return len(v.keptFiles()) > 0 })
			before := s.Questions()
			v.login("second", "-4")
			if asked := s.Questions() - before; asked != 1 || s.Asked("web.example.com", 1) != 2 || s.Asked(cacheOf, 12) != 1 {
				t.Errorf("%d questions: %d for A, %d for PTR", asked, s.Asked("web.example.com", 1), s.Asked(cacheOf, 12))
			}
		})
	}
}

// Both addresses of a host are kept, also the one that nobody waited for.
func TestBothFamiliesAreKept(t *testing.T) {
	v := newVisit(t)
	s := v.cached()
	v.login("first")
	v.eventually("both are kept", func() bool { return len(v.keptFiles()) == 2 })
	before := s.Questions()
	v.login("second")
	if asked := s.Questions() - before; asked != 2 {
		t.Errorf("%d questions, not A and AAAA", asked)
	}
}

// keptFiles are the files of the cache, with those that are half written.
func (v *visit) keptFiles() []string {
	v.t.Helper()
	files, err := filepath.Glob(cacheDir + "/*/*")
	v.must(err)
	half, err := filepath.Glob(cacheDir + "/*/.*")
	v.must(err)
	return append(files, half...)
}

// A VPN that goes up gives the machine an address or a route and changes no file: what was
// kept before is not used then, and is again when the VPN goes down.
func TestVPNMakesTheCacheUnused(t *testing.T) {
	v := newVisit(t)
	s := v.cached()
	ptr := 0
	login := func(what string, asked int) {
		t.Helper()
		v.login(what, "-4")
		v.eventually("the helper is gone", func() bool { return len(helpers()) == 0 })
		if ptr += asked; s.Asked(cacheOf, 12) != ptr {
			t.Errorf("%s: %d PTR questions in all; want %d", what, s.Asked(cacheOf, 12), ptr)
			ptr = s.Asked(cacheOf, 12)
		}
	}
	ip := func(args ...string) {
		t.Helper()
		v.must(do(append([]string{"ip"}, args...)...))
	}
	login("first", 1)
	login("second", 0)
	ip("address", "add", "10.66.0.2/24", "dev", "lo")
	login("with an address more", 1)
	login("with an address more, again", 0)
	ip("address", "del", "10.66.0.2/24", "dev", "lo")
	login("without it", 0)
	ip("route", "add", "default", "dev", "lo")
	login("with a default route", 1)
	ip("route", "add", "128.0.0.0/1", "dev", "lo", "src", "198.51.100.11") // as OpenVPN's redirect-gateway def1 does
	login("with half a default route", 1)
	ip("route", "del", "128.0.0.0/1", "dev", "lo")
	ip("route", "del", "default", "dev", "lo")
	login("as at first", 0)
	ip("address", "add", "169.254.9.9/16", "scope", "link", "dev", "lo")
	login("with a link-local address", 0)
	ip("address", "del", "169.254.9.9/16", "dev", "lo")
	v.write("/etc/resolv.conf", "# changed\nnameserver 127.0.0.99\n")
	login("with a comment in resolv.conf", 0)
	v.write("/etc/resolv.conf", "nameserver 127.0.0.99\nsearch example.net\n")
	login("with a search list", 1)
}

// A cache that cannot be written, or is not to be trusted, is as good as none: each login
// works and is silent, and with -v one line says why.
func TestCacheCannotBeUsed(t *testing.T) {
	for name, spoil := range map[string]func(v *visit){
		"full": func(v *visit) {
			v.must(unix.Mount("tmpfs", cacheDir, "tmpfs", 0, fmt.Sprintf("size=4k,mode=700,uid=%d,gid=%d", chris, chris)))
			v.t.Cleanup(func() { v.must(unix.Unmount(cacheDir, unix.MNT_DETACH)) })
			v.must(os.WriteFile(cacheDir+"/ballast", bytes.Repeat([]byte{1}, 4096), 0o600))
		},
		"out of inodes": func(v *visit) {
			v.must(unix.Mount("tmpfs", cacheDir, "tmpfs", 0, fmt.Sprintf("nr_inodes=1,mode=700,uid=%d,gid=%d", chris, chris)))
			v.t.Cleanup(func() { v.must(unix.Unmount(cacheDir, unix.MNT_DETACH)) })
		},
		"read-only":  func(v *visit) { v.mountOn(cacheDir, unix.MS_RDONLY) },
		"foreign":    func(v *visit) { v.must(os.Chown(cacheDir, 0, 0)) },
		"writable":   func(v *visit) { v.must(os.Chmod(cacheDir, 0o777)) },
		"unreadable": func(v *visit) { v.must(os.Chmod(cacheDir, 0)) },
		"a link": func(v *visit) {
			v.must(os.Rename(cacheDir, cacheDir+"2"))
			v.must(os.Symlink(cacheDir+"2", cacheDir))
		},
		"a FIFO": func(v *visit) {
			v.must(os.Remove(cacheDir))
			v.must(unix.Mkfifo(cacheDir, 0o600))
			v.must(os.Chown(cacheDir, chris, chris))
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t)
			s := v.cached()
			v.must(do("install", "-d", "-m700", "-o", fmt.Sprint(chris), "-g", fmt.Sprint(chris), home+"/.cache", filepath.Dir(cacheDir), cacheDir))
			spoil(v)
			for n, config := range []string{plainly, fdpass, strictly} {
				v.sshConfig(config)
				v.login(config, "-4")
				v.eventually("the helper is gone", func() bool { return len(helpers()) == 0 })
				if asked := s.Asked(cacheOf, 12); asked != n+1 {
					t.Errorf("%s: checked %d times", config, asked)
				}
			}
			v.sshConfig("Host *\n\tProxyCommand rdnsproxy -v %h %p\n")
			o := v.ssh("-4", "web.example.com", "echo hello")
			if strings.Count(o.err, "cache") == 0 || strings.Count(o.err, "the cache is not used: ") != 1 || o.out != "hello\n" {
				t.Errorf("-v: %+v", o)
			}
			t.Log(strings.SplitN(o.err, "\n", 2)[0])
			v.sshConfig(strictly)
			s.Fault("name.example.com", dnslab.ServFail)
			if o := v.run("ssh", "-4", "web.example.com", "true"); o.status != 255 || strings.Count(o.err, "rdnsproxy: ") != 1 {
				t.Errorf("strict: %+v", o)
			}
		})
	}
}

// Two hundred logins at once, to a host that nobody has logged in to before: all of them
// work, and what they leave is one whole file.
func TestTwoHundredLoginsAtOnce(t *testing.T) {
	v := newVisit(t)
	s := v.cached()
	echo, err := dnslab.StartTCP("198.51.100.10:0", dnslab.Echo)
	v.must(err)
	defer echo.Close()
	port := fmt.Sprint(echo.Addr().Port())
	var all []*exec.Cmd
	var said [200]bytes.Buffer
	for n := range said {
		cmd := v.command("rdnsproxy", "-4", "web.example.com", port)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("hello\n"), &said[n], &said[n]
		v.must(cmd.Start())
		all = append(all, cmd)
	}
	for n, cmd := range all {
		if err := cmd.Wait(); err != nil || said[n].String() != "hello\n" {
			t.Errorf("%v: %q", err, &said[n])
		}
	}
	if files := v.keptFiles(); len(files) != 1 {
		t.Errorf("%q are left", files)
	}
	before := s.Asked(cacheOf, 12)
	v.login("the next", "-4")
	if s.Asked(cacheOf, 12) != before {
		t.Error("it asked again")
	}
	t.Logf("of 200, %d asked for the PTR record", before)
}
