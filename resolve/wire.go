package resolve

import (
	"encoding/binary"
	"errors"
	"strings"

	"github.com/miekg/dns"

	"rdnsproxy/safetext"
)

// What Exchange's errors wrap beside those of a context.
var (
	ErrNoReply     = errors.New("no reply in time")
	ErrUnreachable = errors.New("server cannot be reached")
	ErrUnusable    = errors.New("unusable reply")
)

// errTruncated: TC is set, and the answer has to be fetched over TCP.
var errTruncated = errors.New("truncated")

// ednsSize is the size of datagram that we announce: what passes without fragments
// (RFC 9715, section 3).
const ednsSize = 1232

const (
	headerSize = 12
	optSize    = 11
)

// packQuery packs a question: RD, AD (RFC 6840, section 5.7: we understand
// it), and with edns an OPT record. The ID is left 0.
func packQuery(q Question, edns bool) ([]byte, error) {
	return packInto(make([]byte, headerSize+len(q.Name)+2+4+optSize), q, edns)
}

// appendQuery is packQuery with EDNS, into memory that is there if it is enough.
func appendQuery(b []byte, q Question) ([]byte, error) {
	size := headerSize + len(q.Name) + 2 + 4 + optSize
	if cap(b) < size {
		b = make([]byte, max(size, 128))
	}
	b = b[:size]
	clear(b)
	return packInto(b, q, true)
}

// packInto packs a question into b, which is zero and has room for it.
func packInto(b []byte, q Question, edns bool) ([]byte, error) {
	b[2], b[3], b[5] = 1, 0x20, 1 // RD; AD; QDCOUNT
	n, err := packName(q.Name, b, headerSize)
	if err != nil {
		return nil, err
	}
	binary.BigEndian.PutUint16(b[n:], uint16(q.Type))
	binary.BigEndian.PutUint16(b[n+2:], dns.ClassINET)
	n += 4
	if edns {
		b[11] = 1 // ARCOUNT
		binary.BigEndian.PutUint16(b[n+1:], dns.TypeOPT)
		binary.BigEndian.PutUint16(b[n+3:], ednsSize)
		n += optSize
	}
	return b[:n], nil
}

// packName writes a name into b, which has room for it, and returns where it ends.
func packName(name Name, b []byte, at int) (end int, err error) {
	if !canonical(string(name)) { // the root, or escapes
		return dns.PackDomainName(dns.Fqdn(string(name)), b, at, nil, false)
	}
	if len(name) > 253 {
		return 0, ErrLongName
	}
	length := at // of the label that is being written
	for i := range len(name) {
		at++
		if b[at] = name[i]; name[i] == '.' {
			b[length], length = byte(at-length-1), at
		}
	}
	b[length] = byte(at - length)
	return at + 2, nil
}

// readReply checks that a message answers query and decodes it. The error is
// errTruncated or wraps ErrUnusable.
func readReply(query, b []byte) (*Reply, error) {
	if bareHeader(query, b) {
		return &Reply{Rcode: dns.RcodeFormatError}, nil
	}
	if !answers(query, b) {
		return nil, ErrUnusable
	}
	if b[2]&2 != 0 {
		return nil, errTruncated
	}
	return decode(b)
}

// answers reports whether b is a response to query: ID, QR, opcode 0, and the
// same question, ignoring case. A question is never compressed, so its bytes can be
// compared as they are; no length byte is a letter.
func answers(query, b []byte) bool {
	if len(b) < headerSize || b[0] != query[0] || b[1] != query[1] || b[2]&0xf8 != 0x80 || b[4] != 0 || b[5] != 1 {
		return false
	}
	n := headerSize
	for query[n] != 0 {
		n += 1 + int(query[n])
	}
	n++ // the root
	if len(b) < n+4 || string(b[n:n+4]) != string(query[n:n+4]) {
		return false
	}
	for i := headerSize; i < n; i++ {
		if lower(b[i]) != lower(query[i]) {
			return false
		}
	}
	return true
}

// bareHeader reports whether b is FORMERR without a question: the reply of servers
// older than EDNS to a query with an OPT record (RFC 6891, section 7).
func bareHeader(query, b []byte) bool {
	return len(b) == headerSize && b[0] == query[0] && b[1] == query[1] &&
		b[2]&0xf8 == 0x80 && b[3]&15 == dns.RcodeFormatError && b[5] == 0
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// fromPresentation converts miekg/dns's presentation, in which some characters are
// \C and unprintable bytes are \DDD.
func fromPresentation(s string) Name {
	if s == "" || s == "." {
		return "."
	}
	if plain(s) {
		return Name(s[:len(s)-1])
	}
	var b strings.Builder
	label := make([]byte, 0, 63)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.':
			appendLabel(&b, string(label))
			if i+1 < len(s) {
				b.WriteByte('.')
			}
			label = label[:0]
		case c == '\\' && i+3 < len(s) && digit(s[i+1]):
			label = append(label, (s[i+1]-'0')*100+(s[i+2]-'0')*10+(s[i+3]-'0'))
			i += 3
		case c == '\\' && i+1 < len(s):
			i++
			label = append(label, s[i])
		default:
			label = append(label, c)
		}
	}
	return Name(b.String())
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// plain reports whether s is a canonical Name with a final dot.
func plain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', digit(c), c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return s[len(s)-1] == '.'
}

// mailbox reads an RNAME: its first label is the part before the @ (RFC 1035,
// section 8). The root means that there is none.
func mailbox(s string) safetext.Text {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '.':
			if i == 0 || i+1 == len(s) {
				return safetext.Text{}
			}
			return safetext.Of(unescapeLabel(s[:i]) + "@" + strings.TrimSuffix(s[i+1:], "."))
		}
	}
	return safetext.Text{}
}

// unescapeLabel reads miekg/dns's presentation of one label.
func unescapeLabel(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+3 < len(s) && digit(s[i+1]):
			b.WriteByte((s[i+1]-'0')*100 + (s[i+2]-'0')*10 + (s[i+3] - '0'))
			i += 3
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
