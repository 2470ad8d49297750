//go:build unix

package dial_test

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"rdnsproxy/internal/lab"
	"rdnsproxy/proxy/dial"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience tells a hang from a slow machine; never is a delay that no test
// lives to see.
const (
	patience = 30 * time.Second
	never    = time.Hour
)

// limited is a context for a race that may fail by hanging.
func limited(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// server echoes on a loopback address.
func server(t *testing.T, host string) *lab.TCPServer {
	t.Helper()
	s, err := lab.StartTCP(net.JoinHostPort(host, "0"), lab.Echo)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// dead is an address that never answers.
func dead(t *testing.T) netip.AddrPort {
	t.Helper()
	f, err := lab.StartFull("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f.Addr()
}

// shut is an address where nobody listens.
func shut(t *testing.T) netip.AddrPort {
	t.Helper()
	a, _ := bound(t)
	return a
}

// bound is an address whose port is taken by a socket that does not listen yet.
func bound(t *testing.T) (netip.AddrPort, int) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	host := [4]byte{127, 0, 0, 1}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: host}); err != nil {
		t.Fatal(err)
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return netip.AddrPortFrom(netip.AddrFrom4(host), uint16(name.(*unix.SockaddrInet4).Port)), fd
}

func race(t *testing.T, d *dial.Dialer, addrs ...netip.AddrPort) (net.Conn, netip.AddrPort, error) {
	t.Helper()
	return raceSeq(t, d, slices.Values(addrs))
}

func raceSeq(t *testing.T, d *dial.Dialer, addrs iter.Seq[netip.AddrPort]) (net.Conn, netip.AddrPort, error) {
	t.Helper()
	c, a, err := d.Race(limited(t), addrs)
	if err == nil {
		t.Cleanup(func() { c.Close() })
		if _, ok := c.(*net.TCPConn); !ok {
			t.Errorf("the connection is a %T", c)
		}
	} else if c != nil {
		t.Errorf("a connection beside %v", err)
	}
	return c, a, err
}

func reasons(err error) []dial.Reason {
	var e *dial.Error
	if !errors.As(err, &e) {
		return nil
	}
	var all []dial.Reason
	for _, f := range e.Failures {
		all = append(all, f.Reason)
	}
	return all
}

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

// The winner does not wait for a look-up that goes on, and whoever looks up is
// told at the next address that nobody wants it.
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

// Families alternate whatever the order of arrival (RFC 8305, section 4).
func TestInterleave(t *testing.T) {
	var addrs []netip.AddrPort
	for _, host := range []string{"127.0.0.1", "127.0.0.2", "127.0.0.3", "::1"} {
		addrs = append(addrs, server(t, host).Addr())
	}
	var mu sync.Mutex
	var asked []netip.AddrPort
	d := &dial.Dialer{Stagger: never, Accept: func(_ context.Context, a netip.AddrPort) error {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, a)
		return errors.New("no")
	}}
	_, _, err := race(t, d, addrs...)
	want := []netip.AddrPort{addrs[3], addrs[0], addrs[1], addrs[2]}
	if !slices.Equal(asked, want) {
		t.Errorf("tried %v, want %v", asked, want)
	}
	if got := reasons(err); !slices.Equal(got, []dial.Reason{dial.Rejected, dial.Rejected, dial.Rejected, dial.Rejected}) {
		t.Errorf("%v", err)
	}
}

// What Accept refuses is closed, and the next is tried.
func TestAcceptRefuses(t *testing.T) {
	bad, good := server(t, "127.0.0.1"), server(t, "127.0.0.2")
	no := errors.New("its PTR does not lead back")
	asked := 0
	d := &dial.Dialer{Stagger: never, Accept: func(_ context.Context, a netip.AddrPort) error {
		if a == bad.Addr() {
			asked++ // one at a time: nothing else starts while it is asked
			return no
		}
		return nil
	}}
	if _, a, err := race(t, d, bad.Addr(), good.Addr()); err != nil || a != good.Addr() {
		t.Errorf("%v %v", a, err)
	}
	await(t, func() bool { return bad.Open() == 0 && len(bad.Clients()) == 1 })

	d.Attempts = 3 // what was refused is not asked about again
	_, _, err := race(t, d, bad.Addr())
	if !errors.Is(err, no) || asked != 2 {
		t.Errorf("%v after %d questions", err, asked)
	}
	if want := bad.Addr().Addr().String() + " port "; !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), no.Error()) {
		t.Errorf("says %q", err)
	}
}

// A verdict that takes long holds up neither the others nor the end.
func TestAcceptWaits(t *testing.T) {
	slow, quick := server(t, "127.0.0.1"), server(t, "127.0.0.2")
	d := &dial.Dialer{Stagger: time.Millisecond, Accept: func(ctx context.Context, a netip.AddrPort) error {
		if a == slow.Addr() {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}}
	if _, a, err := race(t, d, slow.Addr(), quick.Addr()); err != nil || a != quick.Addr() {
		t.Errorf("%v %v", a, err)
	}
	await(t, func() bool { return slow.Open() == 0 })
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
	if !errors.Is(err, context.DeadlineExceeded) || err.Error() != "no address in time" {
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
	if want := strings.Replace(a.String(), ":", " port ", 1) + ": connection refused"; err == nil || err.Error() != want {
		t.Errorf("says %q, want %q", err, want)
	}
}

// The second round finds a server that was not up in the first; what Accept
// refused in the first is out.
func TestAttempts(t *testing.T) {
	sleepy, fd := bound(t)
	refused := server(t, "127.0.0.1").Addr()
	var mu sync.Mutex
	asked := map[netip.AddrPort]int{}
	d := &dial.Dialer{Attempts: 2, Accept: func(_ context.Context, a netip.AddrPort) error {
		mu.Lock()
		defer mu.Unlock()
		asked[a]++
		if a == refused {
			return errors.Join(errors.New("no"), unix.Listen(fd, 1))
		}
		return nil
	}}
	if _, a, err := race(t, d, sleepy, refused); err != nil || a != sleepy {
		t.Errorf("%v %v", a, err)
	}
	if asked[sleepy] != 1 || asked[refused] != 1 {
		t.Errorf("asked %v", asked)
	}
	_, _, err := race(t, d, shut(t), refused)
	if got := reasons(err); !slices.Equal(got, []dial.Reason{dial.Rejected, dial.Refused}) {
		t.Errorf("%v", err)
	}
}

// However good, refusing, rejected and repeated addresses are mixed and arrive,
// one good one is enough, and without one each address has its failure.
func TestAnyMixture(t *testing.T) {
	good, bad := []netip.AddrPort{}, []netip.AddrPort{}
	for _, host := range []string{"127.0.0.1", "127.0.0.2", "::1"} {
		good = append(good, server(t, host).Addr())
		bad = append(bad, server(t, host).Addr())
	}
	kinds := [][]netip.AddrPort{good, bad, {shut(t), shut(t), shut(t)}}
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 0))
		var addrs []netip.AddrPort
		hope := false
		failing := map[netip.AddrPort]bool{}
		for range random.IntN(6) + 1 {
			kind := (random.IntN(12) + 8) / 9 // good ones are rare
			a := kinds[kind][random.IntN(3)]
			addrs = append(addrs, a)
			hope = hope || kind == 0
			failing[a] = kind != 0
		}
		d := &dial.Dialer{
			ResolutionDelay: time.Duration(random.IntN(1000)) * time.Microsecond,
			Stagger:         time.Duration(random.IntN(1000)) * time.Microsecond,
			Accept: func(_ context.Context, a netip.AddrPort) error {
				if slices.Contains(bad, a) {
					return errors.New("no")
				}
				return nil
			},
		}
		c, a, err := d.Race(limited(t), func(yield func(netip.AddrPort) bool) {
			for _, a := range addrs {
				if random.IntN(3) == 0 {
					time.Sleep(time.Duration(random.IntN(2000)) * time.Microsecond)
				}
				if !yield(a) {
					return
				}
			}
		})
		switch {
		case hope:
			if err != nil || !slices.Contains(good, a) {
				t.Fatalf("seed %d: %v %v of %v", seed, a, err, addrs)
			}
			c.Close()
		case len(reasons(err)) != len(failing):
			t.Fatalf("seed %d: %v of %v", seed, err, addrs)
		}
	}
}

func BenchmarkRace(b *testing.B) {
	s, err := lab.StartTCP("", func(*net.TCPConn) {})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.Run("race", func(b *testing.B) {
		for b.Loop() {
			c, _, err := (&dial.Dialer{}).Race(b.Context(), slices.Values([]netip.AddrPort{s.Addr()}))
			if err != nil {
				b.Fatal(err)
			}
			c.Close()
		}
	})
	b.Run("net", func(b *testing.B) {
		for b.Loop() {
			c, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", s.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			c.Close()
		}
	})
}

func await(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not happen")
		}
	}
}
