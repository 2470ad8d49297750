package report

import (
	"slices"

	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
)

// refused counts the private addresses whose reverse zone a server refuses. Of a single host
// that is normal, and a notice. Where it is so of all, nothing was learnt, which the verdict,
// exempt, does not show.
type refused struct {
	exempt, of int // targets, and those of them whose reverse zone is refused
}

// refusedLeast is of how many targets it is told.
const refusedLeast = 16

func (c *refused) add(r *check.Result) {
	if r.Verdict != check.Exempt {
		return
	}
	c.exempt++
	if slices.ContainsFunc(r.Findings, func(f check.Finding) bool { return f.Code == check.ReverseRefused }) {
		c.of++
	}
}

// write says that all are refused, if they are.
func (c *refused) write(b *layout.Block) {
	if c.of < refusedLeast || c.of < c.exempt {
		return
	}
	b.Hanging(0, 1, "storm: the server refuses, or fails at, the reverse zones of all "+grouped(c.of)+
		" exempt addresses: whether they have names is not known")
}
