//go:build linux

package e2e

import (
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// ssh is killed while the relay still looks up, dials, or waits for a verdict: the relay
// exits and prints nothing.
func TestKilledBeforeSession(t *testing.T) {
	const patient = " --check-wait 500s --check-timeout 500s --connect-timeout 500s "
	for _, c := range []struct{ name, dead, flags, host string }{
		{"the look-up", "exact.example.com.", "", "exact.example.com"},
		{"the connection", "", "", "exact.example.com"},
		{"the connection, off", "", "--policy off ", "exact.example.com"},
		{"the verdict", "113.0.203.in-addr.arpa.", "", "dead.example.com"},
		{"the verdict, strict", "113.0.203.in-addr.arpa.", "--policy strict ", "dead.example.com"},
	} {
		for _, way := range []string{plainly, fdpass} {
			t.Run(c.name+" "+strings.Fields(way)[2], func(t *testing.T) {
				v := newVisit(t)
				port := sshdPlain
				if c.dead == "" {
					port = "2022"
					fullBacklog(t, netip.MustParseAddrPort("198.51.100.10:2022"))
				} else {
					front := v.dnsFront(c.dead)
					v.write("/etc/resolv.conf", "nameserver "+front.addr+"\noptions timeout:30 attempts:5\n")
				}
				v.sshConfig(strings.Replace(way, "rdnsproxy ", "rdnsproxy "+patient+c.flags, 1))
				s := v.begin("-p", port, c.host, "true")
				v.eventually("the helper runs", func() bool { return len(helpers()) == 1 })
				v.eventually("it has opened what it waits on", func() bool { return holdsSocket(helpers()) })
				v.must(s.cmd.Process.Kill())
				s.cmd.Wait()
				v.eventually("the helper ends after its ssh", func() bool { return len(helpers()) == 0 })
				if s.errs.Len() > 0 {
					t.Errorf("said %q", &s.errs)
				}
				if o := v.run("rdnsproxy", "cache", "show", "--format", "json"); o.status != 0 || strings.Contains(o.out, "failed") {
					t.Errorf("the end of ssh is kept as a failure: %+v", o)
				}
			})
		}
	}
}

// holdsSocket reports whether a relay has a socket besides the streams to ssh.
func holdsSocket(pids []int) bool {
	for _, pid := range pids {
		files, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/fd/*")
		for _, f := range files {
			if at, _ := os.Readlink(f); len(filepath.Base(f)) > 1 || filepath.Base(f) > "2" {
				if strings.HasPrefix(at, "socket:") {
					return true
				}
			}
		}
	}
	return false
}
