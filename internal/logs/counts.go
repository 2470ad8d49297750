package logs

import (
	"bytes"
	"slices"
	"strings"

	"rdnsproxy/sshdlog"
)

// Input is one file, journal or stream, and what was read of it.
type Input struct {
	Name  string // as it was given or found; unsafe to print
	Bytes int64  // that were read; of a compressed file, those of its text
	counts

	Partial bool   // the journal has messages that this user cannot see
	YearBy  string // where the year of stamps without one is from; empty: all have one
	Err     error  // why it was not read, or not to its end
}

// counts are what the lines of an input were.
type counts struct {
	Lines  int64
	SSHD   int64 // of the server
	Unread int64 // of those: of no known shape, with an address that may be a client's
	Cut    int64 // of those: perhaps without their end

	Local       bool          // some stamps have no zone
	Trust       sshdlog.Trust // the lowest
	First, Last int64         // stamps of the server's lines, seconds since 1970; 0: there is none

	// Shapes are the beginnings of the first messages of no known shape, at most three. They
	// end before the first word that a stranger can have chosen.
	Shapes []string

	framed [framings]int64
}

// framings bounds the framings.
const framings = 32

// Framing returns the most frequent framing of the server's lines; Auto if there are none.
func (c *counts) Framing() sshdlog.Framing {
	best := 0
	for i, n := range c.framed {
		if n > c.framed[best] {
			best = i
		}
	}
	return sshdlog.Framing(best)
}

// count counts a line of the server's. read says that it is an event.
func (c *counts) count(framing sshdlog.Framing, f *sshdlog.Frame, e *sshdlog.Event, read bool) {
	c.SSHD++
	c.framed[framing]++
	c.Local = c.Local || f.Local
	c.Trust = max(c.Trust, f.Trust)
	if f.Time != 0 {
		if c.First == 0 || f.Time < c.First {
			c.First = f.Time
		}
		if c.Last == 0 || f.Time > c.Last {
			c.Last = f.Time
		}
	}
	if len(f.Msg) >= f.Cut {
		c.Cut++
	}
	if !read && unread(e) {
		c.Unread++
		c.keep(f.Msg)
	}
}

// unread reports whether a message that is no event names an address, so that something about
// a client may be lost, or is one that was lost on the way. Most messages without an event
// are about a session of somebody who has logged in, or about the server itself.
func unread(e *sshdlog.Event) bool {
	if bytes.HasPrefix(e.Text, []byte("[")) && bytes.HasSuffix(e.Text, []byte("B blob data]")) { // journalctl
		return true
	}
	for range e.Claims() {
		return !slices.ContainsFunc(aboutOthers[:], func(s string) bool { return bytes.HasPrefix(e.Text, []byte(s)) })
	}
	return false
}

// aboutOthers are how messages with an address begin that tell nothing new about a client
// (sshd.c, session.c, serverloop.c, channels.c).
var aboutOthers = [...]string{
	"Server listening on ", "Bind to port ", "error: Bind to port ", "Starting session: ", "Close session: ",
	"refused ", "Received request ", "Allocated port ", "error: connect_to ", "connect_to ", "debug",
}

// most is how many shapes are kept.
const most = 3

// keep keeps the shape of an unread message.
func (c *counts) keep(msg []byte) {
	if len(c.Shapes) == most {
		return
	}
	if s := shape(msg); !slices.Contains(c.Shapes, s) {
		c.Shapes = append(c.Shapes, s)
	}
}

// shape returns the first words of a message, up to one behind which text of strangers tends
// to follow.
func shape(msg []byte) string {
	var words []string
	for word := range strings.FieldsSeq(string(msg[:min(len(msg), 100)])) {
		letters := strings.TrimRight(word, ":,.")
		if strings.ContainsFunc(letters, func(r rune) bool { return r|0x20 < 'a' || r|0x20 > 'z' }) {
			break
		}
		if words = append(words, word); len(words) == 5 {
			break
		}
		switch strings.ToLower(letters) {
		case "user", "for", "from", "by", "name", "host":
			return strings.Join(words, " ") + " ..."
		}
	}
	return strings.Join(append(words, "..."), " ")
}

// add adds the counts of a later part of the same input.
func (c *counts) add(o *counts) {
	c.Lines += o.Lines
	c.SSHD += o.SSHD
	c.Unread += o.Unread
	c.Cut += o.Cut
	c.Local = c.Local || o.Local
	c.Trust = max(c.Trust, o.Trust)
	if c.First == 0 || o.First != 0 && o.First < c.First {
		c.First = o.First
	}
	c.Last = max(c.Last, o.Last)
	for i, n := range o.framed {
		c.framed[i] += n
	}
	for _, s := range o.Shapes {
		if len(c.Shapes) < most && !slices.Contains(c.Shapes, s) {
			c.Shapes = append(c.Shapes, s)
		}
	}
}
