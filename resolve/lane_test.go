package resolve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"rdnsproxy/internal/lab"
)

// askJob is a job that asks a list of questions at once, and keeps the answers.
type askJob struct {
	list []Question
	done func(*askJob)

	answers map[Question]*Answer
	left    int
}

// part is one of its questions.
type part struct {
	of *askJob
	q  Question
}

func (j *askJob) Start(l *Lane) {
	j.answers, j.left = map[Question]*Answer{}, len(j.list)
	for _, q := range j.list {
		l.Ask(q, part{j, q})
	}
}

func (p part) Answered(a *Answer) {
	p.of.answers[p.q] = a
	if p.of.left--; p.of.left == 0 && p.of.done != nil {
		p.of.done(p.of)
	}
}

// laneOf is a lane of the Resolver that ends with the test.
func laneOf(t testing.TB, r *Resolver, o LaneOptions) *Lane {
	t.Helper()
	l, ok := r.Lane(o)
	if !ok {
		t.Fatal("no lane")
	}
	t.Cleanup(l.Close)
	return l
}

// byLane asks questions through a lane, each as a job of its own, and waits.
func byLane(t testing.TB, l *Lane, list ...Question) map[Question]*Answer {
	t.Helper()
	answers := map[Question]*Answer{}
	var wg sync.WaitGroup
	jobs := make([]Job, len(list))
	for i, q := range list {
		wg.Add(1)
		jobs[i] = &askJob{list: []Question{q}, done: func(j *askJob) {
			answers[q] = j.answers[q]
			wg.Done()
		}}
	}
	if err := l.Submit(within(t), jobs); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	return answers
}

// many are questions about hosts of a zone, and the zone.
func many(n int) ([]Question, lab.DNSZone) {
	var list []Question
	var records []string
	for i := range n {
		list = append(list, Question{Name(fmt.Sprintf("h%d.example.com", i)), A})
		records = append(records, fmt.Sprintf("h%d A 10.0.%d.%d", i, i>>8, i&255))
	}
	return list, lab.Zone("example.com", records...)
}

func TestLaneAnswers(t *testing.T) {
	list, zone := many(500)
	s := startDNS(t, zone)
	l := laneOf(t, asking(t, s), LaneOptions{})
	for q, a := range byLane(t, l, append(list, Question{"none.example.com", A})...) {
		want := OK
		if q.Name == "none.example.com" {
			want = NXDomain
		}
		if a == nil || a.Status != want || a.Question != q || want == OK && len(a.Addrs) != 1 || a.Took <= 0 {
			t.Errorf("%v: %+v", q, a)
		}
	}
	if n := s.Questions(); n != 501 {
		t.Errorf("%d questions", n)
	}
	l.Close()
	if st := l.Stats(); st.Answered != 501 || st.Ordinary != 0 || st.Servers[0].Sent != 501 || st.Jobs != 0 {
		t.Errorf("%+v", st)
	}
}

// A lane has no Wire, no TCP and no port for one question alone.
func TestLaneNeedsPlainUDP(t *testing.T) {
	s := startDNS(t)
	for name, change := range map[string]func(*Resolver){
		"use-vc":                func(r *Resolver) { r.Config.UseVC = true },
		"single-request":        func(r *Resolver) { r.Config.Single = true },
		"single-request-reopen": func(r *Resolver) { r.Config.Reopen = true },
		"a wire":                func(r *Resolver) { r.Wire = muxed(t, patience) },
		"the system's API":      func(r *Resolver) { r.Native = net.DefaultResolver },
	} {
		r := asking(t, s)
		change(r)
		if _, ok := r.Lane(LaneOptions{}); ok {
			t.Errorf("%s: a lane", name)
		}
	}
}

// What is odd goes the ordinary way.
func TestLaneLeavesToTheOrdinaryWay(t *testing.T) {
	for name, fault := range map[string]lab.DNSFault{
		"truncated":    lab.Truncate,
		"REFUSED":      lab.Refused,
		"SERVFAIL":     lab.ServFail,
		"CNAME loop":   lab.CNAMELoop,
		"chain leaves": lab.ShortChain,
		"no EDNS":      lab.NoEDNS,
		"other owner":  lab.OtherOwner,
		"other type":   lab.OtherType,
		"other class":  lab.OtherClass,
		"before EDNS":  func(x *lab.DNSExchange) { lab.NoEDNS(x); lab.NoQuestion(x) },
		"lame":         func(x *lab.DNSExchange) { x.Reply.Answer, x.Reply.Ns, x.Reply.RecursionAvailable = nil, nil, false },
	} {
		t.Run(name, func(t *testing.T) {
			s := startDNS(t, lab.Zone("example.com", "host CNAME other", "other A 192.0.2.1"))
			s.Fault("", fault)
			if a := byLane(t, laneOf(t, asking(t, s), LaneOptions{}), hostQuestion)[hostQuestion]; a != nil {
				t.Errorf("%+v", a)
			}
		})
	}
}

// Datagrams that answer nothing, before the answer, change nothing.
func TestLaneAnswersDespite(t *testing.T) {
	for name, fault := range map[string]lab.DNSFault{
		"garbage first": lab.GarbageFirst,
		"forged first":  lab.ForgedFirst,
		"delay":         lab.Delay(20 * time.Millisecond),
		"twice": func(x *lab.DNSExchange) {
			lab.ForgedFirst(x)
			lab.ForgedFirst(x)
		},
	} {
		t.Run(name, func(t *testing.T) {
			list, zone := many(200)
			s := startDNS(t, zone)
			s.Fault("", fault)
			for q, a := range byLane(t, laneOf(t, asking(t, s), LaneOptions{}), list...) {
				if a == nil || a.Status != OK || a.Addrs[0].As4()[0] != 10 {
					t.Errorf("%v: %+v", q, a)
				}
			}
		})
	}
}

// Silence is told as on the ordinary way, after three datagrams.
func TestLaneTellsSilence(t *testing.T) {
	t.Parallel()
	s := hostZone(t)
	r := asking(t, s)
	r.Config.Timeout = 3 * brief
	l := laneOf(t, r, LaneOptions{})
	byLane(t, l, Question{"none.example.com", A}) // the round trip is known, and short
	s.Fault("host.example.com", lab.Drop)
	a := byLane(t, l, hostQuestion)[hostQuestion]
	if a == nil || a.Status != Timeout || a.Source != r.stub.sources[0] || a.Question != hostQuestion || a.Took < 3*brief {
		t.Errorf("%+v", a)
	}
	if n := s.Asked("host.example.com", uint16(A)); n < 2 || n > 3 {
		t.Errorf("%d datagrams", n)
	}
	// It is not asked again at once, by nobody.
	before := s.Questions()
	if again := r.Fingerprints(within(t), "host.example.com"); again.Status != Timeout {
		t.Errorf("%+v", again)
	}
	asked := s.Questions() - before
	if again := r.Fingerprints(within(t), "host.example.com"); again.Status != Timeout || s.Questions() != before+asked {
		t.Errorf("%+v, %d questions more", again, s.Questions()-before-asked)
	}
}

// A question is asked once, whether it is the lane's or the ordinary way's, and whether
// its answer is known or on its way.
func TestLaneSharesQuestions(t *testing.T) {
	s := hostZone(t)
	release := make(chan struct{})
	arrived := make(chan struct{}, 16)
	s.Fault("", func(*lab.DNSExchange) {
		arrived <- struct{}{}
		<-release
	})
	r := asking(t, s)
	l := laneOf(t, r, LaneOptions{})
	// The lane asks first: the ordinary way waits for it.
	var wg sync.WaitGroup
	ask := func() {
		wg.Go(func() {
			if a := byLane(t, l, hostQuestion)[hostQuestion]; a == nil || a.Status != OK {
				t.Errorf("%+v", a)
			}
		})
	}
	ask()
	<-arrived
	ask()
	wg.Go(func() {
		if a := r.Forward(within(t), hostQuestion.Name, IPv4, DNSOnly); a.Status != OK {
			t.Errorf("%+v", a)
		}
	})
	for r.waiting(hostQuestion) == 0 {
		time.Sleep(time.Millisecond)
	}
	close(release)
	wg.Wait()
	ask()
	wg.Wait()
	if n := s.Asked("host.example.com", uint16(A)); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// Two lanes of a Resolver ask a question once, too.
func TestLanesShareQuestions(t *testing.T) {
	s := hostZone(t)
	release := make(chan struct{})
	s.Fault("", func(*lab.DNSExchange) { <-release })
	r := asking(t, s)
	var wg sync.WaitGroup
	for range 2 {
		l := laneOf(t, r, LaneOptions{})
		wg.Go(func() {
			if a := byLane(t, l, hostQuestion)[hostQuestion]; a == nil || a.Status != OK {
				t.Errorf("%+v", a)
			}
		})
		for s.Questions() == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	for r.waiting(hostQuestion) == 0 {
		time.Sleep(time.Millisecond)
	}
	close(release)
	wg.Wait()
	if n := s.Asked("host.example.com", uint16(A)); n > sends { // of one lane
		t.Errorf("asked %d times", n)
	}
}

// waiting is how many ordinary callers or lanes wait for a question; at least.
func (r *Resolver) waiting(q Question) int {
	s := &r.stub.shared
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.find(q)
	if c == nil {
		return 0
	}
	n := len(c.abroad)
	if c.done != nil {
		n++
	}
	return n
}

// The ordinary way asks first: the lane waits for it.
func TestLaneWaitsForOthers(t *testing.T) {
	for name, tt := range map[string]struct {
		fault lab.DNSFault
		want  Status
	}{"answer": {func(*lab.DNSExchange) {}, OK}, "failure": {lab.Refused, Refused}} {
		t.Run(name, func(t *testing.T) {
			s := hostZone(t)
			release := make(chan struct{})
			arrived := make(chan struct{}, 16)
			s.Fault("", func(x *lab.DNSExchange) {
				arrived <- struct{}{}
				<-release
				tt.fault(x)
			})
			r := asking(t, s)
			l := laneOf(t, r, LaneOptions{})
			var wg sync.WaitGroup
			wg.Go(func() { r.Forward(within(t), hostQuestion.Name, IPv4, DNSOnly) })
			<-arrived
			wg.Go(func() {
				if a := byLane(t, l, hostQuestion)[hostQuestion]; a == nil || a.Status != tt.want {
					t.Errorf("%+v", a)
				}
			})
			for r.waiting(hostQuestion) == 0 {
				time.Sleep(time.Millisecond)
			}
			close(release)
			wg.Wait()
			if st := l.Stats(); st.Servers[0].Sent != 0 {
				t.Errorf("the lane sent %d", st.Servers[0].Sent)
			}
		})
	}
}

// Every job is started and every question answered, also if the lane ends first.
func TestLaneClosesWithFlights(t *testing.T) {
	list, zone := many(300)
	s := startDNS(t, zone)
	s.Fault("", lab.Drop)
	r := asking(t, s)
	l := laneOf(t, r, LaneOptions{Window: 20})
	var jobs []Job
	answered := 0
	for i := range 300 {
		jobs = append(jobs, &askJob{list: []Question{list[i], {list[i].Name, AAAA}}, done: func(j *askJob) {
			for _, a := range j.answers {
				if a != nil {
					t.Errorf("%+v", a)
				}
			}
			answered++
		}})
	}
	if err := l.Submit(within(t), jobs); err != nil {
		t.Fatal(err)
	}
	for s.Questions() < 20 {
		time.Sleep(time.Millisecond)
	}
	l.Close()
	l.Close()
	if answered != len(jobs) {
		t.Errorf("%d of %d answered", answered, len(jobs))
	}
	if err := l.Submit(within(t), jobs); !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v", err)
	}
	for i := range 20 { // nobody waits for what the lane has left
		if r.waiting(list[i]) != 0 {
			t.Errorf("%v is outstanding", list[i])
		}
	}
}

// A lane that ends does not wait for calls of others.
func TestLaneClosesWhileOthersAsk(t *testing.T) {
	s := hostZone(t)
	s.Fault("", lab.Drop)
	r := asking(t, s)
	l := laneOf(t, r, LaneOptions{})
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { r.Forward(ctx, hostQuestion.Name, IPv4, DNSOnly) })
	for s.Questions() == 0 {
		time.Sleep(time.Millisecond)
	}
	wg.Go(func() {
		if a := byLane(t, l, hostQuestion)[hostQuestion]; a != nil {
			t.Errorf("%+v", a)
		}
	})
	for r.waiting(hostQuestion) == 0 {
		time.Sleep(time.Millisecond)
	}
	l.Close()
	cancel()
	wg.Wait()
}

// A lane that has enough takes no more jobs.
func TestLaneHoldsBack(t *testing.T) {
	list, zone := many(3)
	s := startDNS(t, zone)
	s.Fault("", lab.Drop)
	l := laneOf(t, asking(t, s), LaneOptions{Jobs: 1})
	if err := l.Submit(within(t), []Job{&askJob{list: list[:1]}}); err != nil {
		t.Fatal(err)
	}
	for l.Stats().Jobs == 0 {
		time.Sleep(time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := l.Submit(ctx, []Job{&askJob{list: list[1:2]}}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// Of two servers the first is dead, does not listen, or dies in between: the second
// answers, and the first is not asked about every name.
func TestLaneAsksTheNextServer(t *testing.T) {
	list, zone := many(400)
	for name, breaks := range map[string]func(*lab.DNSServer){
		"silent":    func(s *lab.DNSServer) { s.Fault("", lab.Drop) },
		"no socket": func(s *lab.DNSServer) { s.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			first, second := startDNS(t, zone), startDNS(t, zone)
			l := laneOf(t, asking(t, first, second), LaneOptions{Window: firstWindow})
			half := len(list) / 2
			for q, a := range byLane(t, l, list[:half]...) {
				if a == nil || a.Status != OK || a.Source != at(first).source() {
					t.Errorf("%v: %+v", q, a)
				}
			}
			breaks(first)
			before := first.Questions()
			for q, a := range byLane(t, l, list[half:]...) {
				if a == nil || a.Status != OK || a.Source != at(second).source() {
					t.Errorf("%v: %+v", q, a)
				}
			}
			if n := first.Questions() - before; n > half/2 {
				t.Errorf("the dead server was asked %d times about %d names", n, half)
			}
			if st := l.Stats(); !st.Servers[0].Down || st.Servers[1].Down {
				t.Errorf("%+v", st.Servers)
			}
		})
	}
}

// A server that comes back is asked again.
func TestLaneTriesADeadServerAgain(t *testing.T) {
	t.Parallel()
	list, zone := many(100)
	first, second := startDNS(t, zone), startDNS(t, zone)
	first.Fault("", lab.Drop)
	l := laneOf(t, asking(t, first, second), LaneOptions{})
	byLane(t, l, list[:50]...)
	first.Fault("")
	for i := 0; l.Stats().Servers[0].Down; i++ {
		q := Question{Name(fmt.Sprintf("none%d.example.com", i)), A}
		if a := byLane(t, l, q)[q]; a == nil || a.Status != NXDomain {
			t.Fatalf("%+v", a)
		}
		time.Sleep(time.Millisecond)
	}
}
