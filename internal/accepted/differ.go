package accepted

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/safetext"
)

// Compare compares what a check has found for a name at one of its addresses with the
// mappings that were accepted for the name. all are the addresses that the name has now.
//
// found reports whether any mapping was accepted. was is that of the address, or else one
// whose address is gone, which the new address may have replaced. change says in words
// what is different, safe to print; it is "" if nothing is.
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

// Changes says how the accepted mappings of a name differ from now, which are all its
// mappings. The texts are safe to print; there are none if nothing is different.
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

// gone returns the mappings whose addresses are not among all.
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

// Differs compares an accepted mapping with what a check has found, and says in words,
// safe to print, what is different: the address, the set of reverse names, the verdict.
// It does not compare names, which the caller has matched, nor times.
//
// A check that could not be completed is not a change. The caller knows its verdict and
// does not call Differs then.
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

// reverseChange says how a sorted set of names has changed; it is "" if it has not.
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

// minus returns the names of a that are not in b.
func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(name string) bool {
		_, found := slices.BinarySearch(b, name)
		return found
	})
}

// foldSet returns a set of names in the form in which it is compared. A name that could not
// be kept equals no name that was.
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

// list joins the first few names, each cut to fit into a warning.
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
