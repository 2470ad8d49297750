//go:build linux && soak

package e2e

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	dnslab "rdnsproxy/internal/lab"
	"rdnsproxy/limits"
)

// The hosts that the sessions go to: of the first, all is well; of the others, nobody
// answers about the reverse names.
const (
	soakHosts = limits.CacheFiles + 500 // more than are kept
	soakDead  = 200
)

const soakBanner = "SSH-2.0-soak\r\n"

// soakModes are the relays that take turns.
var soakModes = []soakMode{
	{"warn", nil, false, false},
	{"strict", []string{"--policy", "strict"}, false, false},
	{"off", []string{"--policy", "off"}, false, false},
	{"fdpass", []string{"--fdpass"}, true, false},
	{"no cache", []string{"--no-cache"}, false, false},
	{"strict, fdpass", []string{"--policy", "strict", "--fdpass"}, true, false},
	{"dead reverse zone", []string{"--check-wait", "10ms"}, false, true},
	{"dead reverse zone, fdpass", []string{"--check-wait", "10ms", "--fdpass"}, true, true},
	{"socks5", []string{"--via", "socks5://" + soakSOCKS}, false, false},
	{"socks5, fdpass", []string{"--via", "socks5://" + soakSOCKS, "--fdpass"}, true, false},
	{"http", []string{"--via", "http://" + soakCONNECT}, false, false},
	{"http, strict, fdpass", []string{"--via", "http://" + soakCONNECT, "--policy", "strict", "--fdpass"}, true, false},
	{"dead reverse zone, socks5", []string{"--via", "socks5://" + soakSOCKS, "--check-wait", "10ms"}, false, true},
}

// microsocks and tinyproxy.
const (
	soakSOCKS   = "127.0.0.1:9061"
	soakCONNECT = "127.0.0.1:9062"
)

type soakMode struct {
	name         string
	flags        []string
	passes, dead bool
}

func (m soakMode) host(n int) string {
	if m.dead {
		return fmt.Sprintf("d%d.example.com", n%soakDead)
	}
	return fmt.Sprintf("h%d.example.com", n%soakHosts)
}

// soak is the world of these tests: a server that sends a banner and then what it gets, on
// all addresses.
type soak struct {
	*visit
	server   *dnslab.TCPServer
	template *exec.Cmd
	tmp      string
	watcher  *exchange
	size     int64 // of the watcher's memory at first, in KiB
	held     int   // its descriptors at first
	own      int   // this process's
}

func newSoak(t *testing.T) *soak {
	t.Helper()
	s := &soak{visit: newVisit(t), tmp: home + "/tmp"}
	s.must(do("ip", "address", "add", "198.18.0.1/15", "dev", "lo"))
	t.Cleanup(func() { s.must(do("ip", "address", "del", "198.18.0.1/15", "dev", "lo")) })
	s.must(do("install", "-d", "-m700", "-o", strconv.Itoa(chris), "-g", strconv.Itoa(chris), s.tmp))
	var names, reverse []string
	for n := range soakHosts {
		names = append(names, fmt.Sprintf("h%d 3600 A 198.18.%d.%d", n, n>>8, n&255))
		reverse = append(reverse, fmt.Sprintf("%d.%d 3600 PTR h%d.example.com.", n&255, n>>8, n))
	}
	for n := range soakDead {
		names = append(names, fmt.Sprintf("d%d A 198.19.0.%d", n, n))
	}
	dead := dnslab.Zone("19.198.in-addr.arpa")
	server := s.dns(dnslab.Zone("example.com", names...), dnslab.Zone("18.198.in-addr.arpa", reverse...), dead)
	server.Fault("", func(x *dnslab.DNSExchange) {
		if strings.HasSuffix(strings.ToLower(x.Query.Question[0].Name), ".19.198.in-addr.arpa.") {
			x.Reply = nil
		}
	})
	var err error
	s.server, err = dnslab.StartTCP("0.0.0.0:0", func(c *net.TCPConn) {
		io.WriteString(c, soakBanner)
		dnslab.Echo(c)
	})
	s.must(err)
	t.Cleanup(func() { s.server.Close() })
	s.startProxies()
	s.template = s.command("rdnsproxy")
	s.template.Env = append(s.template.Env, "TMPDIR="+s.tmp)
	return s
}

// startProxies starts those that some of the sessions go through.
func (s *soak) startProxies() {
	s.t.Helper()
	conf := s.t.TempDir() + "/tinyproxy.conf"
	s.write(conf, "Port "+soakCONNECT[len("127.0.0.1:"):]+"\nListen 127.0.0.1\nMaxClients 300\nLogLevel Critical\n")
	for addr, argv := range map[string][]string{
		soakSOCKS:   {"/bin/sh", "-c", "exec microsocks -i 127.0.0.1 -p " + soakSOCKS[len("127.0.0.1:"):] + " 2>/dev/null"}, // it logs every client
		soakCONNECT: {"tinyproxy", "-d", "-c", conf},
	} {
		cmd, err := serve(argv)
		s.must(err)
		s.t.Cleanup(func() {
			cmd.Process.Kill()
			cmd.Wait()
		})
		s.must(answers(addr))
	}
}

// session is a whole one, with some random bytes.
func (s *soak) session(random *rand.Rand, n int) error {
	x, err := s.open(soakModes[n%len(soakModes)], n/len(soakModes)*7+n)
	if err != nil {
		return err
	}
	return errors.Join(x.echo(noise(random, random.IntN(70_000))), x.end())
}

func noise(random *rand.Rand, size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

// Sessions in a row, and beside them one that lasts: nothing of them stays behind, and the
// one that lasts neither grows nor misses a byte.
func TestSoakInARow(t *testing.T) {
	sessions := 10_000
	if text := os.Getenv("SOAK_SESSIONS"); text != "" {
		var err error
		if sessions, err = strconv.Atoi(text); err != nil {
			t.Fatalf("SOAK_SESSIONS: %v", err)
		}
	}
	s := newSoak(t)
	s.watch()
	random := rand.New(rand.NewPCG(1, 2))
	began, real := time.Now(), 0
	for n := range sessions {
		var err error
		if n%40 == 39 {
			real++
			err = s.realSession(n)
		} else {
			err = s.session(random, n)
		}
		if err == nil && n%20 == 0 {
			err = s.watcher.echo(noise(random, 1+random.IntN(200_000)))
		}
		if err != nil {
			t.Fatal(err)
		}
		if n%1000 == 999 || n == sessions-1 {
			s.nothingStays()
			t.Logf("%5d sessions, %d of them of ssh, in %.0f s: %d files are kept; the session that lasts has %d KiB and %d descriptors",
				n+1, real, time.Since(began).Seconds(), len(s.keptFiles()), s.memory(s.watcher), descriptors(s.watcher.cmd.Process.Pid))
		}
	}
	s.unwatch()
}

// realSession is one of ssh itself.
func (s *soak) realSession(n int) error {
	s.sshConfig([]string{plainly, fdpass, strictly}[n/40%3])
	said := fmt.Sprint("hello ", n)
	cmd := exec.Command("ssh", soakModes[0].host(n), "cat")
	cmd.Env, cmd.Dir, cmd.SysProcAttr = s.template.Env, s.template.Dir, s.template.SysProcAttr
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(said), &out, &errs
	killer := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	err := cmd.Run()
	killer.Stop()
	if err != nil || out.String() != said || errs.Len() > 0 {
		return fmt.Errorf("ssh, session %d: %v, %q, %s", n, err, &out, &errs)
	}
	return nil
}

// Two hundred at once, of all kinds: each has its own bytes, and ends.
func TestSoakAtOnce(t *testing.T) {
	s := newSoak(t)
	s.watch()
	random := rand.New(rand.NewPCG(3, 4))
	const many = 200
	for round := range 5 {
		var all []*exchange
		opened, failed := make(chan *exchange, many), make(chan error, many)
		relays := 1 // the watcher
		for n := range many {
			m := soakModes[n%len(soakModes)]
			if !m.passes {
				relays++
			}
			go func() {
				x, err := s.open(m, round*many+n)
				opened <- x
				failed <- err
			}()
		}
		for range many {
			if err := <-failed; err != nil {
				t.Error(err)
			}
			if x := <-opened; x != nil {
				all = append(all, x)
			}
		}
		s.eventually("all relays run at once, and those that have passed their connection are gone", func() bool { return len(helpers()) == relays })
		if open := s.server.Open(); open != many+1 {
			t.Errorf("%d connections", open)
		}
		for range 2 {
			for _, x := range all {
				if err := x.echo(noise(random, 1+random.IntN(100_000))); err != nil {
					t.Error(err)
				}
			}
		}
		for _, x := range all {
			if err := x.end(); err != nil {
				t.Error(err)
			}
		}
		if t.Failed() {
			return
		}
		s.nothingStays()
		t.Logf("%d at once, for the %d. time: %d files are kept", many, round+1, len(s.keptFiles()))
	}
	s.unwatch()
}

// A session with much to say, both ways at once: its memory does not grow.
func TestSoakLong(t *testing.T) {
	s := newSoak(t)
	x, err := s.open(soakModes[0], 0)
	s.must(err)
	x.killer.Stop()
	const block, blocks = 1 << 20, 2048
	sent, got := sha256.New(), sha256.New()
	random := rand.New(rand.NewPCG(5, 6))
	one := noise(random, block)
	failed := make(chan error, 1)
	go func() {
		for n := range blocks {
			one[n%block]++
			sent.Write(one)
			if _, err := x.in.Write(one); err != nil {
				failed <- err
				return
			}
		}
		failed <- nil
	}()
	first := int64(0)
	for n := range blocks {
		if _, err := io.CopyN(got, x.out, block); err != nil {
			t.Fatal(err)
		}
		if n == blocks/8 {
			first = s.memory(x)
		}
	}
	last := s.memory(x)
	if err := errors.Join(<-failed, x.end()); err != nil || !bytes.Equal(sent.Sum(nil), got.Sum(nil)) {
		t.Errorf("not the same bytes, %v", err)
	}
	if last > first+1024 {
		t.Errorf("%d KiB after an eighth, %d KiB at the end", first, last)
	}
	t.Logf("%d MiB each way: %d KiB after an eighth, %d KiB at the end", blocks, first, last)
}

// watch opens the session that lasts, and counts what there is before the others.
func (s *soak) watch() {
	s.t.Helper()
	var err error
	s.watcher, err = s.open(soakModes[0], 0)
	s.must(err)
	s.watcher.killer.Stop()
	s.must(s.watcher.echo([]byte("here\n")))
	// Its last lookups end, and what they needed is given back.
	s.eventually("the session has only what it relays with", func() bool { return !s.asksDNS(s.watcher.cmd.Process.Pid) })
	s.must(s.watcher.echo(noise(rand.New(rand.NewPCG(7, 8)), 1<<20)))
	s.size, s.held, s.own = s.memory(s.watcher), descriptors(s.watcher.cmd.Process.Pid), descriptors(os.Getpid())
}

func (s *soak) unwatch() {
	s.t.Helper()
	s.must(s.watcher.end())
}

// nothingStays fails if a session that is over has left anything.
func (s *soak) nothingStays() {
	s.t.Helper()
	s.eventually("no relay but the one that lasts", func() bool { return len(helpers()) == 1 })
	s.eventually("no connection but its", func() bool { return s.server.Open() == 1 })
	s.eventually("no descriptor of this process", func() bool { return descriptors(os.Getpid()) <= s.own })
	for _, pattern := range []string{s.tmp + "/*", s.tmp + "/.*", cacheDir + "/*/.*", home + "/.ssh/*.*", home + "/.cache/rdnsproxy/.*"} {
		if left, _ := filepath.Glob(pattern); len(left) > 0 {
			s.t.Errorf("left: %q", left)
		}
	}
	if files := len(s.keptFiles()); files > limits.CacheFiles {
		s.t.Errorf("%d files are kept", files)
	}
	if now := s.memory(s.watcher); now > s.size+1024 {
		s.t.Errorf("the session that lasts has grown from %d to %d KiB", s.size, now)
	}
	if now := descriptors(s.watcher.cmd.Process.Pid); now != s.held {
		s.t.Errorf("the session that lasts had %d descriptors, and has %d", s.held, now)
	}
	zombies := 0
	for _, status := range globbed("/proc/[0-9]*/stat") {
		if text, err := os.ReadFile(status); err == nil && strings.Contains(string(text), "(rdnsproxy) Z") {
			zombies++
		}
	}
	if zombies > 0 {
		s.t.Errorf("%d relays that nobody has waited for", zombies)
	}
}

func globbed(pattern string) []string {
	list, _ := filepath.Glob(pattern)
	return list
}

// memory is what a relay has in memory, in KiB.
func (s *soak) memory(x *exchange) int64 {
	s.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", x.cmd.Process.Pid))
	s.must(err)
	_, after, _ := strings.Cut(string(text), "VmRSS:")
	var size int64
	_, err = fmt.Sscan(after, &size)
	s.must(err)
	return size
}

// descriptors is how many a process has open.
func descriptors(pid int) int { return len(globbed(fmt.Sprintf("/proc/%d/fd/*", pid))) }
