package inputs

import (
	"cmp"
	"iter"
	"net/netip"
)

// Item is a target as an input has it, before it is parsed.
type Item struct {
	Text      string // the target as written
	Where     string // FILE:LINE, safe to print; "" on the command line
	Name      string // of a host in an inventory, safe to print; else ""
	Collected bool   // taken from ssh's configuration or known_hosts, not given by the user

	// Err is why there is no target here, such as a line that cannot be read. It is a
	// Refusal, or what Expander.Walk said; its text leaves the place out. Text is then what
	// there was, cut, or Where if there was nothing: results are told apart by it. What
	// follows in the input is not affected.
	Err error

	Hint string // what to do if it is not a target, safe to print; "": what the error says

	Address netip.Addr // the only address of the target that matters; not valid: all of them
	DNSOnly bool       // from a range or a zone: nobody asked to connect to each host in it
}

// Origin is what leads from a result back to the input: the host's name in an inventory,
// or FILE:LINE.
func (item *Item) Origin() string { return cmp.Or(item.Name, item.Where) }

// Items is a stream of items. An error ends it: the input cannot be read on. It is a
// Refusal.
type Items = iter.Seq2[Item, error]

// FromArgs returns operands of the command line as items: targets, or HOST,ADDRESS.
func FromArgs(operands []string) []Item {
	items := make([]Item, len(operands))
	for i, o := range operands {
		items[i].Text = o
		items[i].pair()
	}
	return items
}

// Of returns a list as a stream.
func Of(list []Item) Items {
	return func(yield func(Item, error) bool) {
		for _, item := range list {
			if !yield(item, nil) {
				return
			}
		}
	}
}

// Concat returns one stream after the other. One that is nil has nothing.
func Concat(streams ...Items) Items {
	return func(yield func(Item, error) bool) {
		for _, items := range streams {
			if items == nil {
				continue
			}
			for item, err := range items {
				if !yield(item, err) || err != nil {
					return
				}
			}
		}
	}
}

// Begin takes the first item of a stream, and returns one that begins with it; nil if
// there is none. The error is the one that ended the stream before its first item.
func Begin(items Items) (Items, error) {
	next, stop := iter.Pull2(items)
	first, err, ok := next()
	if err != nil || !ok {
		stop()
		return nil, err
	}
	return func(yield func(Item, error) bool) {
		defer stop()
		for item, err, ok := first, error(nil), true; ok; item, err, ok = next() {
			if !yield(item, err) {
				return
			}
		}
	}, nil
}
