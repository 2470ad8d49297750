package audit

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/safetext"
)

// shortName is how many characters of a name a finding's text shows. The client has the
// whole name.
const shortName = 63

// number formats a number for people: 1,204.
func number(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count formats a number of things: "1 login", "1,204 logins". The plural is the singular
// with an s, or with es after a sibilant.
func count(n int64, thing string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(thing, "s"):
		thing += "es"
	default:
		thing += "s"
	}
	return number(n) + " " + thing
}

// plural chooses by number.
func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// times formats how often something happened: "once", "46 times".
func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return number(n) + " times"
}

// enumerate lists at most three names, and says how many more there are of n in all.
func enumerate(names []string, n int) string {
	shown := names[:min(len(names), 3)]
	switch more := n - len(shown); {
	case len(shown) == 0:
		return ""
	case more > 0:
		return strings.Join(shown, ", ") + " and " + number(int64(more)) + " more"
	case len(shown) == 1:
		return shown[0]
	}
	last := len(shown) - 1
	return strings.Join(shown[:last], ", ") + " and " + shown[last]
}

// noName is the word for a server whose log does not name it.
const noName = "the server"

// servers lists host names of a report as texts show them.
func servers(hosts []string) string {
	if len(hosts) == 0 {
		return noName
	}
	shown := make([]string, 0, len(hosts))
	for _, h := range hosts {
		if h = serverMark.shown(h); h == "" {
			h = noName
		}
		shown = append(shown, h)
	}
	return enumerate(shown, len(shown))
}

// plainAddr returns an address with a zone that is safe to print.
func plainAddr(a netip.Addr) netip.Addr {
	if z := a.Zone(); z != "" {
		return a.WithZone(safetext.Name(z))
	}
	return a
}

// shown returns a name as texts show it. It must be safe already.
func shown(name string) string { return safetext.Cut(name, shortName) }

// shown returns a name as texts show it, marked.
func (m mark) shown(name string) string { return m.on(shown(name)) }

// list lists the users of a set.
func (n Names) list() string {
	var names []string
	for _, name := range n.Names {
		names = append(names, userMark.shown(name.Name))
	}
	return enumerate(names, n.About)
}

// moment formats a time in a text: "22 Nov 2026 03:14 UTC".
func moment(t time.Time) string { return t.Format("2 Jan 2006 15:04 MST") }

// seconds formats a duration in microseconds: "5.3 s".
func seconds(micro int64) string {
	return strconv.FormatFloat(float64(micro)/1e6, 'f', 1, 64) + " s"
}

// stamp returns a time of the tally; nil if it has none.
func stamp(unix int64) *time.Time {
	if unix == 0 {
		return nil
	}
	t := time.Unix(unix, 0).UTC()
	return &t
}

// mappingWords returns what check says about the address today, without the address in
// front: "its reverse name ns.example.com does not exist (NXDOMAIN)".
func mappingWords(r *check.Result, a netip.Addr) string {
	text := r.MappingText(a)
	if _, after, ok := strings.Cut(text, ": "); ok {
		text = after
	}
	return markPTRs(r, text)
}

// markPTRs marks the reverse names in a text of check's that have no dot, or no letter. The others
// cannot be taken for words or numbers.
func markPTRs(r *check.Result, text string) string {
	letter := func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }
	for i := range r.Addresses {
		for _, p := range r.Addresses[i].PTR {
			if p.Name != "" && (!strings.Contains(p.Name, ".") || !strings.ContainsFunc(p.Name, letter)) {
				text = nameMark.after("name ", p.Name, text)
			}
		}
	}
	return text
}
