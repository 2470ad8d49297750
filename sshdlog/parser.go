package sshdlog

import (
	"bytes"

	"rdnsproxy/limits"
)

// Lengths at which messages are cut.
const (
	// sshd formats what it hands to syslog with "%.500s" (log.c, do_log), in all releases.
	cutSyslog = 500
	// On stderr and in a file it is a buffer of 1024 bytes, less "\r\n" and the end; and an
	// escape that does not fit is left out as a whole (strnvis).
	cutBare = 1024 - 3 - 4
	// Dropbear has a buffer of 1024 bytes for both (svr-main.c, svr_dropbear_log).
	cutDropbear = 1023
)

// Parser reads the lines of one log, in order. The zero value reads any framing that can be
// told from a line, knows the names under which OpenSSH and Dropbear log, and takes stamps
// without a zone for UTC.
//
// A Parser is not safe for concurrent use.
type Parser struct {
	Input Framing  // Auto: what the line looks like
	Tags  []string // names of sshd in the log, besides its own
	Clock Clock

	last    Framing
	preface preface
	rec     record
	scratch []byte
	host    []byte // with a container's name
}

// Last returns the framing of the last line for which Parse returned OK; Auto: there was none.
func (p *Parser) Last() Framing { return p.last }

// Parse reads one line, without its newline, into f; with Input JournalExport it reads a record
// that ExportReader has cut out. It sets f if it returns OK or Continued, and for RepeatsLast
// what is said there.
//
// Of a line that is longer than limits.LogLine only so much is read, and its message is not
// known to be whole. So a reader need not keep more of a line than one byte beyond that.
func (p *Parser) Parse(line []byte, f *Frame) Found {
	long := len(line) > limits.LogLine && p.Input != JournalExport
	if long {
		line = line[:limits.LogLine]
	}
	p.Clock.inLocal = false
	how, found := p.parse(line, f)
	if found >= OK {
		p.last, f.Local = how, p.Clock.inLocal
		if long {
			f.Cut = min(f.Cut, len(f.Msg))
		}
	}
	return found
}

func (p *Parser) parse(b []byte, f *Frame) (Framing, Found) {
	switch p.Input {
	case Auto:
		if p.again(b, f) {
			return Syslog, OK
		}
		return p.line(b, f)
	case Bare:
		return Bare, p.stderr(b, f)
	case JournalExport:
		return JournalExport, p.export(b, f)
	}
	how, found := p.line(b, f)
	if p.Input == Loose {
		if found == NotFramed {
			return Loose, p.loose(b, f)
		}
	} else if how != p.Input {
		return how, NotFramed
	}
	return how, found
}

// line reads a line that shows its framing.
func (p *Parser) line(b []byte, f *Frame) (Framing, Found) {
	if len(b) < 2 {
		return Auto, NotFramed
	}
	switch b[0] {
	case '{':
		return p.object(b[1:], f)
	case 0x1e: // journalctl -o json-seq (RFC 7464)
		if b[1] == '{' {
			return p.object(b[2:], f)
		}
	case 'd': // journalctl -o json-sse
		if o, ok := bytes.CutPrefix(b, []byte("data: {")); ok {
			return p.object(o, f)
		}
	}
	return p.plain(b, f)
}

// plain reads a line of text.
func (p *Parser) plain(b []byte, f *Frame) (Framing, Found) {
	if len(b) > 0 && b[0]-'0' <= '<'-'0' { // a digit, or the priority's bracket
		var ok bool
		if ok, b = priority(b); ok && version(b) {
			return RFC5424, p.rfc5424(b[2:], f)
		}
	}
	return p.syslog(b, f)
}

// priority takes "<38>" off, and the length that octet counting (RFC 6587) puts before it.
func priority(b []byte) (bool, []byte) {
	i := 0
	for i < len(b) && i < 6 && b[i]-'0' < 10 {
		i++
	}
	if i > 0 {
		if i+1 >= len(b) || b[i] != ' ' || b[i+1] != '<' {
			return false, b
		}
		i++
	}
	if i >= len(b) || b[i] != '<' {
		return false, b
	}
	_, n := number(b[i+1:])
	i += 1 + n
	if n == 0 || n > 3 || i >= len(b) || b[i] != '>' {
		return false, b
	}
	return true, b[i+1:]
}

// version tells whether a record goes on as RFC 5424 wants: "1 2026-…", or "1 - …".
func version(b []byte) bool {
	return len(b) > 3 && b[0] == '1' && b[1] == ' ' && (b[2] == '-' || b[2]-'0' < 10)
}

// say sets the message, without blanks and a carriage return at its end.
func (f *Frame) say(m []byte) {
	if n := len(m); n > 0 && m[n-1] == '\r' {
		m = m[:n-1]
	}
	whole := len(m)
	for n := len(m); n > 0 && (m[n-1] == ' ' || m[n-1] == '\t'); n-- {
		m = m[:n-1]
	}
	if whole >= f.Cut {
		f.Cut = min(f.Cut, len(m))
	}
	f.Msg = m
}
