package session

import (
	"errors"
	"net/netip"
	"slices"
	"sync"
	"time"

	"rdnsproxy/internal/reversecache"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// memory is what earlier logins have found out, and what this one leaves for later ones.
// It is read when the first address asks for it, and written when nobody waits any more.
// The zero memory knows and keeps nothing.
type memory struct {
	dir     string
	host    string                           // that strict or ask judges; "" under any other policy
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
	if s.o.Policy.judges() {
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

// fail has a failure remembered, until learn knows better.
func (m *memory) fail(a netip.Addr, f reversecache.Failure) {
	if m.dir == "" {
		return
	}
	r := m.of(a)
	r.Failed = f
	m.mu.Lock()
	m.known[a] = r
	m.mu.Unlock()
	m.note(a, func(r *reversecache.Record) { r.Failed = f })
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
	fresh := func(x resolve.Answer) bool { return reversecache.Keeps(&x) }
	news := (!strict || o.passed) && slices.ContainsFunc(o.answers, fresh)
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
