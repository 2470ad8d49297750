//go:build linux

package e2e

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	servers "rdnsproxy/internal/lab"
)

// penalties implements the penalties of sshd since 9.8, by the rules of OpenSSH's
// srclimit.c and the defaults of PerSourcePenalties: the penalties of connections without
// a login add up and expire with time; above 15 s the client is refused until all of
// them have expired. Debian's sshd may be older, so a proxy in Go applies the rules.
type penalties struct {
	now func() time.Time
	mu  sync.Mutex
	of  map[netip.Addr]*penalty
}

type penalty struct {
	expiry time.Time
	active bool
}

// The defaults of PerSourcePenalties (sshd_config(5)).
const (
	penaltyNoAuth   = 1 * time.Second
	penaltyAuthFail = 5 * time.Second
	penaltyMin      = 15 * time.Second
	penaltyMax      = 600 * time.Second
)

func (p *penalties) add(client netip.Addr, cost time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	e := p.of[client]
	if e == nil || e.expiry.Before(now) {
		e = &penalty{expiry: now}
		if p.of == nil {
			p.of = map[netip.Addr]*penalty{}
		}
		p.of[client] = e
	}
	e.expiry = e.expiry.Add(cost)
	if most := now.Add(penaltyMax); e.expiry.After(most) {
		e.expiry = most
	}
	e.active = e.active || e.expiry.Sub(now) > penaltyMin
}

func (p *penalties) allows(client netip.Addr) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.of[client]
	return e == nil || e.expiry.Before(p.now()) || !e.active
}

// penalising is the permanent sshd behind such penalties.
type penalising struct {
	*servers.TCPServer
	penalties
	turnedAway atomic.Int32 // connections
}

// penalise starts one on every address. It learns from sshd's log how a connection
// ended.
func (v *visit) penalise(port string) *penalising {
	v.t.Helper()
	s := &penalising{penalties: penalties{now: time.Now}}
	var err error
	s.TCPServer, err = servers.StartTCP("[::]:"+port, s.serve)
	v.must(err)
	v.t.Cleanup(func() { s.Close() })
	return s
}

func (s *penalising) serve(c *net.TCPConn) {
	client := c.RemoteAddr().(*net.TCPAddr).AddrPort().Addr().Unmap()
	if !s.allows(client) {
		s.turnedAway.Add(1)
		io.WriteString(c, "Not allowed at this time\r\n")
		return
	}
	behind, err := net.Dial("tcp", "127.0.0.1:"+sshdPlain)
	if err != nil {
		return
	}
	defer behind.Close()
	sshd := behind.(*net.TCPConn)
	var down sync.WaitGroup
	down.Go(func() {
		io.Copy(c, sshd)
		c.CloseWrite()
	})
	io.Copy(sshd, c)
	sshd.CloseWrite()
	down.Wait()
	s.add(client, cost(sshd.LocalAddr().(*net.TCPAddr).Port))
}

// cost returns the penalty for a connection, as sshd's child_reap does: none after a
// login, and more for a failed login than for no attempt.
func cost(port int) time.Duration {
	log, _ := os.ReadFile(sshdLog(sshdPlain))
	seen := string(log)
	// An earlier connection may have had the same port.
	if i := strings.LastIndex(seen, fmt.Sprintf("Connection from 127.0.0.1 port %d on", port)); i >= 0 {
		seen = seen[i:]
	}
	from := fmt.Sprintf(" from 127.0.0.1 port %d ", port)
	switch {
	case strings.Contains(seen, from+"ssh2: ") && strings.Contains(seen, "Accepted "):
		return 0
	case strings.Contains(seen, "Failed ") && strings.Contains(seen, from), strings.Contains(seen, "authenticating user"):
		return penaltyAuthFail
	}
	return penaltyNoAuth
}

// The rules themselves, with a simulated clock.
func TestPenaltyRule(t *testing.T) {
	now := time.Unix(1e9, 0)
	p := &penalties{now: func() time.Time { return now }}
	client, other := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	add := func(n int, cost time.Duration) {
		for range n {
			p.add(client, cost)
		}
	}
	expect := func(what string, want bool) {
		t.Helper()
		if got := p.allows(client); got != want {
			t.Errorf("%s: allowed %t", what, got)
		}
	}
	add(15, penaltyNoAuth)
	expect("15 s are not more than 15 s", true)
	add(1, penaltyNoAuth)
	expect("16 s are", false)
	now = now.Add(10 * time.Second)
	expect("6 s are left, and once active it stays so", false)
	now = now.Add(7 * time.Second)
	expect("nothing is left", true)
	add(3, penaltyAuthFail)
	expect("it begins anew", true)
	add(1000, penaltyAuthFail)
	now = now.Add(penaltyMax - time.Second)
	expect("600 s at most, and not yet over", false)
	now = now.Add(2 * time.Second)
	expect("600 s are over", true)
	if !p.allows(other) {
		t.Error("another client pays")
	}
}
