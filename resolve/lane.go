package resolve

import (
	"context"
	"net"
	"sync"
	"time"

	"rdnsproxy/limits"
)

// Lane asks DNS very many questions for who has very many. One goroutine owns all that is
// outstanding, so nothing waits for one answer, and datagrams are sent and received many
// at a time.
//
// It asks what it can read at once: a server's answer, its "there is none" (NXDOMAIN, or
// no data), and silence. For everything else, such as another rcode, a truncated answer or
// a CNAME chain that leaves the reply, it answers nil, and the question has to be asked
// with the Resolver's own methods: there is one way through all that is odd.
//
// It shares the Resolver's cache and its outstanding questions. What is known is not asked
// again, and equal questions are asked once, whoever asks. Failures are cached for a few
// seconds while there is a lane (RFC 9520, section 3.2).
//
// How fast it asks follows from how each server answers (see LaneStats), and
// Resolver.Rate caps it. Of one Job, limits.Questions questions are asked, of which
// limits.QuestionsAtOnce are outstanding; jobs take turns, so that those with many
// questions, or with questions that nobody answers, do not hold up the others.
type Lane struct {
	r        *Resolver
	servers  []*laneServer
	patience time.Duration // for one question, all its sends together, as on the ordinary way
	most     int           // jobs at once

	submitted chan []Job
	received  chan *receipt
	spare     chan *receipt
	mail      laneMail
	readers   sync.WaitGroup
	closing   chan struct{}
	close     sync.Once
	closed    chan struct{} // all has ended
	board     board

	// What follows belongs to the lane's goroutine.
	now     time.Time
	alarm   time.Time // when it rings; zero: it is not set
	swept   sweep
	ending  bool
	jobs    []Job    // taken, and not started
	account *account // the job that is being started or told
	turns   turns
	active  int    // jobs started and not finished
	ready   []told // answers on their way
	abroad  map[*laneWait]struct{}
	flights linkedList[laneFlight, *laneFlight]
	later   laterList
	spares  laneSpares
	stats   LaneStats
	decoder decoder
	zones   knownZones
}

// LaneOptions are a Lane's bounds. A zero LaneOptions has the defaults.
type LaneOptions struct {
	Window int // questions outstanding at one server, at most; if 0, limits.LaneWindow
	Jobs   int // jobs started and not finished, at most; if 0, limits.LaneJobs
}

// Job is one target's share of the work.
type Job interface {
	// Start asks the first questions. It is called on the lane's goroutine, as is
	// Answered, and must not block.
	Start(*Lane)
}

// Asker is told answers. Of each question that it has asked, it is told exactly one.
type Asker interface {
	// Answered is told an answer, on the lane's goroutine, and may ask more. The answer is
	// shared and must not be modified; nil means that the ordinary way must be gone. Took is
	// the time since the question was first asked, by whoever did.
	Answered(*Answer)
}

// Lane starts a lane. It returns false if there can be none, because the Resolver asks over
// TCP alone, with one question a port, with the system's own API, or with a Wire or Zones that were
// given. Who asks for one has very many questions, so Rate caps them either way.
func (r *Resolver) Lane(o LaneOptions) (*Lane, bool) {
	r.init()
	r.meters.expectMany()
	cfg := r.stub.cfg
	if cfg.UseVC || cfg.single() || r.Wire != nil || r.Zones != nil || r.Native != nil && !cfg.Explicit {
		return nil, false
	}
	r.stub.shared.hold.Store(int64(limits.FailureTime))
	l := newLane(r, o)
	go l.run()
	return l, true
}

// newLane is a lane whose goroutine does not run yet.
func newLane(r *Resolver, o LaneOptions) *Lane {
	cfg := r.stub.cfg
	if o.Window <= 0 {
		o.Window = limits.LaneWindow
	}
	if o.Jobs <= 0 {
		o.Jobs = limits.LaneJobs
	}
	l := &Lane{
		r:         r,
		patience:  cfg.timeout() * time.Duration(cfg.attempts()*len(r.stub.servers)),
		most:      o.Jobs,
		submitted: make(chan []Job),
		received:  make(chan *receipt, receipts),
		spare:     make(chan *receipt, 2*receipts),
		closing:   make(chan struct{}),
		closed:    make(chan struct{}),
		abroad:    map[*laneWait]struct{}{},
		now:       time.Now(),
	}
	l.decoder.zones = &l.zones
	l.mail.wake = make(chan struct{}, 1)
	for i, s := range r.stub.servers {
		l.servers = append(l.servers, newLaneServer(l, i, s, o.Window))
	}
	l.board.post(l)
	return l
}

// Submit hands over jobs, which are started in this order; the list is the lane's from now
// on. It waits while the lane has as many as it may. The error is ctx's, or net.ErrClosed.
// Without one each job is started, even if the lane is closed meanwhile.
func (l *Lane) Submit(ctx context.Context, jobs []Job) error {
	select {
	case l.submitted <- jobs:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-l.closing:
		return net.ErrClosed
	}
}

// Ask asks a question, only from within Start or Answered. The answer is told to who,
// never before Ask has returned. The names of PTR records may be asked about too, whatever
// they are.
func (l *Lane) Ask(q Question, who Asker) {
	a := l.account
	a.open++
	cfg := l.r.stub.cfg
	switch {
	case l.ending:
		l.tell(waiter{who, a}, nil)
	case cfg.builtin(q) != nil: // nil for a name that a PTR record may hold and nobody may type (special.go)
		l.tell(waiter{who, a}, cfg.disabled(q))
	case a.left == 0:
		l.tell(waiter{who, a}, l.recall(q)) // cached answers cost nothing
	default:
		a.left--
		a.waiting = append(a.waiting, asked{q, who})
		l.turns.add(a)
	}
}

// Close ends the lane and waits for that: what is outstanding is answered nil, and so is
// what is asked from then on. It must not be called from Start or Answered.
func (l *Lane) Close() {
	l.close.Do(func() { close(l.closing) })
	<-l.closed
}
