package audit

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"rdnsproxy/sshdlog"
)

// labels are the labels of an anonymized report.
type labels struct {
	known   map[string]string // by what they stand for
	phrases []string          // those of them that are more than a word, the longest first
	last    map[string]int    // the last number of each kind
	nets    map[netip.Prefix]string
}

// newLabels gives a label to everything in the report that texts may mention.
func newLabels(r *Report) *labels {
	a := &labels{known: map[string]string{}, last: map[string]int{}, nets: map[netip.Prefix]string{}}
	for _, i := range r.Inputs {
		a.input(i.Name)
	}
	for _, h := range r.Hosts {
		a.server(h.Name)
	}
	for i := range r.Clients {
		a.address(r.Clients[i].Address)
	}
	for _, c := range r.Clients {
		a.client(c)
	}
	for _, z := range r.Zones {
		a.zone(z.Zone)
		a.contact(z.Keeper)
		for _, c := range z.Clients {
			a.address(c)
		}
	}
	for _, c := range r.Connections {
		a.server(c.Host)
		a.address(c.Address)
		a.name(c.Name)
		a.user(c.User)
	}
	for _, f := range r.Forgeries {
		a.server(f.Host)
		a.address(f.Client)
	}
	for _, f := range r.Findings {
		a.address(f.Address)
		for _, h := range f.Hosts {
			a.server(h)
		}
	}
	for thing := range a.known {
		if strings.ContainsFunc(thing, func(r rune) bool { return r < 0x80 && !inWord(byte(r)) }) {
			a.phrases = append(a.phrases, thing)
		}
	}
	slices.SortFunc(a.phrases, func(x, y string) int { return cmp.Or(cmp.Compare(len(y), len(x)), cmp.Compare(x, y)) })
	return a
}

// label returns the label of a thing, the next of its kind if it has none yet. What texts
// show cut has the same label.
func (a *labels) label(kind, thing string) string {
	if thing == "" || thing == "root" { // which every system has
		return thing
	}
	if l, ok := a.known[thing]; ok {
		return l
	}
	a.last[kind]++
	l := kind + "-" + strconv.Itoa(a.last[kind])
	a.known[thing] = l
	a.known[shown(thing)] = l
	return l
}

func (a *labels) server(name string) string  { return a.label("server", name) }
func (a *labels) user(name string) string    { return a.label("user", name) }
func (a *labels) name(name string) string    { return a.label("name", strings.TrimSuffix(name, ".")) }
func (a *labels) zone(name string) string    { return a.label("zone", name) }
func (a *labels) contact(mail string) string { return a.label("contact", mail) }
func (a *labels) list(list string) string    { return a.label("list", list) }
func (a *labels) input(name string) string   { return a.label("input", name) }

// place replaces the file of FILE:LINE.
func (a *labels) place(at string) string {
	if file, line, ok := sshdlog.Place([]byte(at)); ok {
		return a.label("file", string(file)) + ":" + string(line)
	}
	return ""
}

func (a *labels) address(addr netip.Addr) string {
	if !addr.IsValid() {
		return ""
	}
	return a.label("client", addr.String())
}

// net returns the label of the network of an address, which says which clients are
// neighbours.
func (a *labels) net(addr netip.Addr) string {
	if !addr.IsValid() {
		return ""
	}
	p := net24(addr)
	l, ok := a.nets[p]
	if !ok {
		l = "net-" + strconv.Itoa(len(a.nets)+1)
		a.nets[p] = l
	}
	return l
}

// text replaces what a text of the report mentions. Words that have a label get it; any
// other address, host name or path, such as that of a DNS server, becomes a general word,
// and what is quoted is left out. The texts' own words have none of these forms.
func (a *labels) text(s string) string {
	for _, p := range a.phrases {
		s = strings.ReplaceAll(s, p, a.known[p])
	}
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
		b.WriteString(a.word(s[:n]))
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
func (a *labels) word(w string) string {
	for end := len(w); ; end-- {
		if l, ok := a.known[w[:end]]; ok {
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
