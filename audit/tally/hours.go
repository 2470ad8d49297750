package tally

import (
	"maps"
	"slices"

	"rdnsproxy/sshdlog"
)

// The lengths of a step of time, in seconds: the shortest is used of which there are not too
// many.
const (
	minutes = 300
	anHour  = 3600
	day     = 86400
)

// hours counts by steps of time. A connection is counted at the time of its last complaint or
// attempt.
type hours struct {
	step   uint32
	most   int // of hours
	counts map[uint32]*hour
	last   *hour
}

type hour struct {
	start                                 uint32
	mapping, failed, logins, dropped, pam int64
}

func newHours(most int) hours { return hours{step: minutes, most: most, counts: map[uint32]*hour{}} }

func (h *hours) of(at uint32) *hour {
	if h.last != nil && at-h.last.start < h.step {
		return h.last
	}
	at -= at % h.step
	x := h.counts[at]
	if x == nil {
		if h.full() {
			h.lengthen()
			return h.of(at)
		}
		x = &hour{start: at}
		h.counts[at] = x
	}
	h.last = x
	return x
}

// add counts a connection. What has no stamp is in no hour.
func (h *hours) add(c *conn) {
	if c.acted == 0 || c.mapping == sshdlog.Other && first(c.failed, c.pam) == 0 && c.dropped == 0 && !c.is(loggedIn) {
		return
	}
	x := h.of(c.acted)
	x.dropped += int64(c.dropped)
	if c.mapping != sshdlog.Other {
		x.mapping++
	}
	x.failed += int64(c.failed)
	if c.failed == 0 {
		x.pam += int64(c.pam)
	}
	if c.is(loggedIn) {
		x.logins++
	}
}

// full reports whether there is no room for another step of this length.
func (h *hours) full() bool {
	switch h.step {
	case minutes:
		return len(h.counts) >= h.most/10
	case anHour:
		return len(h.counts) >= h.most
	}
	return false
}

// lengthen goes over to the next longer step.
func (h *hours) lengthen() {
	step, old := uint32(day), h.counts
	if h.step == minutes {
		step = anHour
	}
	*h = hours{step: step, most: h.most, counts: map[uint32]*hour{}}
	for _, x := range old {
		h.put(x)
	}
}

func (h *hours) put(x *hour) {
	y := h.of(x.start)
	y.mapping += x.mapping
	y.failed += x.failed
	y.logins += x.logins
	y.dropped += x.dropped
	y.pam += x.pam
}

func (h *hours) merge(o *hours) {
	for h.step < o.step {
		h.lengthen()
	}
	for _, x := range o.counts {
		h.put(x)
	}
}

// shown returns the hours in order. pam adds the failures that only PAM tells of.
func (h *hours) shown(pam bool) []Hour {
	s := make([]Hour, 0, len(h.counts))
	for _, at := range slices.Sorted(maps.Keys(h.counts)) {
		x := h.counts[at]
		s = append(s, Hour{Start: int64(at), Mapping: x.mapping, Failed: x.failed, Logins: x.logins, Dropped: x.dropped})
		if pam {
			s[len(s)-1].Failed += x.pam
		}
	}
	return s
}
