package inputs

import (
	"errors"
	"slices"
	"testing"
)

// TestBegin: a stream loses nothing when its first item is taken early, and an error that
// comes before it is found early.
func TestBegin(t *testing.T) {
	items, err := Begin(Of([]Item{{Text: "one"}, {Text: "two"}}))
	if err != nil {
		t.Fatal(err)
	}
	if got := show(items); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("%q", got)
	}
	if items, err := Begin(Of(nil)); items != nil || err != nil {
		t.Errorf("an empty stream: %v", err)
	}
	broken := errors.New("broken")
	if _, err := Begin(func(yield func(Item, error) bool) { yield(Item{}, broken) }); err != broken {
		t.Errorf("%v", err)
	}
	items, err = Begin(func(yield func(Item, error) bool) {
		if yield(Item{Text: "one"}, nil) {
			yield(Item{}, broken)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := show(items); !slices.Equal(got, []string{"one", "end: broken"}) {
		t.Errorf("%q", got)
	}
}
