//go:build unix

package dial_test

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rdnsproxy/internal/lab"
	"rdnsproxy/proxy/dial"
)

func TestZeroDialer(t *testing.T) {
	s := server(t, "127.0.0.1")
	c, a, err := race(t, &dial.Dialer{}, s.Addr())
	if err != nil || a != s.Addr() || c.RemoteAddr().String() != a.String() {
		t.Errorf("%v %v %v", c, a, err)
	}
}

func TestNoAddress(t *testing.T) {
	if _, _, err := race(t, &dial.Dialer{Attempts: 3}); err != dial.ErrNoAddress {
		t.Errorf("%v, want ErrNoAddress", err)
	}
}

// One that never answers and one that refuses do not keep a good one from winning.
func TestFirstDeadSecondAlive(t *testing.T) {
	s := server(t, "127.0.0.1")
	d := &dial.Dialer{Stagger: time.Millisecond}
	if _, a, err := race(t, d, dead(t), s.Addr()); err != nil || a != s.Addr() {
		t.Errorf("dead first: %v %v", a, err)
	}
	d.Stagger = never // a refusal is not waited for
	if _, a, err := race(t, d, shut(t), s.Addr()); err != nil || a != s.Addr() {
		t.Errorf("shut first: %v %v", a, err)
	}
}

// An address that is found while another is being tried joins the race.
func TestLateAddress(t *testing.T) {
	s := server(t, "127.0.0.1")
	for name, first := range map[string]netip.AddrPort{"dead": dead(t), "shut": shut(t)} {
		d := &dial.Dialer{ResolutionDelay: time.Millisecond, Stagger: time.Millisecond}
		_, a, err := raceSeq(t, d, func(yield func(netip.AddrPort) bool) {
			if yield(first) {
				time.Sleep(50 * time.Millisecond)
				yield(s.Addr())
			}
		})
		if err != nil || a != s.Addr() {
			t.Errorf("%s first: %v %v", name, a, err)
		}
	}
}

// The winner does not wait for a lookup that is still running, and the iterator learns at
// its next address that no more are wanted.
func TestSlowIterator(t *testing.T) {
	s := server(t, "127.0.0.1")
	release, told := make(chan struct{}), make(chan bool, 1)
	_, a, err := raceSeq(t, &dial.Dialer{}, func(yield func(netip.AddrPort) bool) {
		yield(s.Addr())
		<-release
		told <- !yield(s.Addr())
	})
	if err != nil || a != s.Addr() {
		t.Errorf("%v %v", a, err)
	}
	close(release)
	if !<-told {
		t.Error("the race is over and takes addresses still")
	}
}

// The first IPv4 address waits for IPv6, no longer than ResolutionDelay, and not
// at all if there is nothing to wait for.
func TestResolutionDelay(t *testing.T) {
	four, six := server(t, "127.0.0.1"), server(t, "::1")
	slow6 := func(yield func(netip.AddrPort) bool) {
		if yield(four.Addr()) {
			time.Sleep(50 * time.Millisecond)
			yield(six.Addr())
		}
	}
	if _, a, err := raceSeq(t, &dial.Dialer{ResolutionDelay: never}, slow6); a != six.Addr() {
		t.Errorf("with time: %v %v", a, err)
	}
	if len(four.Clients()) > 0 {
		t.Error("IPv4 was dialled though IPv6 came in time")
	}
	if _, a, err := race(t, &dial.Dialer{ResolutionDelay: never}, four.Addr()); a != four.Addr() {
		t.Errorf("IPv4 alone: %v %v", a, err)
	}
	block := make(chan struct{})
	defer close(block)
	_, a, err := raceSeq(t, &dial.Dialer{ResolutionDelay: time.Millisecond}, func(yield func(netip.AddrPort) bool) {
		if yield(four.Addr()) {
			<-block
		}
	})
	if a != four.Addr() {
		t.Errorf("IPv6 never comes: %v %v", a, err)
	}
}

func TestLosersAreClosed(t *testing.T) {
	var servers []*lab.TCPServer
	var addrs []netip.AddrPort
	for range 8 {
		s := server(t, "127.0.0.1")
		servers, addrs = append(servers, s), append(addrs, s.Addr())
	}
	c, a, err := race(t, &dial.Dialer{Stagger: time.Nanosecond}, addrs...)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range servers {
		if s.Addr() != a {
			await(t, func() bool { return s.Open() == 0 })
		}
	}
	c.SetDeadline(time.Now().Add(patience))
	c.Write([]byte("x"))
	if _, err := c.Read(make([]byte, 1)); err != nil {
		t.Errorf("the winner does not live: %v", err)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(limited(t))
	d := &dial.Dialer{Attempts: 100}
	a := dead(t)
	_, _, err := d.Race(ctx, func(yield func(netip.AddrPort) bool) {
		yield(a)
		cancel()
	})
	if !errors.Is(err, context.Canceled) || !slices.Equal(reasons(err), []dial.Reason{dial.Cancelled}) {
		t.Errorf("%v %v", err, reasons(err))
	}
	_, _, err = d.Race(ctx, func(func(netip.AddrPort) bool) {})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
}

// Timeout ends the attempt on a dead address, the wait for addresses, and the
// pause between rounds.
func TestTimeout(t *testing.T) {
	d := &dial.Dialer{Timeout: 300 * time.Millisecond, Stagger: time.Millisecond, Attempts: 1 << 30}
	a, b := dead(t), shut(t)
	_, _, err := race(t, d, a, b)
	got := reasons(err)
	slices.Sort(got)
	if !errors.Is(err, context.DeadlineExceeded) || !slices.Equal(got, []dial.Reason{dial.Refused, dial.Timeout}) {
		t.Errorf("%v", err)
	}
	_, _, err = race(t, d, b)
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, unix.ECONNREFUSED) {
		t.Errorf("between rounds: %v", err)
	}
	block := make(chan struct{})
	defer close(block)
	_, _, err = raceSeq(t, d, func(func(netip.AddrPort) bool) { <-block })
	if !errors.Is(err, context.DeadlineExceeded) || err.Error() != "timed out before any address was found" {
		t.Errorf("no address: %v", err)
	}
}

func TestAllFail(t *testing.T) {
	a := shut(t)
	invalid := netip.AddrPort{}
	unbound := netip.AddrPortFrom(a.Addr(), 0)
	_, _, err := race(t, &dial.Dialer{}, a, a, invalid, unbound)
	got := reasons(err)
	slices.Sort(got)
	if !slices.Equal(got, []dial.Reason{dial.Failed, dial.Failed, dial.Refused}) {
		t.Errorf("%v", err)
	}
	_, _, err = race(t, &dial.Dialer{}, a)
	if want := strings.Replace(a.String(), ":", " port ", 1) + ": connection refused"; err == nil ||
		err.Error() != want {
		t.Errorf("says %q, want %q", err, want)
	}
}
