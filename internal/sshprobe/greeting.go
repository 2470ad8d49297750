package sshprobe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/safetext"
)

// Bounds of what a server may send before its identification. The length and number
// of lines are those of OpenSSH's kex_exchange_identification, which does not bound
// their sum.
const (
	maxLine    = 8192
	maxLines   = 1024
	maxPreface = 64 << 10 // bytes in all
	maxShown   = 255      // bytes of a line that are shown
)

// greeting is what a server sends up to and including its identification.
type greeting struct {
	identity check.Identity
	version  safetext.Text // the identification, or the first line if none came
	trouble  string        // why there is no identification; safe to print
	line     []byte        // the identification with its end, as it came
	spoke    bool          // it sent anything at all
}

// notSSH says why what was read is not SSH.
type notSSH string

func (why notSSH) Error() string { return string(why) }

const (
	errGarbage = notSSH("it does not speak SSH")
	errHTTP    = notSSH("it speaks HTTP, not SSH")
	errTooMuch = notSSH("too much data before an SSH banner")
	errSSH1    = notSSH("it speaks only SSH 1, which OpenSSH dropped in 7.6")
)

// refusals are what sshd sends instead of its identification (OpenSSH's
// drop_connection and server_accept_loop), and what they mean.
var refusals = map[string]string{
	"Exceeded MaxStartups":     "sshd is refusing new connections (MaxStartups)",
	"Not allowed at this time": "sshd is refusing this machine's address for a while (PerSourcePenalties)",
}

// software is the part of the identification after the protocol's version.
func (g *greeting) software() string {
	_, rest, _ := strings.Cut(strings.TrimRight(string(g.line), "\r\n"), "-")
	_, software, _ := strings.Cut(rest, "-")
	return software
}

// read reads lines until one starts with "SSH-" (RFC 4253, section 4.2). Like
// OpenSSH it accepts LF for CR LF, and gives up at once on a NUL or a CR inside a
// line. Unlike OpenSSH it does not wait for more from a web server, which may keep the
// connection open.
func (g *greeting) read(r *bufio.Reader) error {
	total := 0
	for n := 0; n < maxLines && total < maxPreface; n++ {
		line, err := readLine(r)
		total += len(line)
		g.spoke = total > 0
		text := strings.TrimRight(string(line), "\r\n")
		identifies := strings.HasPrefix(text, "SSH-")
		if g.version.IsZero() || identifies {
			g.version = safetext.Of(text[:min(len(text), maxShown)])
		}
		switch {
		case err != nil:
			return err
		case identifies:
			g.line = line
			return protocol(text)
		case strings.HasPrefix(text, "HTTP/"):
			return errHTTP
		}
	}
	return errTooMuch
}

// readLine reads one line with its LF. With an error it returns what was read.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for len(line) < maxLine {
		c, err := r.ReadByte()
		if err != nil {
			return line, err
		}
		afterCR := len(line) > 0 && line[len(line)-1] == '\r'
		line = append(line, c)
		switch {
		case c == '\n':
			return line, nil
		case c == 0, afterCR:
			return line, errGarbage
		}
	}
	return line, errTooMuch
}

// protocol judges the version of the protocol as ssh does: any 2.x is fine, and 1.99,
// which means 2.0 and 1.x.
func protocol(identification string) error {
	var major, minor int
	var software string
	if _, err := fmt.Sscanf(identification, "SSH-%d.%d-%s", &major, &minor, &software); err != nil {
		return errGarbage
	}
	switch {
	case major == 2, major == 1 && minor == 99:
		return nil
	case major == 1:
		return errSSH1
	}
	return errGarbage
}

// conclude says what answered, and why it is not SSH. err is how reading ended.
func (g *greeting) conclude(err error) {
	var why notSSH
	timeout := errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
	switch {
	case err == nil:
		g.identity = check.IdentitySSH
		return
	case errors.Is(err, context.Canceled):
		g.trouble = interrupted
		return
	case errors.Is(err, errSSH1):
		g.identity, g.trouble = check.IdentityOld, errSSH1.Error()
	case errors.As(err, &why):
		g.identity, g.trouble = check.IdentityOther, why.Error()
	case !g.spoke && timeout:
		g.identity, g.trouble = check.IdentitySilent, "it sent nothing in time"
	case !g.spoke:
		g.identity, g.trouble = check.IdentityClosed, "it closed the connection without sending anything"
	case timeout && begunAsSSH(g.version.Raw()):
		g.identity, g.trouble = check.IdentitySilent, "it did not complete its SSH banner in time"
	case begunAsSSH(g.version.Raw()):
		g.identity, g.trouble = check.IdentityClosed, "it closed the connection in the middle of its SSH banner"
	case timeout:
		g.identity, g.trouble = check.IdentityOther, "it sent no SSH banner in time"
	default:
		g.identity, g.trouble = check.IdentityOther, "it closed the connection without an SSH banner"
	}
	if refusal, ok := refusals[g.version.Raw()]; ok {
		g.identity, g.trouble = check.IdentityAway, refusal
	}
}

// begunAsSSH reports whether a line that was cut off begins like an identification.
func begunAsSSH(line string) bool { return strings.HasPrefix(line, "SSH-") }
