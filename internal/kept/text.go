package kept

import (
	"net/netip"
	"strings"
	"time"

	"rdnsproxy/internal/layout"
	"rdnsproxy/internal/reversecache"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// text is the list for people: one line an entry, the addresses in a column. What is not
// used here stands below the rest, under a heading. If width is 0, nothing is wrapped.
func text(entries []entry, width int) string {
	column := 0
	for _, e := range entries {
		column = max(column, len(e.Address.String())+2)
	}
	var here, elsewhere strings.Builder
	for _, e := range entries {
		into := &here
		if !e.Current {
			into = &elsewhere
		}
		address, rest := e.Address.String(), e.words()
		for line := range strings.Lines(layout.Paragraphs(max(width-column, min(width, narrowest)), rest)) {
			into.WriteString(layout.Pad(address, column) + line)
			address = ""
		}
	}
	if elsewhere.Len() == 0 {
		return here.String()
	}
	if here.Len() > 0 {
		here.WriteString("\n")
	}
	return here.String() + "of another network or configuration, not used here:\n" + elsewhere.String()
}

// narrowest is how many columns are left for words, however wide an address is.
const narrowest = 30

// words are what is known of the address, and until when.
func (e entry) words() string {
	var words []string
	var first time.Time // when something expires
	expires := func(a *answer) {
		if first.IsZero() || a.Expires.Before(first) {
			first = a.Expires
		}
	}
	if e.Reverse != nil {
		expires(e.Reverse)
		if len(e.PTR) == 0 {
			words = append(words, "no name: "+e.Reverse.Status.Words())
		}
	}
	for _, n := range e.PTR {
		switch {
		case n.Forward == nil:
			words = append(words, n.Name)
			continue
		case n.Forward.Status != resolve.OK:
			words = append(words, n.Name+" ("+n.Forward.Status.Words()+")")
		default:
			words = append(words, n.Name+" ("+joined(n.Addresses)+")")
		}
		expires(n.Forward)
	}
	if !first.IsZero() {
		words = append(words, "expires in "+left(first))
	}
	if e.Failed != nil {
		words = append(words, "lookup failed ("+failureWords(e.Failed.Status)+"), not waited for in the next "+left(e.Failed.Until))
	}
	if e.Silent != nil {
		words = append(words, "DNS did not answer about its hosts line, not waited for in the next "+left(*e.Silent))
	}
	return safetext.Line(strings.Join(words, ", "))
}

// most is how many addresses of a name are shown.
const most = 4

func joined(addrs []netip.Addr) string {
	var words []string
	for i, a := range addrs {
		if i == most {
			words = append(words, "...")
			break
		}
		words = append(words, a.String())
	}
	return strings.Join(words, ", ")
}

func failureWords(s resolve.Status) string {
	if s == reversecache.CutShort {
		return "no answer in time"
	}
	return s.Words()
}

func left(t time.Time) string { return max(time.Until(t), 0).Round(time.Second).String() }
