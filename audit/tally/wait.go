package tally

import (
	"math"
	"math/bits"
)

// mostWait is the longest time, in microseconds, that is believed to be a lookup: clocks are
// set, and old versions of sshd log from a chroot, in UTC.
const mostWait = 3600 * 1e6

// waits is a histogram of the times from "Connection from" to the complaint. A step is at most
// a quarter of the times in it.
type waits struct {
	n       int64
	longest int64 // microseconds
	steps   [32 * 4]uint32
}

func (w *waits) add(micro int64) {
	w.n++
	w.longest = max(w.longest, micro)
	i := step(micro)
	w.steps[i] = sum(w.steps[i], 1)
}

// step returns the step of a time: there are four for each power of two.
func step(micro int64) int {
	if micro < 4 {
		return int(micro)
	}
	b := bits.Len64(uint64(micro)) - 3 // at least 0
	return 4*b + int(micro>>b&3) + 4
}

// from is the smallest number of microseconds in a step.
func from(step int) int64 {
	if step < 8 {
		return int64(step)
	}
	b := step/4 - 1
	return int64(4+step%4) << b
}

// median is right to a quarter; 0 if there are none.
func (w *waits) median() int64 {
	left := w.n / 2
	for i, k := range w.steps {
		if left -= int64(k); left < 0 {
			return min(w.longest, int64(math.Round(float64(from(i)+from(i+1))/2)))
		}
	}
	return 0
}

func (w *waits) merge(o *waits) {
	w.n += o.n
	w.longest = max(w.longest, o.longest)
	for i := range w.steps {
		w.steps[i] = sum(w.steps[i], o.steps[i])
	}
}

// waited returns the time from a connection's beginning to the complaint, in microseconds.
func (d *detail) waited() (int64, bool) {
	w := d.mapAt - d.startAt
	return w, d.startAt != 0 && d.mapAt != 0 && w >= 0 && w <= mostWait
}
