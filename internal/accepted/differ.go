package accepted

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/safetext"
)

// Compare holds what is found now of a name at one of its addresses against what
// was accepted of the name. found says that something was, and was is the
// mapping of that address, or else the one that the address may have taken the
// place of. change says in words, safe to print, what is no longer so; it is
// empty if nothing is. all are the addresses that the name has now.
func (f *File) Compare(now Mapping, all []netip.Addr) (was Mapping, change string, found bool) {
	of := f.Of(now.Name)
	if len(of) == 0 {
		return Mapping{}, "", false
	}
	if i := slices.IndexFunc(of, func(m Mapping) bool { return m.Addr == plain(now.Addr) }); i >= 0 {
		change, _ := of[i].Differs(now)
		return of[i], change, true
	}
	left := gone(of, all)
	if len(left) == 0 {
		return of[0], fmt.Sprintf("%v is new beside the accepted %s", plain(now.Addr), listAddrs(of)), true
	}
	was = left[0]
	if i := slices.IndexFunc(left, func(m Mapping) bool { return m.Addr.Is4() == plain(now.Addr).Is4() }); i >= 0 {
		was = left[i]
	}
	change, _ = was.Differs(now)
	return was, change, true
}

// Changes says what of the accepted mappings of a name is no longer so, when now
// are all its mappings; it is empty if everything is. Safe to print.
func (f *File) Changes(name string, now []Mapping) []string {
	var all []netip.Addr
	for _, m := range now {
		all = append(all, m.Addr)
	}
	var changes []string
	replaced := false
	for _, m := range now {
		m.Name = name
		was, change, found := f.Compare(m, all)
		if found && change != "" {
			changes = append(changes, change)
		}
		replaced = replaced || found && was.Addr != plain(m.Addr)
	}
	if left := gone(f.Of(name), all); len(left) > 0 && !replaced {
		changes = append(changes, "it no longer has the accepted "+listAddrs(left))
	}
	return changes
}

// gone are the mappings whose addresses are none of these.
func gone(ms []Mapping, all []netip.Addr) []Mapping {
	return slices.DeleteFunc(slices.Clone(ms), func(m Mapping) bool {
		return slices.ContainsFunc(all, func(a netip.Addr) bool { return plain(a) == m.Addr })
	})
}

func listAddrs(ms []Mapping) string {
	var addrs []string
	for _, m := range ms {
		addrs = append(addrs, m.Addr.String())
	}
	return list(addrs)
}

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
		changes = append(changes, fmt.Sprintf("the address changed from %v to %v", was, is))
	}
	if change := reverseChange(foldSet(m.PTR), foldSet(now.PTR)); change != "" {
		changes = append(changes, change)
	}
	if m.Verdict != now.Verdict {
		changes = append(changes, fmt.Sprintf("the verdict changed from %s to %s",
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
		return "there was no reverse name and now is " + list(is)
	case len(is) == 0:
		return "the reverse name " + list(was) + " is gone"
	case len(was) == 1 && len(is) == 1:
		return "the reverse name changed from " + list(was) + " to " + list(is)
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
