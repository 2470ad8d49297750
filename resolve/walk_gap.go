package resolve

import (
	"fmt"
	"net/netip"
)

// WalkGap is what of a range Walk does not yield, and why: the type of Walk's errors.
type WalkGap struct {
	Part   string // the part of the range, as ranges are written; empty if it is all of it, or its rest
	Reason GapReason
	Text   string
}

// GapReason is the reason of a gap.
type GapReason uint8

const (
	GapFailed   GapReason = iota // a server is no help, or there would be too many questions
	GapInvented                  // a server makes up a name for each address in it
	GapEmpty                     // no address in it has a name: nothing is missing
)

func (g *WalkGap) Error() string { return g.Text }

// Range is Part.
func (g *WalkGap) Range() string { return g.Part }

// gap is about what is below a node.
func (w *walk) gap(n node, reason GapReason, format string, args ...any) error {
	return &WalkGap{w.part(n), reason, fmt.Sprintf(format, args...)}
}

// part is the part of the range that is below a node.
func (w *walk) part(n node) string {
	low, high := n.addr, n.addr
	for i := n.depth; i < nibbles; i++ {
		low, high = withNibble(low, i, 0), withNibble(high, i, 15)
	}
	a, b := netip.AddrFrom16(low), netip.AddrFrom16(high)
	first, last := netip.AddrFrom16(w.first), netip.AddrFrom16(w.last)
	switch {
	case !first.Less(a) && !b.Less(last):
		return ""
	case a.Less(first) || last.Less(b):
		if a.Less(first) {
			a = first
		}
		if last.Less(b) {
			b = last
		}
		return a.String() + "-" + b.String()
	}
	return n.String()
}
