package inputs

import "iter"

// Item is a target as an input has it, before it is parsed.
type Item struct {
	Text      string // the target as written
	Where     string // FILE:LINE, safe to print; "" on the command line
	Collected bool   // taken from ssh's configuration or known_hosts, not given by the user
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
