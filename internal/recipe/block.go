package recipe

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
)

// The marks of the block. The last one records how many line ends were added before
// the first, and a hash of the block's lines that reveals edits.
const (
	begin = "# >>> rdnsproxy: 'rdnsproxy setup --remove' takes these lines out again"
	end   = "# <<< rdnsproxy "
)

// Errors of Find.
var (
	ErrEdited  = errors.New("the block between rdnsproxy's markers has been edited by hand")
	ErrSeveral = errors.New("rdnsproxy's markers appear more than once, or one of them is missing")
)

// Block is the marked block in a configuration.
type Block struct {
	Recipe
	from, to int    // byte offsets
	gap      int    // number of line ends that were added before it
	newline  string // its line end
}

// Find finds the block; nil if there is none. Carriage returns do not count as edits.
// The error is ErrEdited or ErrSeveral.
func Find(config []byte) (*Block, error) {
	var b *Block
	var lines []string
	closing := "" // the last mark
	for at := 0; at < len(config); {
		raw, _, _ := bytes.Cut(config[at:], []byte("\n"))
		next := min(at+len(raw)+1, len(config))
		ln := strings.TrimRight(string(raw), "\r")
		switch first, last := ln == begin, strings.HasPrefix(ln, end); {
		case (first || last) && closing != "", first && b != nil, last && b == nil:
			return nil, ErrSeveral
		case first:
			b = &Block{from: at, newline: string(config[at+len(begin) : next])}
		case last:
			b.to, closing = next, ln
		case b != nil && closing == "":
			lines = append(lines, ln)
		}
		at = next
	}
	switch {
	case b == nil:
		return nil, nil
	case closing == "":
		return nil, ErrSeveral
	}
	if n, err := fmt.Sscanf(closing[len(end):], "%d", &b.gap); err != nil || n != 1 || closing != mark(b.gap, lines) {
		return nil, ErrEdited
	}
	b.Recipe = of(lines)
	return b, nil
}

// mark returns the last line of a block.
func mark(gap int, lines []string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\n%s", gap, strings.Join(lines, "\n")))
	return fmt.Sprintf("%s%d %x", end, gap, sum[:8])
}

// Without returns the configuration without its block: exactly what Add was given, plus
// any later changes around the block.
func (b *Block) Without(config []byte) []byte {
	before, after := config[:b.from], config[b.to:]
	for range b.gap {
		cut, ok := bytes.CutSuffix(before, []byte(b.newline))
		if !ok || len(after) > 0 && len(cut) > 0 && cut[len(cut)-1] != '\n' {
			break // text was added after the block: keep it on a line of its own
		}
		before = cut
	}
	return append(bytes.Clone(before), after...)
}

// Add appends the block to a configuration that has none. Its Host line ends the last
// block of the configuration.
func Add(config []byte, r Recipe) []byte {
	newline := "\n"
	if first := bytes.IndexByte(config, '\n'); first > 0 && config[first-1] == '\r' {
		newline = "\r\n"
	}
	gap := 0
	if len(config) > 0 {
		gap = 1
		if config[len(config)-1] != '\n' {
			gap = 2
		}
	}
	lines := r.lines()
	text := strings.Repeat(newline, gap) + begin + newline
	for _, ln := range append(lines, mark(gap, lines)) {
		text += ln + newline
	}
	return append(bytes.Clone(config), text...)
}
