package sshconf

import "strings"

// walk reads the blocks that hold for the host, in order. A block whose header only ssh can
// evaluate leaves open whatever it might set. With blame, every block is such a one. A line
// that may be any keyword leaves everything open, wherever it is.
func (r *reading) walk(s *source, blame *Doubt) {
	blurred, holds := blame, true // why the block may or may not hold; nil if it does
	for _, ln := range s.lines {
		switch {
		case ln.keyword == "": // perhaps a quoted Host line: a block that holds may begin here
			holds = true
			r.leaveOpen(s, ln, blurred, order())
		case ln.keyword == "host" || ln.keyword == "match":
			switch {
			case blame != nil:
			case r.understood(ln):
				blurred = nil
				holds = ln.keyword == "match" || hostMatches(ln.rest, r.q.Host)
			default:
				d := doubtOf(s, ln)
				blurred, holds = &d, true
			}
		case !holds:
		case ln.keyword == "include":
			for _, included := range s.includes[ln.number] {
				r.walk(included, blurred)
			}
		default:
			if _, ok := allowed(ln.keyword, ln.rest); !ok || blurred != nil {
				r.leaveOpen(s, ln, blurred, []string{ln.keyword})
				continue
			}
			r.set(ln.keyword, ln.rest, s.origin(ln.number))
		}
	}
}

// leaveOpen records what a line may set. The reason is the line itself, unless its block
// may or may not hold.
func (r *reading) leaveOpen(s *source, ln line, blurred *Doubt, keywords []string) {
	if blurred == nil {
		d := doubtOf(s, ln)
		blurred = &d
	}
	r.doubt(*blurred, keywords)
}

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
