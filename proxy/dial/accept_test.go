//go:build unix

package dial_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rdnsproxy/internal/lab"
	"rdnsproxy/proxy/dial"
)

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
	if got := reasons(err); !slices.Equal(got, []dial.Reason{dial.Rejected, dial.Rejected, dial.Rejected,
		dial.Rejected}) {
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
	if want := bad.Addr().Addr().String() + " port "; !strings.HasPrefix(err.Error(), want) ||
		!strings.HasSuffix(err.Error(), no.Error()) {
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

// An Accept that the race's end interrupts has refused nothing.
func TestAcceptInterrupted(t *testing.T) {
	s := server(t, "127.0.0.1")
	d := &dial.Dialer{Timeout: 100 * time.Millisecond, Accept: func(ctx context.Context, _ netip.AddrPort) error {
		<-ctx.Done()
		return fmt.Errorf("not judged: %w", ctx.Err())
	}}
	_, _, err := race(t, d, s.Addr())
	if got := reasons(err); !slices.Equal(got, []dial.Reason{dial.Timeout}) ||
		!errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v: %v", got, err)
	}
	await(t, func() bool { return s.Open() == 0 })
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
