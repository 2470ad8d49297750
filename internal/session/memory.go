package session

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/reversecache"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// memory is what earlier logins have found out, and what this one leaves for later ones.
// It is read when the first address asks for it, and written when nobody waits any more.
// The zero memory knows and keeps nothing.
type memory struct {
	dir     string
	host    string                           // that strict judges; "" under any other policy
	config  func() (resolve.ConfigID, error) // of this session's lookups, read once
	now     func() (resolve.ConfigID, error) // read again
	trouble func(error)                      // is told why nothing is kept; may be called often
	started time.Time                        // of the lookups

	mu      sync.Mutex
	known   map[netip.Addr]reversecache.Record
	learned map[netip.Addr]bool
	changes []change // to be written
}

// change is one that save makes to a record.
type change struct {
	addr netip.Addr
	make func(*reversecache.Record)
}

// remember starts to read what a memory needs to be of use.
func (s *session) remember() {
	s.memory = memory{dir: s.w.CacheDir(reversecache.Name), started: s.started, trouble: s.cacheTrouble}
	if s.memory.dir == "" {
		return
	}
	if s.o.Policy == Strict {
		s.memory.host = s.o.Host
	}
	s.memory.config = sync.OnceValues(s.resolver.ConfigID)
	s.memory.now = func() (resolve.ConfigID, error) {
		r, _, err := s.o.Resolver(s.w)
		if err != nil {
			return resolve.ConfigID{}, err
		}
		return r.ConfigID()
	}
	go s.memory.config()
}

// cacheTrouble tells, once, why the cache cannot be used: with -v only, since the login
// goes on without it.
func (s *session) cacheTrouble(err error) {
	if s.o.Verbose {
		s.cacheTold.Do(func() { s.voice.Notice("the cache is not used: " + safetext.Line(err.Error())) })
	}
}

// of returns what is known about an address.
func (m *memory) of(a netip.Addr) reversecache.Record {
	if m.dir == "" {
		return reversecache.Record{}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, read := m.known[a]
	if read {
		return r
	}
	id, err := m.config()
	if err == nil {
		r, err = reversecache.Cache{Dir: m.dir, Config: id}.Recall(a)
	}
	if err != nil {
		m.trouble(err)
	}
	if m.known == nil {
		m.known = map[netip.Addr]reversecache.Record{}
	}
	m.known[a] = r
	return r
}

// recall is the Checker's: what needs no lookup.
func (m *memory) recall(a netip.Addr) []*resolve.Answer {
	r := m.of(a)
	if m.host != "" {
		return r.RecallStrict(time.Now(), m.host)
	}
	return r.Recall(time.Now())
}

// note has a record changed by save.
func (m *memory) note(a netip.Addr, make func(*reversecache.Record)) {
	if m.dir == "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.changes = append(m.changes, change{a, make})
}

// outcome is how the check of an address has ended.
type outcome struct {
	answers []resolve.Answer
	failure reversecache.Failure // to be remembered; zero: none
	settled bool                 // there is a verdict
	passed  bool                 // strict lets the host pass
}

// learn keeps the outcome of a check, once for each address. Strict keeps no answers by
// which it refuses an address: who has mended a zone is let in at once.
func (m *memory) learn(a netip.Addr, o outcome) {
	if m.dir == "" {
		return
	}
	was := m.of(a)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.learned == nil {
		m.learned = map[netip.Addr]bool{}
	}
	if m.learned[a] {
		return
	}
	m.learned[a] = true
	strict := m.host != ""
	news := (!strict || o.passed) && slices.ContainsFunc(o.answers, func(x resolve.Answer) bool { return reversecache.Keeps(&x) })
	failed := !o.failure.At.IsZero()
	if !news && !failed && (!o.settled || was.Failed.At.IsZero()) {
		return
	}
	m.changes = append(m.changes, change{a, func(r *reversecache.Record) {
		if news {
			r.Learn(o.answers, m.started, strict)
		}
		if strict && o.passed {
			r.SetJudged(m.host)
		}
		if failed || o.settled {
			r.Failed = o.failure
		}
	}})
}

// save writes what has been learned, if the machine is still where it was when the lookups
// began: their answers may be those of another network otherwise.
func (m *memory) save() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.changes) == 0 {
		return
	}
	changes := m.changes
	m.changes = nil
	was, err := m.config()
	is, again := m.now()
	if err = errors.Join(err, again); err != nil {
		m.trouble(err)
		return
	}
	if is != was {
		return
	}
	cache := reversecache.Cache{Dir: m.dir, Config: is}
	for len(changes) > 0 {
		a := changes[0].addr
		err := cache.Update(a, func(r *reversecache.Record) {
			changes = slices.DeleteFunc(changes, func(c change) bool {
				if c.addr == a {
					c.make(r)
				}
				return c.addr == a
			})
		})
		if err != nil {
			m.trouble(err)
			changes = slices.DeleteFunc(changes, func(c change) bool { return c.addr == a })
		}
	}
}

// slowFailure is how long a check must take before its failure is kept: a zone that refuses
// at once delays nobody and can be asked again.
const slowFailure = 100 * time.Millisecond

// keep notes what was found out about an address, if everything was. passed means that
// strict lets the host pass with it.
func (s *session) keep(r *check.Result, a netip.Addr, passed bool) {
	answers, complete := s.inquiry.Reverse(a)
	of := r.Of(a)
	if !complete || of == nil {
		return
	}
	o := outcome{answers: answers, settled: of.Verdict != check.Undetermined, passed: passed}
	if status, failed := failureOf(of); failed && r.Timings.Reverse >= slowFailure.Seconds() {
		o.failure = reversecache.Failure{Status: status, At: time.Now()}
	}
	s.memory.learn(a, o)
}

// keepAll is keep for every address, once the inquiry has reached a stage.
func (s *session) keepAll(ctx context.Context, stage check.Stage) {
	if s.memory.dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.CheckTimeout)
	defer cancel()
	r, _ := s.inquiry.Wait(ctx, stage)
	for _, a := range r.Addresses {
		good, _ := s.agrees(r, a.Address)
		s.keep(r, a.Address, good)
	}
}

// keepLast keeps what is known when the process ends, which does not wait for more.
func (s *session) keepLast(ctx context.Context) {
	s.keepAll(ctx, check.Now)
	s.memory.save()
}

// keepCutShort notes that the check of an address took too long, unless it ended only
// because ctx did.
func (s *session) keepCutShort(ctx context.Context, a netip.Addr) {
	if ctx.Err() == nil {
		failure := reversecache.Failure{Status: reversecache.CutShort, At: time.Now()}
		s.memory.note(a, func(r *reversecache.Record) { r.Failed = failure })
	}
}

// failureOf returns the lookup failure that left an address undetermined, if it is one to
// keep. A reverse lookup with too many names is not: it costs no time.
func failureOf(a *check.Address) (resolve.Status, bool) {
	if a.Verdict != check.Undetermined {
		return resolve.OK, false
	}
	status := a.Reverse.Status
	for _, p := range a.PTR {
		if status == resolve.OK && p.Status.Temporary() {
			status = p.Status
		}
	}
	return status, status != resolve.Skipped && reversecache.Fails(status)
}

// failureWords describes a failure that was kept for people.
func failureWords(s resolve.Status) string {
	if s == reversecache.CutShort {
		return "no answer in time"
	}
	return s.Words()
}

// reportKept says, with -v, that and since when the names of an address are from the cache.
func (s *session) reportKept(r *check.Result, a netip.Addr) {
	of := r.Of(a)
	if !s.o.Verbose || of == nil || !strings.HasPrefix(of.Reverse.Source, string(resolve.KindCache)) {
		return
	}
	known := s.memory.of(a)
	if asked, until, ok := known.Since(); ok {
		s.voice.Notice(fmt.Sprintf("%s: the reverse lookup is from the cache: asked %s ago, kept for another %s",
			subject(s.o.Host, a), ago(asked), time.Until(until).Round(time.Second)))
	}
}

func ago(t time.Time) string { return time.Since(t).Round(time.Second).String() }
