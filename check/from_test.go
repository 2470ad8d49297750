package check

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rdnsproxy/sshconf"

	"golang.org/x/crypto/ssh"
)

// lists are from= lists. NAME stands for the client's name, ADDR for its address.
var lists = []string{
	"*", "?", "ADDR", "!ADDR", "!ADDR,*", "*,!ADDR", "127.0.0.0/8", "!127.0.0.0/8,*", "127.0.0.0/8,!ADDR",
	"127.*", "127.0.?.*", "128.*", "!128.*,*", "!128.*", "10.0.0.0/8", "10.0.0.0/8,127.0.0.0/8",
	"NAME", "!NAME", "!NAME,*", "NAME,!127.0.0.0/8", "NAME,!127.*", "*.example.com", "!*.example.com,*", "?*", "nobody",
	// An inconsistent network makes the whole list unusable, unless an earlier entry decides.
	"127.0.0.1/8", "127.0.0.1/8,*", "*,127.0.0.1/8", "!ADDR,127.0.0.1/8", "NAME,127.0.0.1/8", "127.0.0.0/33",
	"*,127.0.0.0/33", "10.1.2.3/0", "0.0.0.0/0",
	// An entry with an invalid number of bits is a pattern.
	"127.0.0.0/129,ADDR", "127.0.0.0/", "127.0.0.0/8x", "127.0.0.0/x,*", "127.0.0.0/ 8", "127.0.0.0/+8", "127.0.0.0/-8",
	"127.0.0.0/-0", "0.0.0.0/-0", "127.0.0.0/08", "127.0.0.0/008", "10.0.0.0/0x8,*",
	// Empty entries.
	"", ",", ",ADDR", "ADDR,", "ADDR,,*", "!", "!,*", "*,!", "ADDR,!!ADDR", "!!ADDR,ADDR", "!!*,ADDR",
	// Other spellings of addresses, and what they do not match.
	"127.1", "127.0.1", "0x7f.0.0.1", "0x7F000001", "0177.0.0.1", "2130706433", "0x7f.0.0.0/8", "::ffff:127.0.0.1",
	"::ffff:0:0/96", "::/0", "::1", "::1/128", "0:0:0:0:0:0:0:1", "0::0/0", "::1/127", "[::1]",
	"ADDR ", " ADDR", " *", "127.0.0.1.", "LOCALHOST", "LocalHost*", "::*", "*:*", "ADDR/32", "ADDR/128",
	strings.Repeat("x", 1022) + ",*", strings.Repeat("x", 1023) + ",*", strings.Repeat("1", 64) + ",ADDR",
	"127.0.0.0/8" + strings.Repeat("0", 60),
}

// TestAdmitsAsSSHD asks a real sshd about each list, with UseDNS off and on, for clients of
// both families. The clients' names come from the system's own sources.
func TestAdmitsAsSSHD(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs sshd for every list")
	}
	for _, c := range []struct {
		from   string
		useDNS bool
	}{
		{"127.0.0.1", true}, {"::1", false},
		{"127.0.5.6", false}, // in nobody's hosts file: with UseDNS, libc would ask DNS
	} {
		t.Run(fmt.Sprintf("%s UseDNS %v", c.from, c.useDNS), func(t *testing.T) {
			t.Parallel()
			server := newSSHD(t)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			seen, ok := SeenAs((&Checker{}).Check(ctx, Ask{Target: Target{Input: c.from, Host: c.from, Port: 22}}))
			if !ok {
				t.Fatal("no address")
			}
			for _, list := range lists {
				list = strings.NewReplacer("NAME", seen.Names[0], "ADDR", c.from).Replace(list)
				ad := Admits(list, seen, sshconf.Match)
				want := ad.WithoutDNS
				if c.useDNS {
					want = ad.WithDNS
				}
				if ad.Varies && c.useDNS {
					continue // it depends on which name libc gives
				}
				if got := server.letsIn(t, seen.Address, list, c.useDNS); got != want {
					t.Errorf("from=%q, names %v: sshd %v, here %+v", list, seen.Names, got, ad)
				}
			}
		})
	}
}

// sshd is a real one that serves one connection at a time, as under inetd.
type sshd struct {
	dir, path, user string
	key             ssh.Signer
	listeners       map[bool]net.Listener // by family: IPv6?
}

func newSSHD(t *testing.T) *sshd {
	t.Helper()
	s := &sshd{dir: t.TempDir(), listeners: map[bool]net.Listener{}}
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/local/sbin", "/usr/sbin") {
		if st, err := os.Stat(filepath.Join(dir, "sshd")); s.path == "" && err == nil && st.Mode().IsRegular() {
			s.path = filepath.Join(dir, "sshd")
		}
	}
	if s.path == "" {
		t.Fatal("there is no sshd: this test compares with it")
	}
	if os.Geteuid() == 0 { // root's sshd insists on it, and it is gone after a start of the machine
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	s.user = me.Username
	s.key = s.newKey(t, "client")
	s.newKey(t, "hostkey")
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0"} {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		s.listeners[strings.HasPrefix(addr, "[")] = l
	}
	return s
}

func (s *sshd) newKey(t *testing.T, name string) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// letsIn reports whether a login from an address succeeds, with a key that has this list.
func (s *sshd) letsIn(t *testing.T, from netip.Addr, list string, useDNS bool) bool {
	t.Helper()
	keys, conf := filepath.Join(s.dir, "keys"), filepath.Join(s.dir, "sshd_config")
	yes := map[bool]string{true: "yes", false: "no"}
	s.write(t, keys, fmt.Sprintf("from=%q %s", list, ssh.MarshalAuthorizedKey(s.key.PublicKey())))
	s.write(t, conf,
		fmt.Sprintf("HostKey %s\nAuthorizedKeysFile %s\nUseDNS %s\nStrictModes no\nUsePAM no\nPermitRootLogin "+
			"yes\nPasswordAuthentication no\nLogLevel ERROR\n",
			filepath.Join(s.dir, "hostkey"), keys, yes[useDNS]))

	l := s.listeners[from.Is6()]
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0)), Timeout: time.Minute}
	near, err := d.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	far, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	socket, err := far.(*net.TCPConn).File()
	far.Close()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	cmd := exec.Command(s.path, "-i", "-e", "-f", conf)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = socket, socket, &said
	err = cmd.Start()
	socket.Close()
	if err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	near.SetDeadline(time.Now().Add(time.Minute))
	c, _, _, err := ssh.NewClientConn(near, "", &ssh.ClientConfig{
		User: s.user, Auth: []ssh.AuthMethod{ssh.PublicKeys(s.key)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	near.Close() // so that sshd ends in any case
	if err != nil && !strings.Contains(err.Error(), "unable to authenticate") {
		cmd.Wait()
		t.Fatalf("from=%q: %v\n%s", list, err, said.String())
	}
	return c != nil
}

func (s *sshd) write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A hostile list leads to a decision, a list that sshd cannot read admits nobody, and the
// text is safe to print.
func FuzzAdmits(f *testing.F) {
	for _, l := range lists {
		f.Add(l, "my.example.com")
	}
	a := netip.MustParseAddr("127.0.5.6")
	f.Fuzz(func(t *testing.T, list, name string) {
		ad := Admits(list, Seen{Address: a, Names: []string{name}}, sshconf.Match)
		if !ad.Usable && (ad.WithDNS || ad.WithoutDNS) || ad.Varies && ad.WithDNS {
			t.Errorf("%+v", ad)
		}
		if slices.ContainsFunc([]byte(ad.finding(netip.Addr{}).Text), func(c byte) bool { return c < ' ' || c > '~' }) {
			t.Errorf("%q", ad.Why)
		}
	})
}
