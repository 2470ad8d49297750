package sshconf

import (
	"strings"

	"github.com/kevinburke/ssh_config"
)

// excerpt is the part of a source that bears on the query, in a form that the library
// reads as ssh does: Host lines and settings as they are, and a comment as a placeholder
// for what is handled here, which is an Include or a line that leaves something open.
type excerpt struct {
	text  strings.Builder
	lines []excerptLine // one for each line of text
}

type excerptLine struct {
	line
	blame *Doubt   // of a placeholder: why it leaves something open; nil for a plain Include
	open  []string // of a placeholder: the keywords that it leaves open
}

func (x *excerpt) add(text string, ln excerptLine) {
	x.text.WriteString(text)
	x.text.WriteByte('\n')
	x.lines = append(x.lines, ln)
}

// excerpt picks the settings in blocks that hold for the host (the library is slow with
// the many others). A block whose header only ssh can evaluate becomes one that holds for
// every host and leaves open whatever it might set. With blame, every block is such a
// one. A line that may be any keyword leaves everything open, wherever it is.
func (r *reading) excerpt(s *source, blame *Doubt) *excerpt {
	x := new(excerpt)
	header, blurred, holds := "", blame, true // the header is written when a line follows it
	for _, ln := range s.lines {
		switch {
		case ln.keyword == "" && !holds: // perhaps a quoted Host line: a block that holds may begin here
			header, holds = matchAll, true
		case ln.keyword != "host" && ln.keyword != "match":
		case blame != nil:
			header = matchAll
			continue
		case r.understood(ln):
			header, blurred = ln.raw, nil
			holds = ln.keyword == "match" || hostMatches(ln.rest, r.q.Host)
			continue
		default:
			d := doubtOf(s, ln)
			header, blurred, holds = matchAll, &d, true
			continue
		}
		if !holds {
			continue
		}
		if header != "" {
			x.add(header, excerptLine{})
			header = ""
		}
		x.add(r.pick(s, ln, blurred))
	}
	return x
}

const matchAll = "Match all"

// hostMatches matches the patterns of a Host line (OpenSSH's oHost). They are words, and
// if one that starts with ! matches, the line does not.
func hostMatches(patterns, host string) bool {
	holds := false
	for _, p := range words(patterns) {
		p, not := strings.CutPrefix(p, "!")
		if !MatchPattern(p, host) {
			continue
		}
		if not {
			return false
		}
		holds = true
	}
	return holds
}

// pick is the excerpt's text for one line that is not a header.
func (r *reading) pick(s *source, ln line, blurred *Doubt) (string, excerptLine) {
	const placeholder = "#"
	matter := excerptLine{line: ln, blame: blurred}
	switch ln.keyword {
	case "include":
		return placeholder, matter
	case "": // perhaps any keyword, in quotes
		matter.open = order()
	default:
		if _, ok := allowed(ln.keyword, ln.rest); ok && blurred == nil {
			return ln.raw, matter
		}
		matter.open = []string{ln.keyword}
	}
	if matter.blame == nil {
		d := doubtOf(s, ln)
		matter.blame = &d
	}
	return placeholder, matter
}

// walk reads the blocks that hold for the host, in order.
func (r *reading) walk(s *source, blame *Doubt) {
	x := r.excerpt(s, blame)
	if len(x.lines) == 0 {
		return
	}
	config, err := ssh_config.DecodeBytes([]byte(x.text.String()))
	if err != nil { // the shapes are chosen so that this does not happen
		r.doubt(Doubt{Origin: s.name, Construct: "a line that cannot be read here"}, order())
		return
	}
	for _, block := range config.Hosts {
		if !block.Matches(r.q.Host) {
			continue
		}
		for _, node := range block.Nodes {
			n := node.Pos().Line - 1
			if n < 0 || n >= len(x.lines) {
				continue
			}
			switch node := node.(type) {
			case *ssh_config.KV:
				r.set(x.lines[n].keyword, node.Value, s.origin(x.lines[n].number))
			case *ssh_config.Empty:
				r.placeholder(s, x.lines[n])
			}
		}
	}
}

// placeholder walks the files of an Include, or records what the line leaves open.
func (r *reading) placeholder(s *source, ln excerptLine) {
	if ln.keyword != "include" {
		r.doubt(*ln.blame, ln.open)
		return
	}
	for _, included := range s.includes[ln.number] {
		r.walk(included, ln.blame)
	}
}
