package exporter

import (
	"container/list"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/limits"
)

// key identifies a probe: probes with the same key share a result.
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

// cache has the results that were used last: at most limits.Results, of limits.ResultBytes
// together. newCache makes one. It is not safe for concurrent use; pool locks it.
type cache struct {
	kept  map[key]*list.Element
	used  *list.List // of *kept, the last used first
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

// sizeOf estimates how many bytes of memory a result takes. Most of it is text; JSON's names
// and quotes make up for the headers of strings and slices.
func sizeOf(r *check.Result) int { return 2 * len(r.AppendJSON(nil)) }

// age is how long a result is cached: for the TTL of the DNS answers, within the module's
// min_age and max_age, or for its retry_age if something could not be determined.
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

// undetermined reports whether something is unknown that a later probe may find out.
func undetermined(r *check.Result) bool {
	for _, f := range r.Findings {
		if f.Severity == check.Unknown {
			return true
		}
	}
	return false
}
