package survey

import (
	"context"
	"fmt"
	"iter"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/buildinfo"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/inputs"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/shard"
	"rdnsproxy/internal/target"
	"rdnsproxy/limits"
	"rdnsproxy/safetext"
)

// queue is what a run has to do: targets that are known, then items that are read as
// their turn comes. It leaves out what another share of the list has, and what is done.
type queue struct {
	given []target.Target
	more  inputs.Items // nil: none
	err   error        // what ended more before its end; set when over is
	over  atomic.Bool  // all were taken, or err is set

	spare   sync.Pool // of records
	share   shard.Shard
	journal *shard.Journal // nil: none

	taken   atomic.Int64  // how many were taken
	wide    atomic.Int64  // columns of the longest of them
	named   atomic.Bool   // one of them is not an address
	settled chan struct{} // closed when the first limits.Window are taken, or all
}

func newQueue(given []target.Target, more inputs.Items) *queue {
	return &queue{given: given, more: more, settled: make(chan struct{})}
}

// job is one thing to do: a target, or the item that names it.
type job struct {
	position int            // in the whole list, from 1
	target   *target.Target // nil: item names it
	item     inputs.Item
}

// pair returns the only address of a job's target that matters; an invalid one if all do.
func (j job) pair() netip.Addr {
	if j.target != nil {
		return j.target.Address
	}
	return j.item.Address
}

// jobs yields what is to be done. Once ctx is done, it takes nothing more from more.
func (q *queue) jobs(ctx context.Context) iter.Seq[job] {
	return func(yield func(job) bool) {
		defer q.settle()
		position := 0
		for i := range q.given {
			position++
			if q.take(q.given[i].Input, q.given[i].Address) && !yield(job{position: position, target: &q.given[i]}) {
				return
			}
		}
		more := q.more
		if more == nil {
			more = inputs.Of(nil)
		}
		for item, err := range more {
			if ctx.Err() != nil {
				return
			}
			if q.err = err; err != nil {
				break
			}
			position++
			if q.take(item.Text, item.Address) && !yield(job{position: position, item: item}) {
				return
			}
		}
		q.over.Store(true)
	}
}

// ending returns why not all were taken; nil if they were. It is asked when no more
// outcomes come.
func (q *queue) ending() error {
	if !q.over.Load() {
		return console.ErrInterrupted
	}
	return q.err
}

// take reports whether a target of the list is this run's to do, and counts it.
func (q *queue) take(text string, a netip.Addr) bool {
	if !q.share.Whole() && !q.share.Keeps(target.Canonical(text)) {
		return false
	}
	shown := safetext.Of(text).String()
	if q.journal != nil && q.journal.Has(shard.Identity(shown, a)) {
		return false
	}
	if q.taken.Add(1) == limits.Window {
		q.settle()
	}
	if n := int64(len(shown)); n > q.wide.Load() {
		q.wide.Store(n)
	}
	if !q.named.Load() {
		_, err := netip.ParseAddr(shown)
		q.named.Store(err != nil)
	}
	return true
}

// settle says that the width is known.
func (q *queue) settle() {
	select {
	case <-q.settled:
	default:
		close(q.settled)
	}
}

// width returns the columns of the longest of the targets that are read first, and whether
// all of these are addresses. It waits for them, but not for a list that somebody is still
// typing.
func (q *queue) width() (longest int, addresses bool) {
	select {
	case <-q.settled:
	case <-time.After(100 * time.Millisecond):
	}
	return int(q.wide.Load()), !q.named.Load() && q.taken.Load() > 0
}

// total is how many targets there are; 0 if that is not known.
func (q *queue) total() int {
	if q.more != nil || !q.share.Whole() || q.journal != nil {
		return 0
	}
	return len(q.given)
}

// frame returns what stands around the results; nil if nothing does.
func (q *queue) frame(o Options) *frame {
	if q.journal == nil && (q.share.N == 0 || o.Format != "jsonl") {
		return nil
	}
	return &frame{begin: q.begin(o), journal: q.journal}
}

// begin says whose the results are.
func (q *queue) begin(o Options) shard.Begin {
	return shard.Begin{
		Shard: q.share.String(), Options: o.judging(),
		Time: time.Now().UTC().Truncate(time.Millisecond), Version: buildinfo.Version(),
	}
}

// recorder returns a function that makes the record of a job's result, given the format's;
// nil if that is nil. Framed records say which address of a pair it is, and those of a
// share their position in the whole list.
func (q *queue) recorder(o Options, record func([]byte, *check.Result) []byte) func(*check.Result, job) []byte {
	if record == nil {
		return nil
	}
	framed := q.frame(o) != nil
	return func(r *check.Result, j job) []byte {
		b := record(q.room(), r)
		if framed && j.pair().IsValid() {
			b = shard.AppendPair(b, j.pair())
		}
		if framed && q.share.N > 0 {
			b = shard.AppendPosition(b, j.position)
		}
		return b
	}
}

// room returns a record's memory: that of one which has been written, if there is one.
func (q *queue) room() []byte {
	if b, ok := q.spare.Get().(*[]byte); ok {
		return (*b)[:0]
	}
	return make([]byte, 0, usualRecord)
}

// usualRecord is about the length of a record in jsonl.
const usualRecord = 1536

// reuse takes back the memory of a record that has been written.
func (q *queue) reuse(record []byte) {
	if record != nil {
		q.spare.Put(&record)
	}
}

// resume opens the journal of --resume, and says what it has.
func (q *queue) resume(v *console.Voice, o Options) (err error) {
	if q.journal, err = shard.Open(o.Resume, q.begin(o)); err != nil {
		return err
	}
	name, done := safetext.Line(o.Resume), q.journal.Done
	if done > 0 {
		v.Notice(fmt.Sprintf("%s has the results of %s: skipped", name, report.Targets(done)))
	}
	if was := q.journal.Version; was != "" && was != safetext.Line(buildinfo.Version()) {
		v.Notice(fmt.Sprintf("%s was begun by version %s of rdnsproxy, this is %s", name, was, buildinfo.Version()))
	}
	return nil
}

// left says how many results of the journal are of targets that the list no longer has.
func (q *queue) left(v *console.Voice, err error) {
	if q.journal == nil || err != nil {
		return
	}
	if n := q.journal.Left(); n > 0 {
		v.Notice("in the file are results of targets that are not in the list: " + fmt.Sprint(n))
	}
}
