package inputs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/limits"
)

// Expander replaces the ranges in a stream of items by their addresses.
type Expander struct {
	// Walk yields the addresses of a range that have names, found without asking about each.
	// An error says what of the range could not be walked; it ends the walk, or the walk
	// goes on with the rest. The item has it as Err, and, if the error has one, its Range as
	// the text. If Walk is nil, a range of IPv6 that is too large to ask about
	// each is refused.
	Walk func(ctx context.Context, first, last netip.Addr) iter.Seq2[netip.Addr, error]

	// Ranged is called with the first range in the stream, as written. If nil, nobody is told.
	Ranged func(text string)
}

// Expand returns the items, with each range replaced by its addresses, one at a time.
// A range that cannot be used is an item with Err.
func (x Expander) Expand(ctx context.Context, items Items) Items {
	return func(yield func(Item, error) bool) {
		told := false
		for item, err := range items {
			r, ok, bad := Range{}, false, error(nil)
			if err == nil && item.Err == nil {
				r, ok, bad = ParseRange(item.Text)
			}
			if ok && bad == nil && !told && x.Ranged != nil {
				told = true
				x.Ranged(item.Text)
			}
			switch {
			case bad != nil:
				item.Err = bad
				fallthrough
			case !ok:
				if !yield(item, err) {
					return
				}
			default:
				if !x.expand(ctx, item, r, yield) {
					return
				}
			}
		}
	}
}

// expand yields the addresses of a range. It returns false if no more are wanted.
func (x Expander) expand(ctx context.Context, written Item, r Range, yield func(Item, error) bool) bool {
	item := written
	item.DNSOnly = true
	if r.Size() <= limits.RangeAddresses {
		for a := range r.Addresses() {
			if item.Text = a.String(); !yield(item, nil) {
				return false
			}
		}
		return true
	}
	if written.Err = x.refuses(written.Text, r); written.Err != nil {
		return yield(written, nil)
	}
	for a, err := range x.Walk(ctx, r.First, r.Last) {
		found := item
		found.Text = a.String()
		if err != nil {
			found = written
			found.Err = fmt.Errorf("%s: %w", written.Text, err)
			if part := (interface{ Range() string })(nil); errors.As(err, &part) {
				found.Text = cmp.Or(part.Range(), found.Text)
			}
		}
		if !yield(found, nil) {
			return false
		}
	}
	return true
}

// Refuses returns why an item that is written like a range cannot be used; nil if it can
// be, or if it is no range. The error is a Refusal.
func (x Expander) Refuses(text string) error {
	r, ok, err := ParseRange(text)
	if err != nil || !ok {
		return err
	}
	return x.refuses(text, r)
}

func (x Expander) refuses(text string, r Range) error {
	switch {
	case r.Size() <= limits.RangeAddresses:
		return nil
	case r.First.Is4():
		return r.tooLarge(text)
	case x.Walk == nil:
		return console.Refuse(exit.Usage, "name a smaller range, such as a /120",
			"%s has too many addresses to ask about each", console.Quoted(text))
	}
	return nil
}
