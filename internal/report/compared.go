package report

import (
	"slices"

	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
)

// compared is what a digest says about --compare: it answers a question of its own, so the
// answer comes first. Its memory is bounded.
type compared struct {
	differ, same, unknown int
	lines                 []string // of those that differ
}

// comparedLines is how many of the targets that differ are listed.
const comparedLines = 20

// add counts a target, and reports whether nothing else has to be said about it.
func (c *compared) add(r *check.Result) (listed bool) {
	i := slices.IndexFunc(r.Findings, func(f check.Finding) bool {
		return f.Code == check.CompareDiffers || f.Code == check.CompareSame || f.Code == check.CompareUnknown
	})
	if i < 0 {
		return false
	}
	switch f := r.Findings[i]; f.Code {
	case check.CompareSame:
		c.same++
	case check.CompareUnknown:
		c.unknown++
	default:
		if c.differ++; len(c.lines) < comparedLines {
			c.lines = append(c.lines, f.Text) // which names the target
		}
		return deciding(r).Code == f.Code
	}
	return false
}

// write writes the part, if targets were compared.
func (c *compared) write(b *layout.Block, part func(b *layout.Block, heading string)) {
	if c.differ+c.same+c.unknown == 0 {
		return
	}
	heading := "compared with another server: " + grouped(c.differ) + " differ, " + grouped(c.same) + " do not"
	if c.unknown > 0 {
		heading += ", " + grouped(c.unknown) + " unknown"
	}
	part(b, heading)
	for _, line := range c.lines {
		b.Hanging(2, 3, line)
	}
	if n := c.differ - len(c.lines); n > 0 {
		b.Line(2, "and "+grouped(n)+" more")
	}
}
