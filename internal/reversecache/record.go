package reversecache

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"net/netip"
	"slices"
	"strings"
	"time"

	"rdnsproxy/limits"
	"rdnsproxy/resolve"
)

// Record is what is known about one address. Its zero value knows nothing.
type Record struct {
	Addr    netip.Addr       // without zone, and unmapped
	Config  resolve.ConfigID // of the resolver that was asked
	Answers []Answer         // about the address and its names, each question once

	Failed Failure   // of the last check; zero: it did not fail
	Silent time.Time // when DNS did not answer in time about a hosts line with this address; zero: it did

	key    [16]byte   // of the hashes; zero without them
	judged [][16]byte // hosts that strict has let pass with this address, the latest last
}

// Answer is an answer of DNS, and how long it is kept.
type Answer struct {
	resolve.Answer // its Source is the server
	Asked, Until   time.Time
	Strict         bool // strict has asked
}

// Failure says how and when a check failed; what is kept of it is not to wait for it.
type Failure struct {
	Status resolve.Status // one that Fails reports true of
	At     time.Time      // zero: it did not fail
}

// CutShort is the status of a check that was not waited for any longer.
const CutShort = resolve.Skipped

// Fails reports whether a status is a failure that a Record keeps.
func Fails(s resolve.Status) bool {
	switch s {
	case resolve.Timeout, resolve.ServFail, resolve.Refused, resolve.Invalid, resolve.Loop, CutShort:
		return true
	}
	return false
}

// Recall returns the answers that are still good, as a Resolver can be given them: their
// source says that they are kept, and the TTL what is left of it.
func (r *Record) Recall(now time.Time) []*resolve.Answer {
	return r.recall(now, func(*Answer) bool { return true })
}

// RecallStrict is Recall for strict, which relies on nobody else: it returns only what
// strict has asked itself, and nothing for a host that it has not let pass before.
func (r *Record) RecallStrict(now time.Time, host string) []*resolve.Answer {
	if !r.judgedHost(host) {
		return nil
	}
	return r.recall(now, func(a *Answer) bool { return a.Strict })
}

func (r *Record) recall(now time.Time, wanted func(*Answer) bool) (all []*resolve.Answer) {
	for i := range r.Answers {
		if kept := &r.Answers[i]; kept.good(now) && wanted(kept) {
			a := kept.Answer
			a.Source.Kind = resolve.KindCache
			a.TTL = kept.Until.Sub(now).Truncate(time.Second)
			all = append(all, &a)
		}
	}
	return all
}

func (a *Answer) good(now time.Time) bool { return !now.Before(a.Asked) && now.Before(a.Until) }

// Learn keeps the answers about the address and its names in place of the old ones, as far
// as they may be kept. Those that are from the record itself stay as they are, and so do
// those about names that were not asked about this time, since they are a host's own. asked
// is when the answers were asked for, or before, and strict says that strict did it.
func (r *Record) Learn(answers []resolve.Answer, asked time.Time, strict bool) {
	var all []Answer
	var names []resolve.Name
	for _, a := range answers {
		i := r.find(a.Question)
		switch {
		case a.Source.Kind != resolve.KindCache:
			if Keeps(&a) {
				all = append(all, Answer{a, asked, asked.Add(lifetime(&a)), strict})
			}
		case i >= 0:
			all = append(all, r.Answers[i])
		}
		if a.Question.Type == resolve.PTR {
			names = a.Names
		}
	}
	for _, old := range r.Answers {
		again := slices.ContainsFunc(answers, func(a resolve.Answer) bool { return a.Question == old.Question })
		if !again && slices.Contains(names, old.Question.Name) {
			all = append(all, old)
		}
	}
	r.Answers = all
}

func (r *Record) find(q resolve.Question) int {
	return slices.IndexFunc(r.Answers, func(a Answer) bool { return a.Question == q })
}

// Since returns when what is known about the names of the address was asked for, and until
// when it is kept; ok is false if nothing is.
func (r *Record) Since() (asked, until time.Time, ok bool) {
	for _, a := range r.Answers {
		if a.Question.Type == resolve.PTR {
			return a.Asked, a.Until, true
		}
	}
	return asked, until, false
}

// Keeps reports whether an answer may be kept: it is from DNS, it is final, and it has a
// TTL.
func Keeps(a *resolve.Answer) bool {
	final := a.Status == resolve.OK || a.Status == resolve.NXDomain || a.Status == resolve.NoData
	return a.Source.Kind == resolve.KindDNS && final && a.TTL > 0
}

func lifetime(a *resolve.Answer) time.Duration {
	if a.Status == resolve.OK {
		return min(a.TTL, limits.CacheTime)
	}
	return min(a.TTL, limits.CacheAbsence)
}

// SetJudged notes that strict has let a host pass with this address.
func (r *Record) SetJudged(host string) {
	if r.judgedHost(host) {
		return
	}
	if len(r.judged) == 0 {
		rand.Read(r.key[:])
	}
	r.judged = append(r.judged, r.hash(host))
	if more := len(r.judged) - limits.CacheHosts; more > 0 {
		r.judged = r.judged[more:]
	}
}

// judgedHost reports whether SetJudged was called about a host.
func (r *Record) judgedHost(host string) bool {
	return len(r.judged) > 0 && slices.Contains(r.judged, r.hash(host))
}

// hash stands for a host, so that the record does not say which it was.
func (r *Record) hash(host string) [16]byte {
	m := hmac.New(sha256.New, r.key[:])
	m.Write([]byte(strings.ToLower(strings.TrimSuffix(host, "."))))
	return [16]byte(m.Sum(nil))
}

// empty reports whether nothing in the record is of use any more.
func (r *Record) empty(now time.Time) bool {
	good := func(a Answer) bool { return a.good(now) }
	return r.Failed.At.IsZero() && r.Silent.IsZero() && !slices.ContainsFunc(r.Answers, good)
}

// fresh drops what is too old, or from the future, since clocks are set back.
func (r *Record) fresh(now time.Time) {
	recent := func(t time.Time) bool { return !now.Before(t) && now.Sub(t) <= limits.CacheFailure }
	if !recent(r.Failed.At) {
		r.Failed = Failure{}
	}
	if !recent(r.Silent) {
		r.Silent = time.Time{}
	}
	r.Answers = slices.DeleteFunc(r.Answers, func(a Answer) bool { return !a.good(now) })
	if len(r.Answers) == 0 {
		r.judged = nil
	}
}
