package resolve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"rdnsproxy/internal/lab"
)

// brief is a timeout for exchanges that are to run into it.
const brief = time.Second

func muxed(t testing.TB, timeout time.Duration) *Mux {
	m := &Mux{Timeout: timeout}
	t.Cleanup(func() { m.Close() })
	return m
}

var hostQuestion = Question{"host.example.com", A}

func hostZone(t testing.TB) *lab.DNSServer {
	return startDNS(t, lab.Zone("example.com", "host A 192.0.2.1"))
}

// Other packets beside the answer are ignored.
func TestMuxAnswersDespite(t *testing.T) {
	for name, fault := range map[string]lab.DNSFault{
		"nothing":       func(*lab.DNSExchange) {},
		"garbage first": lab.GarbageFirst,
		"forged first":  lab.ForgedFirst,
		"delay":         lab.Delay(20 * time.Millisecond),
		"truncation":    lab.Truncate,
		"no EDNS":       lab.NoEDNS,
		"older than EDNS": func(x *lab.DNSExchange) {
			if x.Query.IsEdns0() != nil {
				lab.NoEDNS(x)
				lab.NoQuestion(x)
			}
		},
		"upper case": func(x *lab.DNSExchange) { x.Reply.Question[0].Name = strings.ToUpper(x.Reply.Question[0].Name) },
	} {
		t.Run(name, func(t *testing.T) {
			s := hostZone(t)
			s.Fault("host.example.com", fault)
			r, err := muxed(t, patience).Exchange(within(t), at(s), hostQuestion, false)
			if err != nil || len(r.Answer) != 1 || r.Answer[0].Addr != netip.MustParseAddr("192.0.2.1") {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

func TestMuxFails(t *testing.T) {
	for name, tt := range map[string]struct {
		fault lab.DNSFault
		want  error
	}{
		"drop":           {lab.Drop, ErrNoReply},
		"wrong ID":       {lab.WrongID, ErrNoReply},
		"wrong question": {lab.WrongQuestion, ErrUnusable},
		"no question":    {lab.NoQuestion, ErrUnusable},
		"not a reply":    {lab.NotReply, ErrUnusable},
		"TCP hangs up":   {func(x *lab.DNSExchange) { lab.Truncate(x); lab.HangUp(x) }, ErrUnusable},
		"TCP is silent": {func(x *lab.DNSExchange) {
			lab.Truncate(x)
			if x.TCP {
				lab.Delay(patience)(x)
			}
		}, ErrNoReply},
		"TCP is truncated too": {func(x *lab.DNSExchange) {
			x.Reply.Truncated, x.Reply.Answer, x.Reply.Ns = true, nil, nil
		}, ErrUnusable},
		"TCP wrong question": {func(x *lab.DNSExchange) {
			lab.Truncate(x)
			if x.TCP {
				lab.WrongQuestion(x)
			}
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := hostZone(t)
			s.Fault("host.example.com", tt.fault)
			_, err := muxed(t, brief).Exchange(within(t), at(s), hostQuestion, false)
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

func TestMuxOverTCPAlone(t *testing.T) {
	s := hostZone(t)
	s.Fault("", lab.DropUDP)
	m := &Mux{Timeout: patience, TCP: true}
	if r, err := m.Exchange(within(t), at(s), hostQuestion, false); err != nil || len(r.Answer) != 1 ||
		s.Streams() != 1 || s.Questions() != 1 {
		t.Errorf("%+v, %v, %d questions", r, err, s.Questions())
	}
}

// Nobody listens: that is known at once, for all that is outstanding, and long
// before the time is up.
func TestMuxRefusedPort(t *testing.T) {
	s := hostZone(t)
	addr := at(s)
	s.Close()
	m := muxed(t, 10*patience)
	for _, tcp := range []bool{false, true} {
		m := &Mux{Timeout: m.Timeout, TCP: tcp}
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				q := Question{Name(fmt.Sprintf("h%d.example.com", i)), A}
				if _, err := m.Exchange(within(t), addr, q, false); !errors.Is(err, ErrUnreachable) {
					t.Errorf("tcp %v: %v", tcp, err)
				}
			})
		}
		wg.Wait()
		m.Close()
	}
}

func TestMuxCancel(t *testing.T) {
	s := hostZone(t)
	heard := make(chan struct{}, 2)
	s.Fault("", func(x *lab.DNSExchange) {
		heard <- struct{}{}
		lab.Drop(x)
	})
	for _, tcp := range []bool{false, true} {
		m := &Mux{Timeout: 10 * patience, TCP: tcp}
		ctx, cancel := context.WithCancel(context.Background())
		go func() {
			<-heard
			cancel()
		}()
		if tcp {
			s.Fault("", func(x *lab.DNSExchange) {
				heard <- struct{}{}
				lab.Delay(patience)(x)
			})
		}
		if _, err := m.Exchange(ctx, at(s), hostQuestion, false); !errors.Is(err, context.Canceled) {
			t.Errorf("tcp %v: %v", tcp, err)
		}
		m.Close()
	}
}

func TestMuxClose(t *testing.T) {
	s := hostZone(t)
	m := &Mux{Timeout: 10 * patience}
	s.Fault("", func(x *lab.DNSExchange) {
		lab.Drop(x)
		go m.Close()
	})
	for range 2 {
		if _, err := m.Exchange(within(t), at(s), hostQuestion, false); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	}
	m.Close()
}

// An idle socket frees itself, and the next question opens another.
func TestMuxIdle(t *testing.T) {
	t.Parallel()
	s := hostZone(t)
	m := &Mux{Timeout: brief}
	for range 2 {
		if _, err := m.Exchange(within(t), at(s), hostQuestion, false); err != nil {
			t.Fatal(err)
		}
		m.readers.Wait() // hangs if it does not
	}
}

// Far more questions than fit the windows, while many of them are lost: each
// ends as it should, and the lost ones do not hold the others.
func TestMuxMany(t *testing.T) {
	t.Parallel()
	s := startDNS(t, lab.Zone("example.com", manyHosts(3000)...))
	for i := 0; i < 3000; i += 200 {
		s.Fault(fmt.Sprintf("h%d.example.com", i), lab.Drop)
	}
	m := &Mux{Timeout: 5 * time.Second, Window: 32, Sockets: 2}
	defer m.Close()
	ctx := within(t)
	var wg sync.WaitGroup
	for i := range 3000 {
		wg.Go(func() {
			r, err := m.Exchange(ctx, at(s), Question{Name(fmt.Sprintf("h%d.example.com", i)), A}, false)
			want := netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})
			switch lost := i%200 == 0; {
			case lost && !errors.Is(err, ErrNoReply):
				t.Errorf("h%d: %v", i, err)
			case !lost && (err != nil || len(r.Answer) != 1 || r.Answer[0].Addr != want):
				t.Errorf("h%d: %+v, %v", i, r, err)
			}
		})
	}
	wg.Wait()
}

// Source ports change: a socket takes its share of questions and no more.
func TestMuxRotates(t *testing.T) {
	s := hostZone(t)
	m := muxed(t, patience)
	ask := func() *socket {
		if _, err := m.Exchange(within(t), at(s), hostQuestion, false); err != nil {
			t.Fatal(err)
		}
		return m.servers[at(s)].live[0]
	}
	first := ask()
	if ask() != first {
		t.Error("a socket for each question")
	}
	first.mu.Lock()
	first.asked = socketQuestions
	first.mu.Unlock()
	second := ask()
	if second == first || !first.closed {
		t.Error("a worn socket is still in use")
	}
	second.mu.Lock()
	second.born = second.born.Add(-2 * socketAge)
	second.mu.Unlock()
	if ask() == second {
		t.Error("an old socket is still in use")
	}
}

// A server that sends errors for one socket does not spoil the next.
func TestMuxAfterFailure(t *testing.T) {
	s := hostZone(t)
	addr := s.Addr()
	m := muxed(t, patience)
	s.Close()
	if _, err := m.Exchange(within(t), Server{addr}, hostQuestion, false); !errors.Is(err, ErrUnreachable) {
		t.Fatal(err)
	}
	again, err := lab.StartDNSAt(addr, lab.Zone("example.com", "host A 192.0.2.1"))
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, err := m.Exchange(within(t), Server{addr}, hostQuestion, false); err != nil {
		t.Error(err)
	}
}

func manyHosts(n int) []string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("h%d A 10.0.%d.%d", i, i>>8, i&255))
	}
	return list
}

// endsAtAnswer is a context that ends while the answer is on its way, so that both are
// there when the wait looks.
type endsAtAnswer struct {
	context.Context
	asked bool
	ended chan struct{}
}

func (c *endsAtAnswer) Done() <-chan struct{} {
	if !c.asked { // by the search for a socket
		c.asked = true
		return nil
	}
	time.Sleep(5 * time.Millisecond)
	return c.ended
}

func (c *endsAtAnswer) Err() error { return context.Canceled }

// An answer that comes as the caller gives up is an answer.
func TestMuxAnswerAsContextEnds(t *testing.T) {
	m, s := muxed(t, patience), hostZone(t)
	ended := make(chan struct{})
	close(ended)
	for range 30 { // which of the two the wait sees first is up to chance
		r, err := m.Exchange(&endsAtAnswer{Context: context.Background(), ended: ended}, at(s), hostQuestion, false)
		if !errors.Is(err, context.Canceled) && (err != nil || len(r.Answer) != 1) {
			t.Fatalf("%+v, %v", r, err)
		}
	}
}
