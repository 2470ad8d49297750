package auditrun

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
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
	if err := r.encode(t); err != nil {
		return r.format.Incomplete(), r.failed(err)
	}
	return r.without(ctx, read.inputs)
}

// encode writes a tally.
func (r *run) encode(t *tally.Tally) error {
	return r.output(func(out io.Writer) error {
		b := bufio.NewWriter(out)
		if err := t.Encode(b); err != nil {
			return err
		}
		return b.Flush()
	})
}

// merge reports on tallies, in the order of their names.
func (r *run) merge(ctx context.Context) (int, error) {
	var total *tally.Tally
	var first error
	read := was{time: audit.Span{Zone: zoneName(r.w, r.o.Zone), Assumed: []string{}}}
	for _, name := range r.o.Names {
		if ctx.Err() != nil {
			return 0, console.ErrInterrupted
		}
		in := audit.Input{Name: safetext.Line(name), Framing: "tally"}
		t, err := r.decode(name)
		switch unreadable, is := errors.AsType[*fs.PathError](err); {
		case is:
			in.Error = console.PlainError(unreadable)
			if first == nil {
				first = fmt.Errorf("%s: %s", in.Name, in.Error)
			}
		case err != nil:
			return 0, notATally(in.Name, err)
		case total == nil:
			total = t
		default:
			if err := total.Merge(t); err != nil {
				return 0, notATally(in.Name, err)
			}
		}
		read.inputs = append(read.inputs, in)
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

// decode reads a tally.
func (r *run) decode(name string) (*tally.Tally, error) {
	if name == "-" {
		return tally.Decode(bufio.NewReader(r.w.In))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return tally.Decode(bufio.NewReader(f))
}
