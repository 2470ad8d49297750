package logs

import (
	"cmp"
	"context"
	"errors"
	"io"
	"runtime/debug"
	"sync/atomic"

	"rdnsproxy/audit/tally"
	"rdnsproxy/sshdlog"
)

// Sizes of a part of a file.
const (
	mostPart  = 128 << 20
	leastPart = 4 << 20
)

// job is a part of an input that one worker reads.
type job struct {
	input    int // of Set.sources
	from, to int64
	year     int
	whole    bool // the input is read as a stream
}

// result is what came of a job, or its tally so far. All but the tally comes with the last.
type result struct {
	tally *tally.Tally
	counts
	bytes   int64
	yearBy  string // as in Set
	partial bool   // as in Input
	err     error
}

// mostWaiting is how many clients a tally has that waits to be merged, and mostEdges how many edges:
// these are larger, and many if each line names another server.
const (
	mostWaiting = 1 << 15
	mostEdges   = 1 << 13
)

// manyClients is from how many clients on their memory counts for more than time.
const manyClients = 1 << 17

// partSize returns how much of a file is one part.
func (f *source) partSize(o *Options) int64 {
	if o.span > 0 {
		return o.span
	}
	return min(mostPart, max(leastPart, (f.size+int64(o.Workers)-1)/int64(o.Workers)))
}

// jobs returns the parts of all inputs, in order.
func (s *Set) jobs() (all []job) {
	for i, f := range s.sources {
		switch {
		case f.err != nil:
		case f.kind != plain || f.framing == sshdlog.JournalExport:
			all = append(all, job{input: i, year: f.yearFor(0), whole: true})
		default:
			size := f.partSize(&s.o)
			for at := int64(0); at < f.size; at += size {
				all = append(all, job{i, at, min(f.size, at+size), f.yearFor(at), false})
			}
		}
	}
	return all
}

// Tally reads all inputs and counts what they say. If ctx ends before, it returns what was
// counted up to then, and the error of ctx. The error is a *NothingRead if each input has failed
// before its first line.
func (s *Set) Tally(ctx context.Context) (*tally.Tally, []Input, error) {
	jobs := s.jobs()
	inputs := s.inputs()
	files := s.share(jobs)
	defer s.report()()

	results := make([]chan result, len(jobs))
	for i := range results {
		results[i] = make(chan result, 1)
	}
	ahead := make(chan struct{}, s.o.Workers+2) // jobs whose results wait for those before them
	var taken atomic.Int64
	for range min(s.o.Workers, len(jobs)) {
		go func() {
			var p part
			for {
				ahead <- struct{}{}
				i := int(taken.Add(1) - 1)
				if i >= len(jobs) {
					<-ahead
					return
				}
				s.work(ctx, &p, &jobs[i], files[jobs[i].input], results[i])
			}
		}()
	}
	total := tally.New(s.o.Tally)
	if s.o.Part {
		total = tally.NewPart(s.o.Tally)
	}
	failed, many := error(nil), false
	for i, j := range jobs {
		for r := range results[i] {
			failed = cmp.Or(failed, total.Merge(r.tally))
			if !many && total.Len() > manyClients {
				many = true
				saveMemory()
			}
			inputs[j.input].take(&r)
			s.YearBy = cmp.Or(s.YearBy, r.yearBy)
		}
		<-ahead
	}
	return total, inputs, cmp.Or(failed, ended(ctx, inputs))
}

// saveMemory lets garbage add no more than a tenth to what is in use, unless the user has set
// GOGC. A tally has few pointers: collecting garbage costs little.
func saveMemory() {
	if was := debug.SetGCPercent(10); was != 100 {
		debug.SetGCPercent(was)
	}
}

// ended returns the error of a run.
func ended(ctx context.Context, inputs []Input) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, in := range inputs {
		if in.Err == nil || in.Lines > 0 {
			return nil
		}
	}
	return &NothingRead{Inputs: inputs}
}

// inputs returns an input for each source.
func (s *Set) inputs() []Input {
	all := make([]Input, len(s.sources))
	for i, f := range s.sources {
		all[i] = Input{Name: f.name, YearBy: f.yearBy, Err: reason(f.err)}
	}
	return all
}

// take adds what came of a part.
func (in *Input) take(r *result) {
	in.counts.add(&r.counts)
	in.Bytes += r.bytes
	in.Partial = in.Partial || r.partial
	in.YearBy = cmp.Or(in.YearBy, r.yearBy)
	if in.Err == nil {
		in.Err = reason(r.err)
	}
}

// work does one job. A tally is handed on early if it has many clients, or edges, so that
// those that wait take little memory.
func (s *Set) work(ctx context.Context, p *part, j *job, file *shared, results chan<- result) {
	defer close(results)
	t := tally.NewPart(s.o.Tally)
	p.each = func(f *sshdlog.Frame, e *sshdlog.Event) error {
		if t.Add(f, e); t.Len() > mostWaiting || t.Edges() > mostEdges {
			results <- result{tally: t}
			t = tally.NewPart(s.o.Tally)
		}
		return nil
	}
	var r result
	if j.whole {
		s.stream(ctx, p, s.sources[j.input], j.year, nil, &r)
	} else {
		s.stretch(ctx, p, s.sources[j.input], j, file, &r)
	}
	r.tally, r.counts = t, p.counts
	results <- r
}

// stretch reads a part of a file.
func (s *Set) stretch(ctx context.Context, p *part, f *source, j *job, file *shared, r *result) {
	var opened io.ReaderAt
	if opened, r.err = file.open(); r.err != nil {
		return
	}
	defer file.done()
	from := max(0, j.from-before)
	text := s.watch.bytes(io.NewSectionReader(opened, from, f.size-from))
	p.reset(&s.o, f.framing, j.year, s.watch.lines(ctx, text, p, nil), from)
	p.lines.limit = j.to
	if r.err = p.skip(j.from); r.err == nil {
		r.err = p.read(j.to)
	}
	r.bytes = max(0, min(j.to, p.lines.at)-j.from)
	if r.err == io.EOF || r.err == nil && p.lines.at < j.to {
		r.err = errShorter
	}
}

var errShorter = errors.New("got shorter while it was read")

// stream reads an input in order, from its beginning to its end.
func (s *Set) stream(ctx context.Context, p *part, f *source, year int, idle func() error, r *result) {
	text := startPump(ctx, func() (io.ReadCloser, error) { return f.open(ctx, &s.watch) })
	defer text.Close()
	p.reset(&s.o, f.framing, year, s.watch.lines(ctx, text, p, idle), 0)
	if !f.looked && f.kind != journal {
		p.parser.Input = s.o.framingOf(p.lines.peek(idle != nil))
	}
	if year == 0 {
		p.dateless = func(d sshdlog.Date) (year int) {
			year, r.yearBy = s.o.anchor(nil, d)
			return year
		}
	}
	r.err = p.all()
	if r.err == errPartly {
		r.err, r.partial = nil, true
	}
	r.bytes = p.lines.at
}
