package resolve

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"rdnsproxy/internal/lab"
)

// odd is a server that replies as the name's first label says, and counts.
func odd(t *testing.T) (at Server, asked func(name string) int) {
	t.Helper()
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	var mu sync.Mutex
	count := map[string]int{}
	go func() {
		for b := make([]byte, 1500); ; {
			n, from, err := c.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			q := new(dns.Msg)
			if q.Unpack(b[:n]) != nil {
				continue
			}
			kind := dns.SplitDomainName(q.Question[0].Name)[0]
			mu.Lock()
			count[kind]++
			mu.Unlock()
			r := new(dns.Msg).SetReply(q)
			switch kind {
			case "silent":
				continue
			case "garbage":
				c.WriteToUDPAddrPort(append([]byte{b[0], b[1], 0x80, 0}, "garbage garbage"...), from)
				continue
			case "wrong":
				r.Question[0].Name = "other."
			case "formerr":
				r.Rcode = dns.RcodeFormatError
			case "notimp":
				r.Rcode = dns.RcodeNotImplemented
			case "servfail":
				r.Rcode = dns.RcodeServerFailure
			case "refused":
				r.Rcode = dns.RcodeRefused
			}
			packed, _ := r.Pack()
			c.WriteToUDPAddrPort(packed, from)
		}
	}()
	return Server{netip.MustParseAddrPort(c.LocalAddr().String())}, func(kind string) int {
		mu.Lock()
		defer mu.Unlock()
		return count[kind]
	}
}

// A question goes to a server three times at most over UDP, the lane's and the ordinary
// way's together.
func TestThreeSendsInAll(t *testing.T) {
	t.Parallel()
	r := asking(t)
	var asked func(string) int
	at, asked := odd(t)
	r.Config.Servers, r.Config.Attempts, r.Config.Timeout = []Server{at}, 2, time.Second
	l := laneOf(t, r, LaneOptions{})
	for kind, want := range map[string]Status{
		"garbage": Invalid, "wrong": Invalid, "formerr": ServFail, "notimp": ServFail, "servfail": ServFail, "refused": Refused,
	} {
		q := Question{Name(kind + ".example.com"), A}
		a := byLane(t, l, q)[q]
		if a == nil {
			a = r.stub.ask(within(t), q)
		}
		if n := asked(kind); n > sends || n < 2 || a.Status != want {
			t.Errorf("%s: %d times, %v", kind, n, a.Status)
		}
	}
	if left := len(r.stub.shared.spent); left > 0 {
		t.Errorf("%d are remembered", left)
	}
}

// Who does not get his turn in time has not asked, and so nobody has failed to answer.
func TestNoTurnIsNoSilence(t *testing.T) {
	r := asking(t)
	at, asked := odd(t)
	r.Config.Servers, r.Rate = []Server{at}, 1
	r.init()
	for range 100 { // others are before us
		r.stub.meters[0].book(time.Now())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if a := r.stub.ask(ctx, Question{"ok.example.com", A}); a.Status != Skipped || asked("ok") > 0 {
		t.Errorf("%+v", a)
	}
}

// What did not fit a datagram is asked once more over TCP, which counts, and is capped.
func TestMeterCountsTCP(t *testing.T) {
	s := startDNS(t, lab.Zone("example.com", "h A 192.0.2.1"))
	s.Fault("", lab.Truncate)
	r := asking(t, s)
	r.Rate = 1
	r.init()
	began := time.Now()
	if a := r.stub.ask(within(t), Question{"h.example.com", A}); a.Status != OK {
		t.Fatalf("%+v", a)
	}
	if m := r.stub.meters[0]; m.sent.Load() != 2 || m.next.Load() < began.Add(1900*time.Millisecond).UnixNano() {
		t.Errorf("%d questions, and the next one is due at %v", m.sent.Load(), time.Unix(0, m.next.Load()))
	}
}
