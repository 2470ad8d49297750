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
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/audit/tally"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/safetext"
)

// tally writes the counts of all inputs, to be merged with others.
func (r *run) tally(ctx context.Context) (int, error) {
	t, read, err := r.read(ctx, true)
	if err != nil {
		return 0, err
	}
	if r.interrupted { // half a tally would be merged as if it were whole
		return 0, console.ErrInterrupted
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

// merge reports on tallies, in the order of their names.
func (r *run) merge(ctx context.Context) (int, error) {
	if r.w.Getenv("GOGC") == "" { // tallies are large and have few pointers: less memory for little time
		debug.SetGCPercent(20)
	}
	var total *tally.Tally
	var first error
	var read was
	for _, name := range r.o.Names {
		if ctx.Err() != nil {
			return 0, console.ErrInterrupted
		}
		in := audit.Input{Name: safetext.Line(name), Framing: "tally"}
		t, of, err := r.decode(name)
		switch unreadable, is := errors.AsType[*fs.PathError](err); {
		case is:
			in.Error = console.PlainError(unreadable)
			if first == nil {
				first = fmt.Errorf("%s: %s", in.Name, in.Error)
			}
			of.Inputs = []audit.Input{in}
		case err != nil:
			return 0, notATally(in.Name, err)
		case total == nil:
			total, read.time = t, of.Time
		default:
			if err := total.Merge(t); err != nil {
				return 0, notATally(in.Name, err)
			}
			read.time = spans(read.time, of.Time)
		}
		read.inputs = append(read.inputs, of.Inputs...)
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

// decode reads a tally, and what it was made of.
func (r *run) decode(name string) (t *tally.Tally, of counted, err error) {
	in := r.w.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, of, err
		}
		defer f.Close()
		in = f
	}
	b := bufio.NewReader(in)
	const begin = `{"Kind":"` + countedKind + `",`
	head, err := b.Peek(len(begin))
	if unreadable, is := errors.AsType[*fs.PathError](err); is {
		return nil, of, unreadable
	}
	if string(head) != begin { // another file may have no lines at all
		return nil, of, errors.New("not a tally")
	}
	line, _ := b.ReadBytes('\n') // if it has no end, it is no JSON either
	if err := json.Unmarshal(line, &of); err != nil {
		return nil, of, errors.New("the tally is cut off")
	}
	of.makeSafe()
	t, err = tally.Decode(b)
	return t, of, err
}
