package inputs

import (
	"iter"
	"net/netip"
)

// Item is a target as an input has it, before it is parsed.
type Item struct {
	Text      string // the target as written
	Where     string // FILE:LINE, safe to print; "" on the command line
	Collected bool   // taken from ssh's configuration or known_hosts, not given by the user

	// Err is why there is no target here, such as a line that cannot be read. It is a
	// Refusal whose text leaves the place out. Text is then what there was, cut. What
	// follows in the input is not affected.
	Err error

	Address netip.Addr // the only address of the target that matters; not valid: all of them
	DNSOnly bool       // from a range or a zone: nobody asked to connect to each host in it
}

// Items is a stream of items. An error ends it: the input cannot be read on. It is a
// Refusal.
type Items = iter.Seq2[Item, error]

// FromArgs returns operands of the command line as items.
func FromArgs(operands []string) []Item {
	items := make([]Item, len(operands))
	for i, o := range operands {
		items[i].Text = o
	}
	return items
}
