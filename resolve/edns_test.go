package resolve

import (
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"rdnsproxy/internal/lab"
)

// withEDNS bends the answers to queries with an OPT record alone.
func withEDNS(fault lab.DNSFault) lab.DNSFault {
	return func(x *lab.DNSExchange) {
		if x.Query.IsEdns0() != nil {
			fault(x)
		}
	}
}

// noOPT takes the OPT record out of an answer: a server that does EDNS puts one in.
func noOPT(x *lab.DNSExchange) {
	x.Reply.Extra = slices.DeleteFunc(x.Reply.Extra, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeOPT })
}

var ednsTroubles = map[string]lab.DNSFault{
	"dropped":  lab.Drop,
	"SERVFAIL": func(x *lab.DNSExchange) { lab.ServFail(x); noOPT(x) },
	"FORMERR":  func(x *lab.DNSExchange) { lab.Rcode(dns.RcodeFormatError)(x); noOPT(x) },
	"NOTIMP":   func(x *lab.DNSExchange) { lab.Rcode(dns.RcodeNotImplemented)(x); noOPT(x) },
	"BADVERS":  lab.Rcode(dns.RcodeBadVers),
	"OPT in the answer section": func(x *lab.DNSExchange) {
		noOPT(x)
		x.Reply.Answer = []dns.RR{&dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT, Class: 1232}}}
	},
}

// TestWithoutEDNS: a server that EDNS disturbs is asked without, in the only
// attempt, and no more with it.
func TestWithoutEDNS(t *testing.T) {
	for name, fault := range ednsTroubles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startDNS(t, lab.Zone("example.com", manyHosts(8)...))
			var mu sync.Mutex
			tried := 0
			s.Fault("", withEDNS(fault), withEDNS(func(*lab.DNSExchange) {
				mu.Lock()
				defer mu.Unlock()
				tried++
			}))
			r := asking(t, s)
			for i, host := range []Name{"h0.example.com", "h1.example.com", "h2.example.com", "h3.example.com"} {
				if a := r.Forward(within(t), host, IPv4, System); a.Status != OK || len(a.Addrs) != 1 {
					t.Errorf("%d: %+v", i, a)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if tried != 1 {
				t.Errorf("asked with EDNS %d times", tried)
			}
		})
	}
}

// A server that has spoken EDNS is not given up for one failure, yet the second
// round goes without.
func TestSecondRoundWithoutEDNS(t *testing.T) {
	for name, fault := range map[string]lab.DNSFault{"dropped": lab.Drop, "SERVFAIL": lab.ServFail} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startDNS(t, lab.Zone("example.com", manyHosts(3)...))
			s.Fault("h1.example.com", withEDNS(fault))
			with := make(chan bool, 1)
			s.Fault("h2.example.com", func(x *lab.DNSExchange) { with <- x.Query.IsEdns0() != nil })
			r := asking(t, s)
			r.Config.Timeout, r.Config.Attempts = brief, 2
			for _, host := range []Name{"h0.example.com", "h1.example.com", "h2.example.com"} {
				if a := r.Forward(within(t), host, IPv4, System); a.Status != OK {
					t.Errorf("%+v", a)
				}
			}
			if !<-with {
				t.Error("the server is taken for one without EDNS")
			}
		})
	}
}

// An OPT record among the answers is no answer, even to a query without one.
func TestStrayOPT(t *testing.T) {
	s := hostZone(t)
	s.Fault("", ednsTroubles["OPT in the answer section"])
	if a := asking(t, s).Forward(within(t), "host.example.com", IPv4, System); a.Status != Invalid {
		t.Errorf("%+v", a)
	}
	s.Fault("", func(x *lab.DNSExchange) {
		x.Reply.Answer = append(x.Reply.Answer,
			&dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT, Class: 1232}})
	})
	if a := asking(t, s).Forward(within(t), "host.example.com", IPv4, System); a.Status != OK {
		t.Errorf("beside the answer: %+v", a)
	}
}

// loseSecond drops a question that comes from a port while another from there
// waits for its answer, as some firewalls do; answers take a moment.
type loseSecond struct {
	mu      sync.Mutex
	pending int
	most    int
}

// atOnce is how many of one port waited at the same time at most.
func (l *loseSecond) atOnce() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.most
}

func (l *loseSecond) fault(x *lab.DNSExchange) {
	l.mu.Lock()
	l.pending++
	l.most = max(l.most, l.pending)
	second := l.pending > 1
	l.mu.Unlock()
	time.Sleep(50 * time.Millisecond)
	l.mu.Lock()
	l.pending--
	l.mu.Unlock()
	if second {
		lab.Drop(x)
	}
}

func TestSingleRequest(t *testing.T) {
	for _, reopen := range []bool{false, true} {
		s := startDNS(t, lab.Zone("example", "host A 192.0.2.1", "host AAAA 2001:db8::1"))
		var l loseSecond
		s.Fault("host.example", l.fault)
		r := asking(t, s)
		r.Config.Single, r.Config.Reopen = !reopen, reopen
		var got []netip.Addr
		for a := range r.Addresses(within(t), "host.example", AnyFamily, System) {
			got = append(got, a.Addrs...)
		}
		if most := l.atOnce(); most != 1 || !slices.Equal(got, addrs("192.0.2.1", "2001:db8::1")) ||
			s.Questions() != 2 {
			t.Errorf("reopen %t: %v, %d at once, %d questions", reopen, got, most, s.Questions())
		}
	}
}

// One of two questions is lost, and there is one attempt: it is asked again, since
// the other one was answered. Where both are lost nothing is.
func TestLostCompanion(t *testing.T) {
	t.Parallel()
	s := startDNS(t, lab.Zone("example", "host A 192.0.2.1", "host AAAA 2001:db8::1"))
	var lost atomic.Int32
	s.Fault("host.example", func(x *lab.DNSExchange) {
		if x.Query.Question[0].Qtype == uint16(A) && lost.Add(1) <= 2 { // with EDNS and without
			lab.Drop(x)
		}
	})
	r := asking(t, s)
	r.Config.Timeout = brief
	want := map[Type]string{A: "ok host.example 192.0.2.1", AAAA: "ok host.example 2001:db8::1"}
	if d := cmp.Diff(want, collected(t, r, "host.example", AnyFamily, System)); d != "" {
		t.Error(d)
	}
	s.Fault("gone.example", lab.Drop)
	collected(t, r, "gone.example", AnyFamily, System)
	if n := s.Asked("gone.example", uint16(A)); n > 2 {
		t.Errorf("a silent server was asked %d times in one attempt", n)
	}
}

// Each question has a port of its own where resolv.conf wants that.
func TestFreshSockets(t *testing.T) {
	m := &Mux{Timeout: patience, Fresh: true, Window: 1, Sockets: 4}
	defer m.Close()
	s := hostZone(t)
	for range 5 {
		before := len(m.endpoint(at(s)).live)
		if _, err := m.Exchange(within(t), at(s), hostQuestion, false); err != nil {
			t.Fatal(err)
		}
		e := m.endpoint(at(s))
		if last := e.live[len(e.live)-1]; last.asked != 1 || before > 4 {
			t.Errorf("%d questions from one socket, %d sockets", last.asked, before)
		}
	}
}
