package logs

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"time"

	"rdnsproxy/audit/tally"
	"rdnsproxy/safetext"
	"rdnsproxy/sshdlog"
)

// Options say what is read, and how. The zero value reads this machine's log.
type Options struct {
	// Names are files, directories, and "-" for Stdin. If there are none and Journal is not set,
	// the log of this machine is read: its journal if that is kept on disk, else the files
	// in /var/log.
	Names []string
	Stdin io.Reader // nil: os.Stdin

	// Journal reads the systemd journal in JournalDir; of this machine, if that is empty.
	Journal    bool
	JournalDir string

	Framing sshdlog.Framing // of all inputs; Auto: told by what they look like
	Tags    []string        // further names of sshd in the log

	// Year is that of the last line of a log whose stamps have none; 0: told by the log's
	// other lines, else by the date of its newest file.
	Year int
	Zone *time.Location // of stamps without one; nil: time.Local

	Workers int // lines are read by so many goroutines; 0: GOMAXPROCS
	Tally   tally.Options

	// Part says that the log may go on from another: its Tally is to be merged with others.
	Part bool

	// Progress is called some ten times a second while the log is read, if it is not nil.
	Progress func(Progress)

	tried []Place          // where this machine has no log
	root  string           // of the file system; empty: /
	span  int64            // how much of a file is one part; 0: chosen
	now   func() time.Time // nil: time.Now
}

// Progress is how much has been read.
type Progress struct {
	Bytes, Total int64 // of the files; of what has no size, nothing
	Lines        int64
}

// Set is the inputs of a run, in order.
type Set struct {
	// Notices are for the user, and safe to print: a file was named twice.
	Notices []string

	// YearBy says where the year of stamps without one is from; empty: all have one.
	YearBy string

	o       Options
	sources []*source
	watch   watch
}

// NothingRead is the error if no input at all could be read.
type NothingRead struct {
	Inputs []Input // each with its Err; none: this machine has no log
	Tried  []Place // where it was looked for, then
}

func (e *NothingRead) Error() string {
	if len(e.Inputs) == 0 {
		return "no log found on this machine"
	}
	in := e.Inputs[0]
	return safetext.Line(in.Name + ": " + in.Err.Error())
}

// Open finds the inputs and puts them in order. It looks at the beginning of each file, and
// at one line in a few MiB of it.
func Open(ctx context.Context, o Options) (*Set, error) {
	o.Zone = cmp.Or(o.Zone, time.Local)
	o.Stdin = cmp.Or[io.Reader](o.Stdin, os.Stdin)
	o.Workers = cmp.Or(o.Workers, runtime.GOMAXPROCS(0))
	s := &Set{o: o}
	s.sources, s.Notices = s.o.find(ctx)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(s.sources, func(s *source) bool { return s.err == nil }) {
		err := &NothingRead{Tried: s.o.tried}
		for _, f := range s.sources {
			err.Inputs = append(err.Inputs, Input{Name: f.name, Err: reason(f.err)})
		}
		return nil, err
	}
	s.survey(ctx)
	return s, nil
}

// Close closes the files that were not read.
func (s *Set) Close() {
	for _, f := range s.sources {
		f.close()
	}
}

// reason returns an error without the name of the file, which stands beside it.
func reason(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}
