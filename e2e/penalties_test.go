//go:build linux

package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	servers "rdnsproxy/internal/lab"
)

// The port of a server that may refuse its clients.
const wary = "2200"

// visited is the part of a check's JSON that these tests read.
type visited struct {
	Target, Severity string
	Addresses        []struct {
		SSH *struct {
			HostKeys []struct{ Status string } `json:"hostkeys"`
		}
	}
	Findings []struct{ Code, Severity, Text string }
}

func (r visited) has(code, severity string) bool {
	for _, f := range r.Findings {
		if f.Code == code && f.Severity == severity {
			return true
		}
	}
	return false
}

func (v *visit) visited(args ...string) (rs []visited, status int) {
	v.t.Helper()
	o := v.run(append([]string{"rdnsproxy", "check", "--format", "json"}, args...)...)
	if err := json.Unmarshal([]byte(o.out), &rs); err != nil {
		v.t.Fatalf("check %q: status %d, %v\n%s%s", args, o.status, err, o.out, o.err)
	}
	return rs, o.status
}

// loginWorks checks that a user can still log in to the checked host, with and without
// the relay.
func (v *visit) loginWorks() {
	v.t.Helper()
	for _, proxy := range []string{"rdnsproxy %h %p", "none"} {
		if o := v.run("ssh", "-o", "ProxyCommand="+proxy, "-p", wary, "exact.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
			v.t.Errorf("ProxyCommand %s: %+v", proxy, o)
		}
	}
}

// ssh-keyscan, with five connections at a time, locks this machine out: the penalties
// work.
func TestPenaltiesAreReal(t *testing.T) {
	v := newVisit(t)
	s := v.penalise(wary)
	v.loginWorks()
	for range 16 {
		v.knock("198.51.100.10:" + wary).Close()
	}
	v.eventually("the lock-out", func() bool { return !s.allows(addr("198.51.100.10")) })
	if o := v.run("ssh", "-p", wary, "exact.example.com", "true"); o.status != 255 || s.turnedAway.Load() == 0 {
		t.Errorf("%+v", o)
	}
}

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

// knock connects and reads only the identification, as soon as the server accepts: the
// connections that waited for it to start may still count as unauthenticated.
func (v *visit) knock(server string) (c net.Conn) {
	v.t.Helper()
	v.eventually("an identification of "+server, func() bool {
		var err error
		c, err = net.Dial("tcp", server)
		v.must(err)
		line, err := bufio.NewReader(c).ReadString('\n')
		if err == nil && strings.HasPrefix(line, "SSH-2.0-") {
			return true
		}
		c.Close()
		return false
	})
	return c
}

// 20 checks of a host in a row do not lock this machine out, and none reports anything
// false. A check that would cost too much waits, or is skipped and says so.
func TestTwentyChecksInARow(t *testing.T) {
	v := newVisit(t)
	s := v.penalise(wary)
	looked := 0
	for i := range 20 {
		rs, status := v.visited("exact.example.com:" + wary)
		if r := rs[0]; len(r.Addresses) == 1 && r.Addresses[0].SSH != nil && status == 0 {
			looked++
		} else if status != 3 || !r.has("ssh.skipped", "unknown") {
			t.Errorf("check %d: status %d, %+v", i, status, r)
		}
	}
	if n := s.turnedAway.Load(); n > 0 {
		t.Errorf("%d connections were turned away", n)
	}
	if looked < 10 {
		t.Errorf("%d of 20 checks looked at the host", looked)
	}
	v.loginWorks()
}

// An sshd on two ports counts by client address only: checks of both ports do not lock
// this machine out either.
func TestTwoPortsOfOneServer(t *testing.T) {
	v := newVisit(t)
	s := v.penalise(wary)
	const also = "2201"
	second, err := servers.StartTCP("[::]:"+also, s.serve)
	v.must(err)
	t.Cleanup(func() { second.Close() })
	for i := range 9 {
		rs, status := v.visited("exact.example.com:"+wary, "exact.example.com:"+also)
		for _, r := range rs {
			if r.has("ssh.turned-away", "unknown") {
				t.Fatalf("check %d: status %d, %+v", i, status, r)
			}
		}
	}
	if n := s.turnedAway.Load(); n > 0 {
		t.Errorf("%d connections were turned away", n)
	}
	v.loginWorks()
}

// A login does not wait for a check in Match exec, which could not even say why; the
// check is undetermined instead.
func TestMatchExecDoesNotWait(t *testing.T) {
	v := newVisit(t)
	s := v.penalise(wary)
	v.sshConfig("Match exec \"rdnsproxy check -q exact.example.com:" + wary + "\"\n  Compression yes\n")
	held, known := 0, 0
	for range 14 {
		if strings.Contains(v.run("ssh", "-G", "other.example.com").out, "compression yes\n") {
			known++
		} else {
			held++
		}
	}
	if known == 0 || held == 0 {
		t.Errorf("%d conditions hold, %d are unknown", known, held)
	}
	if n := s.turnedAway.Load(); n > 0 {
		t.Errorf("%d connections were turned away", n)
	}
}

// A check of 20 names of one host connects once.
func TestTwentyNames(t *testing.T) {
	v := newVisit(t)
	var lines strings.Builder
	var names []string
	for i := range 20 {
		fmt.Fprintf(&lines, "198.51.100.10\tname%d.example.com\n", i)
		names = append(names, fmt.Sprintf("name%d.example.com:%s", i, wary))
	}
	v.write("/etc/hosts", pristine["hosts"]+lines.String())
	s := v.penalise(wary)
	rs, status := v.visited(names...)
	if status != 0 || len(rs) != len(names) {
		t.Errorf("status %d, %d results", status, len(rs))
	}
	for _, r := range rs {
		if len(r.Addresses) != 1 || r.Addresses[0].SSH == nil || len(r.Addresses[0].SSH.HostKeys) == 0 {
			t.Errorf("%+v", r)
		}
	}
	if n := len(s.Clients()); n != 1 {
		t.Errorf("%d connections for %d names of one server", n, len(names))
	}
	v.loginWorks()
}

// A server that refuses this machine is neither down nor broken: the result is
// undetermined, and it is not tried again in this run.
func TestTurnedAwayByPenalties(t *testing.T) {
	v := newVisit(t)
	s := v.penalise(wary)
	for range 20 {
		s.add(addr("198.51.100.10"), penaltyNoAuth)
	}
	before := len(s.Clients())
	rs, status := v.visited("exact.example.com:"+wary, "alias.example.com:"+wary)
	for _, r := range rs {
		if r.Severity != "unknown" || !r.has("ssh.turned-away", "unknown") {
			t.Errorf("%+v", r)
		}
	}
	if n := len(s.Clients()) - before; status != 3 || n != 1 {
		t.Errorf("status %d, %d connections", status, n)
	}
}

// The same with a real sshd that has too many unauthenticated connections, in total or
// from this machine.
func TestTurnedAwayByMaxStartups(t *testing.T) {
	for _, limit := range []string{"MaxStartups 1", "PerSourceMaxStartups 1"} {
		t.Run(limit, func(t *testing.T) {
			v := newVisit(t)
			stop := v.serveSSH(wary, v.hostKey(""), limit)
			defer stop()
			newcomer := v.knock("198.51.100.10:" + wary)
			rs, status := v.visited("exact.example.com:" + wary)
			if status != 3 || !rs[0].has("ssh.turned-away", "unknown") {
				t.Errorf("status %d, %+v", status, rs)
			}
			newcomer.Close()
			v.eventually("sshd has room again", func() bool {
				_, status := v.visited("exact.example.com:" + wary)
				return status == 0
			})
		})
	}
}
