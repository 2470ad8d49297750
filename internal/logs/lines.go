package logs

import (
	"bytes"
	"io"

	"rdnsproxy/limits"
	"rdnsproxy/sshdlog"
)

// block is how many bytes are read at once: few enough to stay in a processor's cache.
const block = 256 << 10

// longest is how much of a line is kept: one byte more than a parser looks at, so that it
// knows.
const longest = limits.LogLine + 1

// lines cuts a stream into lines. Of a line longer than longest it keeps the beginning.
type lines struct {
	r   io.Reader
	buf []byte
	err error // the stream's: returned behind the last line

	begin int   // of the line that comes next, in buf
	seen  int   // up to here it has no end
	end   int   // of what was read, in buf
	at    int64 // where the line that comes next begins in the stream
	limit int64 // a long line is not read beyond this place of the stream; negative: to its end

	last, previous span // the line that was returned, and the one before it
	passing        bool // the line before stays the one before: see pass
}

// span is where a line is.
type span struct {
	begin, end int   // in buf
	at         int64 // in the stream; -1: there is none
}

// reset makes l cut what r returns, which is at an offset of a longer stream.
func (l *lines) reset(r io.Reader, at int64) {
	buf := l.buf
	if buf == nil {
		buf = make([]byte, block+2*longest)
	}
	*l = lines{r: r, buf: buf, at: at, limit: -1, last: span{at: -1}, previous: span{at: -1}}
}

// next returns a line without its newline, and where it begins in the stream. It is valid
// until the next call. A last line without a newline is one too; then come the stream's
// errors, io.EOF at its end.
func (l *lines) next() (line []byte, at int64, err error) {
	if !l.passing {
		l.previous = l.last
	}
	l.passing = false
	for {
		if i := bytes.IndexByte(l.buf[l.seen:l.end], '\n'); i >= 0 {
			return l.cut(l.seen+i, 1)
		}
		l.seen = l.end
		switch {
		case l.err != nil && l.begin == l.end:
			return nil, l.at, l.err
		case l.err != nil:
			return l.cut(l.end, 0)
		case l.end-l.begin > longest:
			return l.long()
		}
		l.fill()
	}
}

// fill reads once.
func (l *lines) fill() {
	l.drop()
	var n int
	n, l.err = l.r.Read(l.buf[l.end : l.end+block])
	l.end += n
}

// peek returns up to headSize bytes that come next, fewer only if there are not more; if
// once is set, what one read returns.
func (l *lines) peek(once bool) []byte {
	for l.err == nil && l.end-l.begin < headSize {
		l.fill()
		if once {
			break
		}
	}
	return l.buf[l.begin:min(l.end, l.begin+headSize)]
}

// before returns the line before the one that was returned last. It is nil if that began
// more than limits.LogLine earlier: whoever starts in the middle reads that much before.
func (l *lines) before() []byte {
	if p := l.previous; p.at >= 0 && l.last.at-p.at <= limits.LogLine {
		return l.buf[p.begin:p.end]
	}
	return nil
}

// pass makes the line that was returned last none of those that before returns.
func (l *lines) pass() { l.passing, l.last = true, l.previous }

// cut returns the line up to end, where a newline is, or none.
func (l *lines) cut(end, newline int) (line []byte, at int64, err error) {
	l.last = span{l.begin, min(end, l.begin+longest), l.at}
	l.at += int64(end + newline - l.begin)
	l.begin, l.seen = end+newline, end+newline
	return l.buf[l.last.begin:l.last.end], l.last.at, nil
}

// long returns the beginning of a line, and drops the rest of it.
func (l *lines) long() (line []byte, at int64, err error) {
	l.previous.at = -1
	l.drop()
	l.last = span{0, longest, l.at}
	l.at += int64(l.end)
	for rest := l.buf[longest:]; ; {
		if l.err != nil || l.limit >= 0 && l.at >= l.limit {
			l.begin, l.end = 0, 0
			break
		}
		var n int
		n, l.err = l.r.Read(rest)
		if i := bytes.IndexByte(rest[:n], '\n'); i >= 0 {
			l.at += int64(i + 1)
			l.begin, l.end = longest+i+1, longest+n
			break
		}
		l.at += int64(n)
	}
	l.seen = l.begin
	return l.buf[:longest], l.last.at, nil
}

// skip passes over lines that are other programs' beyond doubt, as far as they are in buf and
// end before end, if that is not negative. It returns how many there were. The line before
// them, which has to be another program's too, stands for them in before.
func (l *lines) skip(p *sshdlog.Parser, end int64) int64 {
	text := l.buf[l.begin:l.end]
	if end >= 0 {
		text = text[:max(0, min(int64(len(text)), end-l.at))]
	}
	n, lines := p.Skip(text)
	l.begin += n
	l.seen = max(l.seen, l.begin)
	l.at += int64(n)
	return int64(lines)
}

// drop moves what is still needed to the front.
func (l *lines) drop() {
	from := l.begin
	if p := l.previous; p.at >= 0 && l.at-p.at <= limits.LogLine {
		from = p.begin
	} else {
		l.previous.at = -1
	}
	copy(l.buf, l.buf[from:l.end])
	l.begin, l.seen, l.end = l.begin-from, l.seen-from, l.end-from
	l.previous.begin, l.previous.end = l.previous.begin-from, l.previous.end-from
}

// forget makes the line that was returned last none of those that before returns.
func (l *lines) forget() { l.last.at = -1 }

// reader returns all that comes next, for whoever does not read lines. l.at goes on counting.
func (l *lines) reader() io.Reader { return (*rest)(l) }

type rest lines

func (r *rest) Read(b []byte) (int, error) {
	if r.begin == r.end {
		if r.err != nil {
			return 0, r.err
		}
		n, err := r.r.Read(b)
		r.at += int64(n)
		return n, err
	}
	n := copy(b, r.buf[r.begin:r.end])
	r.begin += n
	r.seen = r.begin
	r.at += int64(n)
	return n, nil
}
