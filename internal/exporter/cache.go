package exporter

import (
	"container/list"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/limits"
)

// key names a probe: equal ones have equal results.
type key struct {
	asker *asker // of one reading of the modules file
	word  string
}

// result is what a probe has found.
type result struct {
	*check.Result
	cut   bool // the time was over before everything was known
	began time.Time
	took  time.Duration
}

// cache keeps results, the latest used ones, within a number and a size. A zero cache is
// not ready; its user locks.
type cache struct {
	kept  map[key]*list.Element
	used  *list.List // of *kept, the latest used first
	bytes int
}

type kept struct {
	key
	result
	until time.Time
	bytes int
}

func newCache() *cache { return &cache{kept: map[key]*list.Element{}, used: list.New()} }

func (c *cache) get(k key, now time.Time) (result, bool) {
	at := c.kept[k]
	if at == nil {
		return result{}, false
	}
	found := at.Value.(*kept)
	if !now.Before(found.until) || now.Before(found.began) { // the clock was set back
		c.drop(at)
		return result{}, false
	}
	c.used.MoveToFront(at)
	return found.result, true
}

func (c *cache) put(k key, r result, until time.Time) {
	if at := c.kept[k]; at != nil {
		c.drop(at)
	}
	size := sizeOf(r.Result) + len(k.word)
	c.bytes += size
	c.kept[k] = c.used.PushFront(&kept{k, r, until, size})
	for c.used.Len() > limits.Results || c.bytes > limits.ResultBytes {
		c.drop(c.used.Back())
	}
}

func (c *cache) drop(at *list.Element) {
	k := c.used.Remove(at).(*kept)
	delete(c.kept, k.key)
	c.bytes -= k.bytes
}

func (c *cache) clear() { *c = *newCache() }

// sizeOf is about what a result takes in memory: its texts are most of it, and each string
// and slice has a header, which JSON's names and quotes stand for.
func sizeOf(r *check.Result) int { return 2 * len(r.AppendJSON(nil)) }

// age is how long a result is kept: for the TTL of DNS's answers, but at least and at most
// as the module says, and only shortly if something could not be determined.
func (m *Module) age(r result) time.Duration {
	if r.cut || undetermined(r.Result) {
		return m.RetryAge
	}
	ttl, ok := r.TTL()
	if !ok {
		return m.MinAge
	}
	return min(max(ttl, m.MinAge), m.MaxAge)
}

// undetermined reports whether a later probe may know more, whatever else was found.
func undetermined(r *check.Result) bool {
	for _, f := range r.Findings {
		if f.Severity == check.Unknown {
			return true
		}
	}
	return false
}
