package resolve

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"rdnsproxy/internal/lab"
	"rdnsproxy/limits"
)

// statsOf is what a lane has done in the end.
func statsOf(l *Lane) LaneStats {
	l.Close()
	return l.Stats()
}

// Much of what is sent gets lost, or arrives twice: every question is answered, right.
func TestLaneSurvivesLoss(t *testing.T) {
	t.Parallel()
	for _, share := range []float64{0.05, 0.25} {
		list, zone := many(1000)
		s := startDNS(t, zone)
		var mu sync.Mutex
		dice := rand.New(rand.NewPCG(1, 2))
		s.Fault("", func(x *lab.DNSExchange) {
			mu.Lock()
			lost, twice := dice.Float64() < share, dice.Float64() < share
			mu.Unlock()
			switch {
			case lost:
				lab.Drop(x)
			case twice:
				lab.Twice(x)
			}
		})
		r := asking(t, s)
		l := laneOf(t, r, LaneOptions{})
		slow := 0
		for q, a := range byLane(t, l, list...) {
			if a == nil { // bad luck: the ordinary way asks again
				slow++
				continue
			}
			if a.Status != OK || len(a.Addrs) != 1 {
				t.Errorf("%v: %+v", q, a)
			}
		}
		if slow > 100 {
			t.Errorf("%d left to the ordinary way", slow)
		}
		if st := statsOf(l).Servers[0]; st.Lost == 0 || st.Sent < 1000 {
			t.Errorf("%+v", st)
		}
	}
}

// An answer that comes after the question was sent again still counts.
func TestLaneTakesLateAnswers(t *testing.T) {
	t.Parallel()
	list, zone := many(100)
	s := startDNS(t, zone)
	l := laneOf(t, asking(t, s), LaneOptions{})
	byLane(t, l, list[:50]...) // round trips are short
	s.Fault("", lab.Delay(500*time.Millisecond))
	for q, a := range byLane(t, l, list[50:]...) {
		if a == nil || a.Status != OK {
			t.Errorf("%v: %+v", q, a)
		}
	}
	if st := statsOf(l).Servers[0]; st.Answered != 100 {
		t.Errorf("%+v", st)
	}
}

// forger answers what it is asked with a wrong address, from its own port.
func forger(t *testing.T, victim *sync.Map) netip.AddrPort {
	t.Helper()
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetReadBuffer(4 << 20)
	other, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	go func() {
		b := make([]byte, 1500)
		for i := 0; ; i++ {
			n, from, err := c.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			q := new(dns.Msg)
			if q.Unpack(b[:n]) != nil {
				continue
			}
			answer := func(ip string, change func(*dns.Msg)) []byte {
				r := new(dns.Msg).SetReply(q)
				r.RecursionAvailable = true
				rr, _ := dns.NewRR(q.Question[0].Name + " 60 IN A " + ip)
				r.Answer = []dns.RR{rr}
				change(r)
				packed, _ := r.Pack()
				return packed
			}
			victim.Store(from.Port(), true)
			if i%16 != 0 { // as good as always, and much faster
				c.WriteToUDPAddrPort(answer("10.0.0.1", func(*dns.Msg) {}), from)
				continue
			}
			other.WriteToUDPAddrPort(answer("6.6.6.6", func(*dns.Msg) {}), from) // wrong port
			for _, change := range []func(*dns.Msg){
				func(m *dns.Msg) { m.Id ^= 0x5555 },
				func(m *dns.Msg) { m.Question[0].Name = "x." + m.Question[0].Name },
				func(m *dns.Msg) { m.Question[0].Qtype = dns.TypeAAAA },
				func(m *dns.Msg) { m.Response = false },
				func(m *dns.Msg) { m.Opcode = dns.OpcodeNotify },
				func(m *dns.Msg) { m.Question = nil },
			} {
				c.WriteToUDPAddrPort(answer("6.6.6.6", change), from)
			}
			c.WriteToUDPAddrPort(answer("10.0.0.1", func(*dns.Msg) {}), from)
		}
	}()
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// Replies with a wrong ID, question or port are no answers; and the ports change.
func TestLaneIsHardToForge(t *testing.T) {
	t.Parallel()
	var ports sync.Map
	r := asking(t)
	r.Config.Servers = []Server{{forger(t, &ports)}}
	l := laneOf(t, r, LaneOptions{})
	list, _ := many(1000)
	asked := 0
	for round := 0; l.Stats().Servers[0].Ports <= lanePorts; round++ {
		for i := range list {
			list[i].Name = Name(fmt.Sprintf("h%d.r%d.example.com", i, round))
		}
		for q, a := range byLane(t, l, list...) {
			if a == nil { // something got lost
				continue
			}
			if a.Status != OK || a.Addrs[0].String() != "10.0.0.1" {
				t.Fatalf("%v: %+v", q, a)
			}
		}
		if asked += len(list); asked > (lanePorts+2)*socketQuestions {
			t.Fatalf("%d questions, and no port more", asked)
		}
	}
	n := 0
	ports.Range(func(any, any) bool { n++; return true })
	if n < lanePorts+1 {
		t.Errorf("%d ports", n)
	}
}

// A server that refuses all questions is asked more slowly, and told of once.
func TestLaneSeesStorms(t *testing.T) {
	for _, tt := range []struct {
		fault lab.DNSFault
		want  Status
	}{{lab.Refused, Refused}, {lab.ServFail, ServFail}} {
		list, zone := many(200)
		s := startDNS(t, zone)
		s.Fault("", tt.fault)
		l := laneOf(t, asking(t, s), LaneOptions{})
		for _, a := range byLane(t, l, list...) {
			if a != nil {
				t.Errorf("%+v", a)
			}
		}
		st := statsOf(l)
		if len(st.Storms) != 1 || st.Storms[0] != (LaneStorm{at(s), tt.want}) || st.Servers[0].Rate == 0 {
			t.Errorf("%+v", st)
		}
		if l.servers[0].own.every.Load() == 0 {
			t.Error("it is asked as fast as ever")
		}
	}
	// A few are no storm.
	list, zone := many(500)
	s := startDNS(t, zone)
	for i := range 50 {
		s.Fault(string(list[10*i].Name), lab.Refused)
	}
	l := laneOf(t, asking(t, s), LaneOptions{})
	byLane(t, l, list...)
	if st := statsOf(l); len(st.Storms) != 0 || st.Servers[0].Refused != 50 || st.Servers[0].Rate != 0 {
		t.Errorf("%+v", st)
	}
}

// Rate caps what is asked on both ways, and by default only what leaves this machine.
func TestRate(t *testing.T) {
	rate := func(r *Resolver) int64 {
		r.init()
		return r.stub.meters[0].most.Load()
	}
	away := Server{netip.MustParseAddrPort("192.0.2.53:53")}
	here := Server{netip.MustParseAddrPort("[::1]:53")}
	for _, tt := range []struct {
		server     Server
		rate       int
		lane, want int64
	}{
		{away, 0, limits.LaneRate, 0}, {here, 0, 0, 0}, {away, 50, 50, 50}, {here, 50, 50, 50}, {away, -1, 0, 0}, {here, -1, 0, 0},
	} {
		r := &Resolver{Config: &Config{Servers: []Server{tt.server}}, Rate: tt.rate}
		if got := rate(r); got != tt.want {
			t.Errorf("%+v without a lane: %d", tt, got)
		}
		laneOf(t, r, LaneOptions{}).Close()
		if got := rate(r); got != tt.lane {
			t.Errorf("%+v: %d", tt, got)
		}
	}
	// Both ways wait for the same meter.
	list, zone := many(3)
	s := startDNS(t, zone)
	r := asking(t, s)
	r.Rate = 1
	l := laneOf(t, r, LaneOptions{})
	for _, q := range list[:1] {
		byLane(t, l, q)
	}
	if wait := r.stub.meters[0].book(time.Now()); wait == 0 {
		t.Error("the lane has not taken its place")
	}
	if a := r.Forward(within(t), list[1].Name, IPv4, DNSOnly); a.Status != OK {
		t.Errorf("%+v", a)
	}
	if wait := r.stub.meters[0].book(time.Now()); wait == 0 {
		t.Error("the ordinary way has not taken its place")
	}
}

// With a low rate no question's time passes before it is asked.
func TestLaneOfALowRate(t *testing.T) {
	t.Parallel()
	list, zone := many(30)
	s := startDNS(t, zone)
	r := asking(t, s)
	r.Rate, r.Config.Timeout = 20, 300*time.Millisecond
	l := laneOf(t, r, LaneOptions{})
	timeouts := 0
	for _, a := range byLane(t, l, list...) {
		if a != nil && a.Status != OK {
			timeouts++
		}
	}
	if timeouts > 2 { // on a busy machine an answer may be late
		t.Errorf("%d of %d timed out", timeouts, len(list))
	}
}

// Names that nobody answers for do not hold up the others: with a window of 32, half as
// many are outstanding for good.
func TestLaneOfDeadNames(t *testing.T) {
	t.Parallel()
	list, zone := many(1000)
	s := startDNS(t, zone)
	dead := map[Name]bool{}
	for i := 0; i < len(list); i += 20 {
		dead[list[i].Name] = true
		s.Fault(string(list[i].Name), lab.Drop)
	}
	l := laneOf(t, asking(t, s), LaneOptions{Window: 32})
	var good sync.WaitGroup
	good.Add(len(list) - len(dead))
	var jobs []Job
	for _, q := range list {
		jobs = append(jobs, &askJob{list: []Question{q}, done: func(j *askJob) {
			if !dead[q.Name] {
				good.Done()
			} else if a := j.answers[q]; a != nil {
				t.Errorf("%+v", a)
			}
		}})
	}
	if err := l.Submit(within(t), jobs); err != nil {
		t.Fatal(err)
	}
	good.Wait() // for ever, if the dead ones are waited for: their patience is longer than the test's
	if st := l.Stats(); st.Jobs != len(dead) {
		t.Errorf("%+v", st)
	}
}

// A few targets with very many questions wait behind those with few, and still get on.
func TestLaneTakesTurns(t *testing.T) {
	list, zone := many(400)
	hostile := lab.Zone("hostile.test", "a A 192.0.2.1")
	s := startDNS(t, zone, hostile)
	var mu sync.Mutex
	var order []bool // of the questions as they come: is it a hostile one's?
	seen := map[string]bool{}
	s.Fault("", func(x *lab.DNSExchange) {
		mu.Lock()
		defer mu.Unlock()
		if name := x.Query.Question[0].Name; !seen[name] {
			seen[name] = true
			order = append(order, strings.HasSuffix(name, "hostile.test."))
		}
	})
	l := laneOf(t, asking(t, s), LaneOptions{Window: 16})
	var all sync.WaitGroup
	var jobs []Job
	spent := 0
	for h := range 20 {
		var asks []Question
		for i := range 640 { // 64 addresses of 10 names
			asks = append(asks, Question{Name(fmt.Sprintf("n%d.h%d.hostile.test", i, h)), A})
		}
		all.Add(1)
		jobs = append(jobs, &askJob{list: asks, done: func(j *askJob) {
			for _, a := range j.answers {
				if a == nil {
					spent++
				}
			}
			all.Done()
		}})
	}
	for i := range list {
		all.Add(1)
		jobs = append(jobs, &askJob{list: list[i : i+1], done: func(*askJob) { all.Done() }})
	}
	if err := l.Submit(within(t), jobs); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	l.Close()
	mu.Lock()
	defer mu.Unlock()
	good, before := 0, 0 // hostile questions before most of the good ones; one or two may get lost and come later
	for _, bad := range order {
		if bad {
			before++
		} else if good++; good == len(list)*9/10 {
			break
		}
	}
	if before > len(list) || before < len(list)/8 {
		t.Errorf("%d hostile questions before %d good ones", before, good)
	}
	if want := 20 * (640 - limits.Questions); spent != want {
		t.Errorf("%d questions beyond the budget, want %d", spent, want)
	}
	if n := len(order) - len(list); n != 20*limits.Questions {
		t.Errorf("%d hostile questions", n)
	}
}
