package hostsfile

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Note is the comment at the end of a line that rdnsproxy has written. It says what was
// known on that day. Its form is exactly
//
//	# rdnsproxy WRITTEN VERDICT [SHA256:FINGERPRINT] [port=PORT] [expires=DATE] [alone] [no-newline=HASH]
//
// with one space between the words and nothing after the last. Every word is from a
// closed set, so no text from DNS can get into it: dates as YYYY-MM-DD in UTC, a verdict
// of package check, a fingerprint as ssh-keygen -l prints it, a port that is not 22, a
// hash of eight hexadecimal digits. A comment of any other form is not a Note.
type Note struct {
	Written     time.Time // the day
	Verdict     string    // on the address, a word of check.Verdicts
	Fingerprint string    // of the host key that was verified; "" if none was
	Port        uint16    // that was checked; 0 is ssh's own, 22
	Expires     time.Time // the first day on which the line no longer counts; zero: never
	Single      bool      // the user chose this address of several, and knows that the line hides the others

	// NoNewline is set if the file had no final newline before the line was added, so
	// that removing the line removes that newline as well. It is the beginning of the
	// SHA-256 hash of the line that had none, eight hexadecimal digits. If the line above
	// has another hash by now, somebody has edited the file, and the newline stays. Add
	// sets it when needed and ignores what its caller says.
	NoNewline string
}

// verdicts are the words that a Note may give as the verdict of an address: those of
// package check, which this room may not import. A test holds the two together.
var verdicts = []string{
	"exact", "confirmed", "exempt", "missing", "undetermined",
	"malformed", "unresolvable", "numeric", "mismatch",
}

// errNote says that a Note cannot be written in the documented form.
var errNote = errors.New("note that cannot be written in the documented form")

const (
	notePrefix  = "# rdnsproxy "
	fingerprint = "SHA256:"
	port        = "port="
	expires     = "expires="
	single      = "alone"
	noNewline   = "no-newline="

	sshPort  = 22
	maxWords = 7
)

// String returns the comment, beginning with "#".
func (n Note) String() string {
	words := []string{notePrefix + n.Written.UTC().Format(time.DateOnly), n.Verdict}
	if n.Fingerprint != "" {
		words = append(words, n.Fingerprint)
	}
	if n.Port != 0 && n.Port != sshPort {
		words = append(words, port+strconv.Itoa(int(n.Port)))
	}
	if !n.Expires.IsZero() {
		words = append(words, expires+n.Expires.UTC().Format(time.DateOnly))
	}
	if n.Single {
		words = append(words, single)
	}
	if n.NoNewline != "" {
		words = append(words, noNewline+n.NoNewline)
	}
	return strings.Join(words, " ")
}

// Expired reports whether the line has expired at a time.
func (n Note) Expired(at time.Time) bool { return !n.Expires.IsZero() && !at.Before(n.Expires) }

// valid reports whether String can be read back.
func (n Note) valid() bool {
	_, ok := parseNote(n.String())
	return ok && !n.Written.IsZero()
}

// Note parses the Note at the end of a line that is an entry. Its times are midnight,
// UTC.
func (l *Line) Note() (Note, bool) {
	at := strings.IndexAny(l.Raw, "#\x00") // as in fields, libc reads up to a NUL
	if !l.Addr.IsValid() || at < 0 || !strings.HasPrefix(l.Raw[at:], notePrefix) {
		return Note{}, false
	}
	return parseNote(strings.TrimSuffix(l.Raw[at:], lineEnd(l.Raw)))
}

// parseNote parses a comment without the line's end. The result must print as the same
// text, which refuses everything that only resembles a Note.
func parseNote(comment string) (Note, bool) {
	rest, ok := strings.CutPrefix(comment, notePrefix)
	words := strings.Split(rest, " ")
	if !ok || len(words) < 2 || len(words) > maxWords || !slices.Contains(verdicts, words[1]) {
		return Note{}, false
	}
	n := Note{Verdict: words[1]}
	n.Written, _ = time.Parse(time.DateOnly, words[0])
	for _, word := range words[2:] {
		switch key, value, _ := strings.Cut(word, "="); {
		case IsFingerprint(word):
			n.Fingerprint = word
		case key+"=" == port:
			number, _ := strconv.ParseUint(value, 10, 16)
			n.Port = uint16(number)
		case key+"=" == expires:
			n.Expires, _ = time.Parse(time.DateOnly, value)
		case word == single:
			n.Single = true
		case key+"=" == noNewline && isHash(value):
			n.NoNewline = value
		default:
			return Note{}, false
		}
	}
	return n, n.String() == comment
}

// IsFingerprint reports whether a word is the fingerprint of a key as ssh-keygen -l
// prints it: SHA256: and base64 without padding (OpenSSH's sshkey_fingerprint).
func IsFingerprint(word string) bool {
	sum, ok := strings.CutPrefix(word, fingerprint)
	if !ok || strings.ContainsAny(sum, "\r\n") { // which the decoder would skip
		return false
	}
	b, err := base64.RawStdEncoding.Strict().DecodeString(sum)
	return err == nil && len(b) == 32
}

// hashDigits is how much of a SHA-256 hash tells the lines of one file apart.
const hashDigits = 8

func hash(line string) string {
	sum := sha256.Sum256([]byte(line))
	return hex.EncodeToString(sum[:])[:hashDigits]
}

func isHash(word string) bool {
	return len(word) == hashDigits && strings.Trim(word, "0123456789abcdef") == ""
}

// lineEnd returns the end of a line: "\r\n", "\n", or "" at the end of a file without a
// final newline.
func lineEnd(raw string) string {
	switch {
	case strings.HasSuffix(raw, "\r\n"):
		return "\r\n"
	case strings.HasSuffix(raw, "\n"):
		return "\n"
	}
	return ""
}
