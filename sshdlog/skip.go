package sshdlog

import (
	"bytes"
	"encoding/binary"

	"rdnsproxy/limits"
)

// Skip looks for lines at the beginning of text that Parse need not see: it would return
// OtherProgram for each of them, and learn nothing from their stamps. It returns how many there
// are, and how long they are together with their newlines. It need not find all of them.
//
// In many logs, most lines are other programs'. Skip is faster than Parse because it does not
// ask in which of a dozen ways a line may be the server's: it knows the two ways in which nearly
// all lines are not.
func (p *Parser) Skip(text []byte) (n, lines int) {
	if p.Input != Auto && p.Input != Syslog {
		return 0, 0
	}
	for {
		b := text[n:]
		at := p.Clock.sameDay(b)
		if at == 0 {
			return n, lines
		}
		end := bytes.IndexByte(b, '\n')
		if end < at || !p.others(b[at:end]) {
			return n, lines
		}
		n += end + 1
		lines++
	}
}

// sameDay returns the length of the stamp at the beginning of b, with one blank behind it, if it
// is a BSD stamp of the month or an ISO stamp of the day of the last one, so that no new year
// can have come; else 0.
func (c *Clock) sameDay(b []byte) int {
	if len(b) < 48 {
		return 0
	}
	if binary.LittleEndian.Uint32(b) == c.month && c.month != 0 {
		if b[6] == ' ' && b[9] == ':' && b[12] == ':' && b[15] == ' ' {
			return 16
		}
	} else if binary.LittleEndian.Uint64(b) == c.day && c.day != 0 {
		if n := isoLength(b); n > 0 && n < len(b) && b[n] == ' ' {
			return n + 1
		}
	}
	return 0
}

// others tells whether a line that goes on like this behind its stamp is another program's:
// HOST and a tag, or a tag alone.
func (p *Parser) others(r []byte) bool {
	if len(r) < 8 || len(r) > limits.LogLine/2 {
		return false
	}
	if r[0] == '[' || r[0] == '<' { // metalog, FreeBSD
		return false
	}
	i := bytes.IndexByte(r, ' ')
	if i <= 0 {
		return false
	}
	if r[i-1] != ':' {
		r = r[i+1:]
	}
	k := 0
	for k < len(r) && r[k] > ' ' && r[k] != '[' && r[k] != ':' {
		k++
	}
	if k == 0 || k+1 >= len(r) || r[k] != '[' && (r[k] != ':' || r[k+1] != ' ') {
		return false
	}
	if c := r[0]; c == 's' || c == 'd' || c == '/' || len(p.Tags) > 0 {
		_, ours := p.program(r[:k])
		return !ours
	}
	return true
}
