package zones

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"rdnsproxy/limits"
)

// errLongRecord: a record, or a line, is too long.
var errLongRecord = errors.New("the record is too long")

// errUTF16: the file is not in a character set that contains ASCII.
var errUTF16 = errors.New("the file is in UTF-16, not UTF-8")

// source is a zone file that is being parsed. dns.ZoneParser takes a byte at a time, and
// no more than it needs for a record, so the source knows on which line a record is.
type source struct {
	in     *bufio.Reader
	file   io.Closer // nil: not ours to close
	name   string    // as messages have it
	path   string    // as dns.ZoneParser has it
	index  uint16    // of name, in Set.files
	insert string    // comes before the rest of the file, and is no line of it

	pending string // comes next: a line that has been read, and perhaps changed
	ttl     string // of $TTL, as written; "": there is none

	lines   int // line breaks so far
	depth   int // of parentheses: a record goes on over line breaks inside
	opened  int // the line of the outermost parenthesis
	closed  int // the line where that was closed
	length  int // of the record so far, in bytes
	quoted  bool
	comment bool
	escaped bool
	start   []byte // of the line
	origin  bool   // a line with $ORIGIN has been read
	err     error
}

func newSource(in io.Reader, name string, index uint16) (*source, error) {
	s := &source{in: bufio.NewReaderSize(in, 64<<10), name: name, index: index}
	switch start, _ := s.in.Peek(3); { // an error comes again with the first byte
	case strings.HasPrefix(string(start), "\xef\xbb\xbf"):
		_, _ = s.in.Discard(3) // they are buffered
	case strings.HasPrefix(string(start), "\xff\xfe"), strings.HasPrefix(string(start), "\xfe\xff"):
		return s, errUTF16
	}
	return s, nil
}

// line is the line on which the record that has just been read begins.
func (s *source) line() int {
	last := s.lines
	if len(s.start) > 0 { // the file ends without a line break
		last++
	}
	if s.closed == last && s.opened > 0 {
		return s.opened
	}
	return last
}

// ReadByte implements io.ByteReader for dns.ZoneParser.
func (s *source) ReadByte() (byte, error) {
	if s.insert != "" {
		c := s.insert[0]
		s.insert = s.insert[1:]
		return c, nil
	}
	if len(s.start) == 0 && s.depth == 0 && !s.quoted && s.pending == "" {
		s.directives()
	}
	if s.pending != "" {
		c := s.pending[0]
		s.pending = s.pending[1:]
		s.length++
		s.follow(c)
		return c, nil
	}
	c, err := s.in.ReadByte()
	if err != nil {
		if err != io.EOF {
			s.err = err
		}
		return 0, err
	}
	if s.length++; s.length > limits.ZoneRecord {
		s.err = errLongRecord
		return 0, s.err
	}
	s.follow(c)
	return c, nil
}

// follow keeps count of lines and parentheses.
func (s *source) follow(c byte) {
	if c == '\n' {
		s.origin = s.origin || strings.EqualFold(string(s.start), "$ORIGIN")
		s.lines, s.start, s.comment = s.lines+1, s.start[:0], false
		if s.depth == 0 {
			s.length = 0
		}
		return
	}
	if len(s.start) < len("$ORIGIN") {
		s.start = append(s.start, c)
	}
	switch {
	case s.comment:
	case s.escaped:
		s.escaped = false
	case c == '\\':
		s.escaped = true
	case c == '"':
		s.quoted = !s.quoted
	case s.quoted:
	case c == ';':
		s.comment = true
	case c == '(':
		if s.depth++; s.depth == 1 {
			s.opened = s.lines + 1
		}
	case c == ')' && s.depth > 0:
		if s.depth--; s.depth == 0 {
			s.closed = s.lines + 1
		}
	}
}

// Read is never called: dns.ZoneParser takes bytes one by one.
func (s *source) Read(b []byte) (n int, err error) {
	for n < len(b) {
		if b[n], err = s.ReadByte(); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
