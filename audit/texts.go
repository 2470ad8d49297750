package audit

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
)

// told replaces the names in a text with marks. A list of them is sorted by their labels:
// those that the text names first may be the first in the alphabet.
func (a *labels) told(text string) string {
	var b strings.Builder
	var list, between []string // the labels of a list, and what stands between them
	flush := func() {
		slices.SortFunc(list, byNumber)
		for i, l := range list {
			if i > 0 {
				b.WriteString(between[i])
			}
			b.WriteString(l)
		}
		list, between = nil, nil
	}
	kind := mark(0)
	for text != "" {
		before, m, name, after := nextMarked(text)
		if m == 0 || m != kind || before != ", " && before != " and " {
			flush()
			b.WriteString(a.text(before, true))
		}
		if m != 0 {
			list, between = append(list, a.marked(m, name)), append(between, before)
		}
		kind, text = m, after
	}
	flush()
	return b.String()
}

// marked returns what stands for a marked name.
func (a *labels) marked(m mark, name string) string {
	switch m {
	case serverMark:
		return a.server(name)
	case userMark:
		return a.user(name)
	case nameMark:
		return a.name(name)
	case zoneMark:
		return a.zone(name)
	case contactMark:
		return a.contact(name)
	case inputMark:
		return a.input(name)
	case fileMark:
		return a.file(name)
	}
	return "..."
}

// file returns the label of a file, or of FILE:LINE. A file that every system has keeps its
// name.
func (a *labels) file(name string) string {
	if ordinary(name) {
		return name
	}
	return cmp.Or(a.place(name), a.label("file", name))
}

// phrases returns the names that are more than a word, the longest first.
func (a *labels) phrases() []string {
	var all []string
	for t := range a.known {
		if strings.ContainsFunc(t.name, func(r rune) bool { return r < 0x80 && !inWord(byte(r)) }) {
			all = append(all, t.name)
		}
	}
	slices.SortFunc(all, func(x, y string) int { return cmp.Or(cmp.Compare(len(y), len(x)), cmp.Compare(x, y)) })
	return all
}

// read replaces the names in a text that has no marks, since it was read from JSON.
func (a *labels) read(text string) string {
	for _, name := range a.long {
		l, _ := a.find(name)
		text = strings.ReplaceAll(text, name, l)
	}
	return a.text(text, false)
}

// text replaces what a text of the report mentions. Words that have a label get it; any
// other address, host name or path, such as that of a DNS server, becomes a general word,
// and what is quoted is left out. The texts' own words have none of these forms: if own is
// set, all names that look like words are marked, and words stay.
func (a *labels) text(s string, own bool) string {
	var b strings.Builder
	for s != "" {
		if quoted, after, ok := strings.Cut(s[1:], `"`); s[0] == '"' && ok && quoted != "" {
			b.WriteString(`"..."`)
			s = after
			continue
		}
		n := 0
		for n < len(s) && inWord(s[n]) {
			n++
		}
		if n == 0 {
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		b.WriteString(a.word(s[:n], own))
		s = s[n:]
	}
	return b.String()
}

// inWord reports whether a byte can stand in an address, a name, a pattern, a path or a
// mail address. The bytes of other scripts can: a path may have them.
func inWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80 ||
		strings.IndexByte(`._:%\@*?/+-~!$&#`, c) >= 0
}

// word replaces one word, with the punctuation behind it.
func (a *labels) word(w string, own bool) string {
	if bare := strings.TrimRight(w, ".:!?"); own && isOwn(bare) && !isAddress(w) {
		return w
	}
	for end := len(w); ; end-- {
		if l, ok := a.find(w[:end]); ok {
			return l + w[end:]
		}
		if end == 1 || !strings.ContainsRune(".:!?", rune(w[end-1])) {
			break
		}
	}
	bare := strings.TrimRight(w, ".:!?")
	tail := w[len(bare):]
	switch {
	case bare == "":
		return w
	case isAddress(bare), isAddress(w):
		return "an address" + tail
	case strings.HasPrefix(bare, "/"), strings.HasPrefix(bare, "~"):
		if ordinary(bare) {
			return w
		}
		return "a file" + tail
	case strings.Contains(bare, "@"):
		return "a contact" + tail
	case ownWord(bare):
		return w
	case strings.ContainsAny(bare, `*?\`), isDotted(bare):
		return "a name" + tail
	}
	return w
}

// isOwn reports whether a word looks like a text's own, and not like an address, a host name
// with a domain, a path or a mail address.
func isOwn(w string) bool {
	return ownWord(w) || ordinary(w) || !isAddress(w) && !isDotted(w) && !strings.ContainsAny(w, "/~@*?\\")
}

// ownWord reports whether a word that looks like a host name is one of the texts' own.
func ownWord(w string) bool {
	return w == "shosts.equiv" || w == ".shosts" || w == "..." || w == "user@host"
}

// ordinary reports whether a path is one that every system has.
func ordinary(path string) bool {
	for _, p := range []string{"/etc/hosts", "/etc/resolv.conf", sshdConfig, "/var/log/auth.log", "/var/log/secure",
		"/var/log/messages"} {
		rest, ok := strings.CutPrefix(path, p)
		if line := strings.TrimPrefix(rest, ":"); ok && strings.Trim(line, "0123456789") == "" {
			return true
		}
	}
	return false
}

// isAddress reports whether a word is an address or a network.
func isAddress(w string) bool {
	a, _, _ := strings.Cut(w, "/")
	_, err := netip.ParseAddr(a)
	return err == nil
}

// isDotted reports whether a word looks like a host name with a domain: it has letters and
// a dot inside.
func isDotted(w string) bool {
	dot := strings.IndexByte(w, '.')
	return dot >= 0 && dot < len(w)-1 && strings.ContainsFunc(w, func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	})
}
