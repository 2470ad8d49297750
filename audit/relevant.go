package audit

import (
	"cmp"
	"iter"
	"math"
	"net/netip"

	"rdnsproxy/audit/tally"
)

// Relevant returns the clients whose mappings are worth looking up again, the most
// relevant first: those that log in and that the log complains about; those with the right
// key that were refused; the others that log in; then the others that the log complains
// about, and those that somebody may have made up (Unproven), by connections. The rest,
// which guessed or passed by, follows only if all is set: a lookup asks a stranger's DNS
// server, which then knows that somebody looks. There are at most limit; 0: no limit.
func Relevant(clients iter.Seq[*tally.Client], limit int, all bool) []netip.Addr {
	if limit <= 0 {
		limit = math.MaxInt / 2
	}
	kept := newBest(limit, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(x.class, y.class), cmp.Compare(y.weight, x.weight), x.addr.Compare(y.addr))
	})
	for c := range clients {
		if class := relevance(c); class < irrelevant || all {
			kept.add(candidate{c.Addr, class, max(c.Counts.LoggedIn, c.Connections)})
		}
	}
	var addrs []netip.Addr
	for _, k := range kept.sorted() {
		addrs = append(addrs, k.addr)
	}
	return addrs
}

// candidate is a client that may be looked up again.
type candidate struct {
	addr   netip.Addr
	class  int
	weight int64
}

// irrelevant is the class of those that nobody asks about.
const irrelevant = 4

func relevance(c *tally.Client) int {
	in := c.Counts.LoggedIn > 0
	switch {
	case c.Unproven && in || c.RefusedKey > 0 && c.Unproven:
		return 3 // a client may have made it up
	case in && c.BadlyMapped > 0:
		return 0
	case c.RefusedKey > 0:
		return 1
	case in:
		return 2
	case c.BadlyMapped > 0:
		return 3
	}
	return irrelevant
}
