package logs

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"rdnsproxy/sshdlog"
)

// poll is how often a file that is followed is looked at. Notifications of the kernel's would
// not tell what other machines write, on NFS.
const poll = 250 * time.Millisecond

// Follow reads what is added to the inputs until ctx ends, and calls each and idle as Events
// does. It begins at the end of each log, or if Options.Tally.Since is set, at its beginning:
// the caller tells by their time which events matter.
//
// It returns without ctx only if all inputs have ended, as a stream does: then the error is as
// that of Events.
//
// Of a set of rotated files the newest is followed. If it is rotated, its end is read before
// the new file.
func (s *Set) Follow(ctx context.Context, each Handler, idle func() error) ([]Input, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	inputs := s.inputs()
	yearBy := make([]string, len(inputs))
	var one sync.Mutex // each and idle are called one at a time
	var all sync.WaitGroup
	for i, f := range s.sources {
		if f.err != nil {
			continue
		}
		newest := i+1 == len(s.sources) || s.sources[i+1].stem != f.stem || f.stem == ""
		if f.kind == packed && newest {
			inputs[i].Err = errors.New("a compressed file cannot be followed")
			continue
		}
		if !newest && s.o.Tally.Since == 0 {
			continue
		}
		p := &part{each: func(f *sshdlog.Frame, e *sshdlog.Event) error {
			one.Lock()
			defer one.Unlock()
			return each(f, e)
		}}
		waits := func() error {
			if idle == nil {
				return nil
			}
			one.Lock()
			defer one.Unlock()
			return idle()
		}
		f.follow, f.begin = newest, s.o.Tally.Since != 0
		if !newest {
			yearBy[i] = s.followed(ctx, p, f, &inputs[i], waits, cancel)
			continue
		}
		all.Go(func() { yearBy[i] = s.followed(ctx, p, f, &inputs[i], waits, cancel) })
	}
	all.Wait()
	s.YearBy = cmp.Or(s.YearBy, cmp.Or(yearBy...))
	if err := context.Cause(ctx); err != nil {
		return inputs, err
	}
	return inputs, ended(ctx, inputs)
}

// followed reads one source to its end, or until ctx ends. It returns where the year of its
// stamps is from.
func (s *Set) followed(ctx context.Context, p *part, f *source, in *Input, waits func() error,
	cancel context.CancelCauseFunc) string {
	var r result
	year := f.yearFor(0)
	if f.follow && !f.begin {
		year = 0
	}
	s.stream(ctx, p, f, year, waits, &r)
	r.counts = p.counts
	if r.err != nil && ctx.Err() == nil && f.kind != journal {
		cancel(r.err)
	}
	in.take(&r)
	return r.yearBy
}

// follower is a file that grows, read as one stream across rotations.
type follower struct {
	ctx  context.Context
	path string
	file *os.File
	at   int64
	last []byte // the end of what was read, up to memory bytes
	open bool   // the last byte was not a newline
}

// memory is how many bytes are remembered, to know the copy of a file that was cut.
const memory = 1024

// follow opens a file that is read from an offset on; at its end if that is negative.
func follow(ctx context.Context, f *os.File, path string, at int64) (*follower, error) {
	w := &follower{ctx: ctx, path: path, file: f, at: at}
	if at < 0 {
		end, err := f.Seek(0, io.SeekEnd)
		if err != nil {
			return nil, err
		}
		w.at = end
		w.last = make([]byte, min(end, memory))
		if _, err := f.ReadAt(w.last, end-int64(len(w.last))); err != nil && err != io.EOF {
			return nil, err
		}
		// A line that is being written is not the beginning of one.
		w.at -= int64(len(w.last) - 1 - bytes.LastIndexByte(w.last, '\n'))
		w.last = w.last[:bytes.LastIndexByte(w.last, '\n')+1]
	}
	return w, nil
}

// Read waits until something is added.
func (w *follower) Read(b []byte) (int, error) {
	for {
		n, err := w.file.ReadAt(b, w.at)
		if n > 0 {
			w.keep(b[:n])
			return n, nil
		}
		if err != nil && err != io.EOF {
			return 0, err
		}
		turned, err := w.turn()
		if err != nil {
			return 0, err
		}
		if turned {
			if w.open { // the last line of the file before has no end
				w.open = false
				b[0] = '\n'
				return 1, nil
			}
			continue
		}
		select {
		case <-w.ctx.Done():
			return 0, w.ctx.Err()
		case <-time.After(poll):
		}
	}
}

// keep remembers what was read.
func (w *follower) keep(b []byte) {
	w.at += int64(len(b))
	w.open = b[len(b)-1] != '\n'
	w.last = append(w.last, b[max(0, len(b)-memory):]...)
	w.last = append(w.last[:0], w.last[max(0, len(w.last)-memory):]...)
}

// turn looks whether the path leads to another file by now, or to a shorter one, and whether
// that is to be read.
func (w *follower) turn() (bool, error) {
	now, err := os.Stat(w.path)
	if err != nil {
		return false, nil // between two files
	}
	was, err := w.file.Stat()
	if err != nil {
		return false, err
	}
	if os.SameFile(now, was) {
		if now.Size() < w.at {
			return true, w.again()
		}
		return false, nil
	}
	// Whoever writes may have the old file open still: it is read until there is something in
	// the new one.
	if was.Size() > w.at || now.Size() == 0 {
		return false, nil
	}
	f, err := os.Open(w.path)
	if err != nil {
		return false, nil
	}
	w.begin(f)
	return true, nil
}

// begin reads on at the beginning of a file.
func (w *follower) begin(f *os.File) {
	w.file.Close()
	w.file, w.at, w.last = f, 0, w.last[:0]
}

// again begins a file anew that was cut after it was copied (logrotate's copytruncate). What
// was added between the last look and the copy is in the copy.
func (w *follower) again() error {
	at, last := w.at, bytes.Clone(w.last)
	f, err := os.Open(w.path)
	if err != nil {
		return err
	}
	if copied, err := os.Open(w.path + ".1"); err == nil {
		same := make([]byte, len(last))
		if _, err := copied.ReadAt(same, at-int64(len(last))); len(last) > 0 && err == nil && bytes.Equal(same, last) {
			f.Close()
			w.file.Close()
			w.file = copied // until its end: then the path leads to another file
			return nil
		}
		copied.Close()
	}
	w.begin(f)
	return nil
}

// Close closes the file.
func (w *follower) Close() error { return w.file.Close() }
