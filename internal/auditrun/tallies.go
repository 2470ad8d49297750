package auditrun

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/audit/tally"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/logs"
	"rdnsproxy/safetext"
)

// tally writes the counts of all inputs, to be merged with others.
func (r *run) tally(ctx context.Context) (int, error) {
	t, read, err := r.read(ctx, true)
	if err != nil {
		return 0, err
	}
	if r.interrupted { // half a tally would be merged as if it were whole
		return r.stopped()
	}
	if err := r.encode(t, read); err != nil {
		return r.format.Incomplete(), r.failed(err)
	}
	return r.without(ctx, read.inputs)
}

// counted is the first line of a file from --format tally: what a report says beside the
// tally, which is the rest.
type counted struct {
	Kind   string
	Inputs []audit.Input
	Time   audit.Span
}

// makeSafe makes the texts safe to print, as those of a report are: somebody else may have written
// the file.
func (c *counted) makeSafe() {
	texts := []*string{&c.Time.Zone, &c.Time.YearBy}
	for i := range c.Time.Assumed {
		texts = append(texts, &c.Time.Assumed[i])
	}
	for i := range c.Inputs {
		in := &c.Inputs[i]
		texts = append(texts, &in.Name, &in.Framing, &in.Trust, &in.Error)
		for k := range in.Shapes {
			texts = append(texts, &in.Shapes[k])
		}
		for k := range in.Assumed {
			texts = append(texts, &in.Assumed[k])
		}
	}
	for _, t := range texts {
		*t = safetext.Line(*t)
	}
}

const countedKind = "rdnsproxy-tally-inputs"

// encode writes a tally, and what it was made of.
func (r *run) encode(t *tally.Tally, read was) error {
	return r.output(func(out io.Writer) error {
		b := bufio.NewWriter(out)
		if err := json.NewEncoder(b).Encode(counted{countedKind, read.inputs, read.time}); err != nil {
			return err
		}
		if err := t.Encode(b); err != nil {
			return err
		}
		return b.Flush()
	})
}

// merge reports on tallies, in the order in which their logs begin: one process would have
// read them in that order.
func (r *run) merge(ctx context.Context) (int, error) {
	if r.w.Getenv("GOGC") == "" { // tallies are large and have few pointers: less memory for little time
		debug.SetGCPercent(20)
	}
	parts := make([]*part, len(r.o.Names))
	for i, name := range r.o.Names {
		parts[i] = r.part(name)
		parts[i].close()
	}
	inOrder(parts)
	var total *tally.Tally
	var first error
	var read was
	for _, p := range parts {
		if ctx.Err() != nil {
			return r.stopped()
		}
		in := audit.Input{Name: console.InputName(p.name), Framing: "tally"}
		t, err := r.decode(p)
		switch unreadable, is := errors.AsType[*fs.PathError](err); {
		case is:
			in.Error = console.PlainError(unreadable)
			if first == nil {
				first = fmt.Errorf("%s: %s", in.Name, in.Error)
			}
			p.of.Inputs = []audit.Input{in}
		case err != nil:
			return 0, notATally(in.Name, err)
		case total == nil:
			total, read.time = t, p.of.Time
		default:
			if err := total.Merge(t); err != nil {
				return 0, notATally(in.Name, err)
			}
			read.time = spans(read.time, p.of.Time)
		}
		read.inputs = append(read.inputs, p.of.Inputs...)
	}
	if total == nil {
		return 0, console.Refuse(exit.Usage, "--merge takes files from --format tally", "%v", first)
	}
	read.took = time.Since(r.began)
	return r.report(ctx, total, read)
}

func notATally(name string, err error) error {
	return console.Refuse(exit.Usage, "all tallies have to come from --format tally of one version, with the same flags",
		"%s: %v", name, err)
}

// spans adds what had to be assumed about the stamps of another part.
func spans(a, b audit.Span) audit.Span {
	for _, what := range b.Assumed {
		if !slices.Contains(a.Assumed, what) {
			a.Assumed = append(a.Assumed, what)
		}
	}
	slices.Sort(a.Assumed) // year, zone
	a.YearBy = cmp.Or(a.YearBy, b.YearBy)
	return a
}

// part is a file from --format tally, read as far as its first line.
type part struct {
	name string
	file *os.File // nil: closed
	in   *bufio.Reader
	of   counted
	err  error
}

// part opens a tally. Stdin can be opened once.
func (r *run) part(name string) *part {
	p := &part{name: name, file: r.w.In}
	if name != "-" {
		if p.file, p.err = os.Open(name); p.err != nil {
			p.file = nil
			return p
		}
	}
	p.in = bufio.NewReader(p.file)
	p.of, p.err = head(p.in)
	return p
}

// close closes the file, unless it is stdin, which could not be read again.
func (p *part) close() {
	if p.name != "-" && p.file != nil {
		p.file.Close()
		p.file = nil
	}
}

// inOrder sorts parts as one process sorts files: logs by their first stamps, and all files of
// one log together, by their names: a clock can be wrong for a while. Those without a stamp come first, in the order given.
func inOrder(parts []*part) {
	begins := map[string]time.Time{}
	for _, p := range parts {
		log, at := p.log(), p.begin()
		if first, ok := begins[log]; !ok || at.Before(first) {
			begins[log] = at
		}
	}
	slices.SortStableFunc(parts, func(a, b *part) int {
		if begins[a.log()].IsZero() && begins[b.log()].IsZero() {
			return 0
		}
		return cmp.Or(begins[a.log()].Compare(begins[b.log()]), strings.Compare(a.log(), b.log()), a.rotated(b),
			a.begin().Compare(b.begin()))
	})
}

// log is the path of the log whose files a part is made of; if they are of several, the part's
// own.
func (p *part) log() (stem string) {
	for i, in := range p.of.Inputs {
		s := logs.Stem(in.Name)
		if i > 0 && s != stem {
			return p.name
		}
		stem = s
	}
	return stem
}

// rotated compares the places of two parts among the files of one log, as their names tell them.
func (p *part) rotated(o *part) int {
	if len(p.of.Inputs) == 0 || len(o.of.Inputs) == 0 {
		return 0
	}
	return logs.CompareRotated(p.of.Inputs[0].Name, o.of.Inputs[0].Name)
}

func (p *part) begin() (first time.Time) {
	for _, in := range p.of.Inputs {
		if in.First != nil && (first.IsZero() || in.First.Before(first)) {
			first = *in.First
		}
	}
	return first
}

// head reads the first line of a tally.
func head(b *bufio.Reader) (of counted, err error) {
	const begin = `{"Kind":"` + countedKind + `",`
	start, err := b.Peek(len(begin))
	if unreadable, is := errors.AsType[*fs.PathError](err); is {
		return of, unreadable
	}
	if string(start) != begin { // another file may have no lines at all
		return of, errors.New("not a tally")
	}
	line, _ := b.ReadBytes('\n') // if it has no end, it is no JSON either
	if err := json.Unmarshal(line, &of); err != nil {
		return of, errors.New("the tally is cut off")
	}
	of.makeSafe()
	return of, nil
}

// decode reads the tally of a part.
func (r *run) decode(p *part) (*tally.Tally, error) {
	if p.err != nil {
		return nil, p.err
	}
	if p.file == nil {
		*p = *r.part(p.name)
		defer p.close()
	}
	if p.err != nil {
		return nil, p.err
	}
	return tally.Decode(p.in)
}
