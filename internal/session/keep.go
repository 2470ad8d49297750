package session

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/reversecache"
	"rdnsproxy/resolve"
)

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
		s.memory.fail(a, reversecache.Failure{Status: reversecache.CutShort, At: time.Now()})
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
