package logs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"time"

	"rdnsproxy/sshdlog"
)

// source is something to read: a file, a stream, the output of journalctl.
type source struct {
	rotation
	kind    kind
	name    string
	info    fs.FileInfo // of a file
	file    *os.File    // kept open since it was looked at, so that a rotation meanwhile does no harm
	size    int64       // of a file
	written time.Time   // when the text of a file was last written
	years   []yearAt    // of a file, ascending
	yearBy  string      // as in Input
	packing *packing    // of a packed file
	stdin   io.Reader
	journal []string // journalctl's arguments
	err     error    // why it cannot be read

	// What the beginning of a file's text has told, if it was looked at.
	looked  bool
	follow  bool // it is read on when it grows, from its end on or from its beginning:
	begin   bool
	framing sshdlog.Framing
	date    sshdlog.Date // of the first dated line; Month 0: there is none
	line    string       // the first of the server's; empty: there is none
}

// kind is how a source is read.
type kind uint8

const (
	plain   kind = iota // a file of which any part can be read
	packed              // a compressed file
	stream              // stdin, a FIFO
	journal             // through journalctl
)

// headSize is how much of a text is looked at to tell its framing.
const headSize = 64 << 10

// journalMagic is how the files of systemd's journal begin.
const journalMagic = "LPKSHHRH"

// openFiles is how many files are kept open from the moment they are looked at.
const openFiles = 128

// fileSource returns the source for a file, with the reason if it cannot be read.
func (o *Options) fileSource(ctx context.Context, name string) *source {
	s := &source{name: name, rotation: rotationOf(name)}
	s.info, s.err = os.Stat(name)
	if s.err != nil {
		return s
	}
	switch mode := s.info.Mode(); {
	case mode&fs.ModeNamedPipe != 0:
		s.kind = stream
	case mode&fs.ModeDevice != 0:
		s.err = errors.New("a device, not a log")
	case mode&fs.ModeSocket != 0:
		s.err = errors.New("a socket, not a log")
	case !mode.IsRegular():
		s.err = errors.New("not a file")
	default:
		s.err = s.look(ctx, o)
	}
	return s
}

// look opens a file, and tells what it is by how it begins.
func (s *source) look(ctx context.Context, o *Options) error {
	var err error
	if s.file, err = os.Open(s.name); err != nil {
		return err
	}
	if s.info, err = s.file.Stat(); err != nil {
		return err
	}
	s.size, s.written = s.info.Size(), s.info.ModTime()
	head := make([]byte, min(headSize, s.size))
	n, err := s.file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	head = head[:n]
	if bytes.HasPrefix(head, []byte(journalMagic)) {
		s.kind = journal
		return nil
	}
	if s.packing = packingOf(head); s.packing != nil {
		s.kind = packed
		if t, ok := gzipTime(head); ok {
			s.written = t
		}
		if head, err = s.unpackedHead(ctx); err != nil && len(head) == 0 {
			return err
		}
	}
	if noText(head) {
		return errors.New("binary data, not a log")
	}
	s.learn(o, head)
	return nil
}

// learn keeps what the beginning of a text tells.
func (s *source) learn(o *Options, head []byte) {
	s.looked, s.framing = true, o.framingOf(head)
	s.date, _ = firstDate(head, false)
	p := sshdlog.Parser{Input: s.framing, Tags: o.Tags}
	var f sshdlog.Frame
	for line := range records(s.framing, head) {
		if p.Parse(line, &f) == sshdlog.OK {
			s.line = string(line)
			return
		}
	}
}

// records yields the lines of a text, or its records if they are no lines.
func records(framing sshdlog.Framing, text []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if framing == sshdlog.JournalExport {
			x := sshdlog.NewExportReader(bytes.NewReader(text))
			for r, err := x.Next(); err == nil && yield(r); r, err = x.Next() {
			}
			return
		}
		for line := range bytes.Lines(text) {
			if !yield(bytes.TrimSuffix(line, []byte("\n"))) {
				return
			}
		}
	}
}

// unpackedHead returns how the text of a packed file begins.
func (s *source) unpackedHead(ctx context.Context) ([]byte, error) {
	r, err := s.packing.open(ctx, io.NewSectionReader(s.file, 0, s.size))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	head := make([]byte, headSize)
	n, err := io.ReadFull(r, head)
	return head[:n], err
}

// noText reports whether bytes are no text. A crash leaves a log with runs of zeros, so these
// do not count; text in any encoding has few other control characters.
func noText(b []byte) bool {
	all, control := 0, 0
	for _, c := range b {
		switch {
		case c == 0:
			continue
		case c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != 0x1b && c != 0x1e || c == 0x7f:
			control++
		}
		all++
	}
	return control*20 > all
}

// open returns the text of a source that is read in order. It is ended when ctx is.
func (s *source) open(ctx context.Context, w *watch) (io.ReadCloser, error) {
	switch {
	case s.kind == journal:
		return startJournalctl(ctx, s.journal, s.follow, s.begin)
	case s.stdin != nil:
		return unpackStream(ctx, io.NopCloser(s.stdin))
	case s.kind == stream:
		f, err := os.Open(s.name) // of a FIFO: waits for somebody who writes
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { f.Close() })
		return unpackStream(ctx, f)
	}
	f, err := s.reopen()
	if err != nil {
		return nil, err
	}
	if s.follow {
		if s.begin {
			return follow(ctx, f, s.name, 0)
		}
		return follow(ctx, f, s.name, -1)
	}
	counted := w.bytes(f)
	if s.packing == nil {
		return both{io.NopCloser(counted), f}, nil
	}
	r, err := s.packing.open(ctx, counted)
	if err != nil {
		f.Close()
		return nil, err
	}
	return both{r, f}, nil
}

// lend calls use with the file.
func (s *source) lend(use func(*os.File)) {
	if s.file != nil {
		use(s.file)
		return
	}
	if f, err := s.reopen(); err == nil {
		use(f)
		f.Close()
	}
}

// reopen returns a file at its beginning, once: it must be closed.
func (s *source) reopen() (*os.File, error) {
	if f := s.file; f != nil {
		s.file = nil
		_, err := f.Seek(0, io.SeekStart)
		return f, err
	}
	f, err := os.Open(s.name)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !os.SameFile(info, s.info) {
		f.Close()
		return nil, errors.New("replaced by another file while the log was read")
	}
	return f, nil
}

// both closes a decompressor and the file that it reads.
type both struct {
	io.ReadCloser
	file io.Closer
}

func (b both) Close() error {
	err := b.ReadCloser.Close()
	b.file.Close()
	return err
}

// unpackStream returns the text of a stream, which may be compressed.
func unpackStream(ctx context.Context, r io.ReadCloser) (io.ReadCloser, error) {
	head := make([]byte, headSize)
	n, err := r.Read(head)
	for err == nil && n < 8 { // the longest magic is shorter
		var k int
		k, err = r.Read(head[n:])
		n += k
	}
	var rest io.Reader = r
	if err != nil {
		rest = failing{err}
	}
	whole := io.MultiReader(bytes.NewReader(head[:n]), rest)
	p := packingOf(head[:n])
	if p == nil {
		return both{io.NopCloser(whole), r}, nil
	}
	text, err := p.open(ctx, whole)
	if err != nil {
		r.Close()
		return nil, err
	}
	return both{text, r}, nil
}

// failing is a reader that has only an error to give.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
