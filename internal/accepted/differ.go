package accepted

import (
	"fmt"
	"slices"
	"strings"

	"rdnsproxy/internal/safetext"
)

// Differs compares an accepted mapping with what is found now and says in
// words, safe to print, what is no longer as it was: the address, the set of
// reverse names, the verdict. When it was accepted does not count, nor do the
// names of the two, which the caller has matched.
//
// What could not be found out now is no change. The caller knows which verdict
// says that, and does not ask then.
func (m Mapping) Differs(now Mapping) (what string, differs bool) {
	var changes []string
	if was, is := plain(m.Addr), plain(now.Addr); was != is {
		changes = append(changes, fmt.Sprintf("it was accepted for %v and is %v now", was, is))
	}
	if change := reverseChange(foldSet(m.PTR), foldSet(now.PTR)); change != "" {
		changes = append(changes, change)
	}
	if m.Verdict != now.Verdict {
		changes = append(changes, fmt.Sprintf("it was judged %s and is judged %s now",
			safetext.Name(m.Verdict), safetext.Name(now.Verdict)))
	}
	return strings.Join(changes, "; "), len(changes) > 0
}

// reverseChange says how a sorted set of names became another; it is empty if
// it did not.
func reverseChange(was, is []string) string {
	gone, came := minus(was, is), minus(is, was)
	switch {
	case len(gone)+len(came) == 0:
		return ""
	case len(was) == 0:
		return "it had no reverse name and has " + list(is) + " now"
	case len(is) == 0:
		return "the reverse name " + list(was) + " is gone"
	case len(was) == 1 && len(is) == 1:
		return "the reverse name was " + list(was) + " and is " + list(is) + " now"
	case len(gone) == 0:
		return "the reverse names gained " + list(came)
	case len(came) == 0:
		return "the reverse names lost " + list(gone)
	}
	return "the reverse names lost " + list(gone) + " and gained " + list(came)
}

// minus gives the names of a that b has not.
func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(name string) bool {
		_, found := slices.BinarySearch(b, name)
		return found
	})
}

// foldSet is a set of names as it is compared. A name that could not be kept
// equals none that is.
func foldSet(names []string) []string {
	var set []string
	for _, name := range names {
		folded, err := foldName(name)
		if err != nil {
			folded = safetext.Name(name)
		}
		set = append(set, folded)
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// list names the first few, each no longer than a warning bears.
func list(names []string) string {
	const few, width = 3, 63
	var shown []string
	for _, name := range names[:min(few, len(names))] {
		shown = append(shown, safetext.Cut(name, width))
	}
	s := strings.Join(shown, ", ")
	if more := len(names) - few; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}
