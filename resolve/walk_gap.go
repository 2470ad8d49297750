package resolve

import (
	"fmt"
	"net/netip"
)

// WalkGap is what of a range Walk does not yield, and why: the type of Walk's errors.
type WalkGap struct {
	Part   string // the part of the range, as ranges are written; empty if it is all of it, or its rest
	Reason GapReason
	Answer *Answer // that could not be used; nil: it is not about one
	Text   string  // that follows the range, and names the part if there is one
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

// unread is about what is below a node, given the answer about it.
func (w *walk) unread(n node, a *Answer) error {
	g := &WalkGap{Part: w.part(n), Answer: a, Text: "what is below " + n.String()}
	if g.Part == "" {
		g.Text = "its reverse tree"
	}
	g.Text += fmt.Sprintf(" could not be read: %s from %s", a.Status.Words(), a.Source)
	return g
}

// invented is about a node below which each address has a name.
func (w *walk) invented(n node) error {
	g := &WalkGap{Part: w.part(n), Reason: GapInvented, Text: "each address of " + n.String()}
	if g.Part == "" {
		g.Text = "each address"
	}
	g.Text += " has a name: the server makes them up (a wildcard, or a synthesising server)"
	return g
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
