package audit

import (
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/safetext"
	"rdnsproxy/sshdlog"
)

// mostFrom is how many addresses a from= line gets. More of them are rather a network.
const mostFrom = 16

// refusal is a from= list that refused a client.
type refusal struct {
	list string // as the log has it, but for an entry that sshd may have cut
	cut  bool
	key  keyPlace

	// The client has names, and the list admits the one at by; -1: none. If named, the
	// client was refused because the server did not know it by its name, or might have been.
	names []string
	by    int
	named bool
}

// refusal returns the list that refused the client: of several one that would admit it by its
// name. ok is false if the log has none.
func (c *counted) refusal() (r refusal, ok bool) {
	for _, required := range c.Required.Names {
		r := newRefusal(required)
		if !asksForName(r.list) {
			continue
		}
		r.names = c.nowNames()
		r.by = slices.IndexFunc(r.names, func(n string) bool { return admits(r.list, c, n) })
		if r.by >= 0 || c.change == Undetermined {
			r.named = true
			return r, true
		}
	}
	if len(c.Required.Names) == 0 {
		return refusal{}, false
	}
	return newRefusal(c.Required.Names[0]), true
}

func newRefusal(required tally.Count) refusal {
	r := refusal{key: newKeyPlace(required.At)}
	r.list, r.cut = wholeEntries(required.Name)
	return r
}

// keyPlace is where a key is. The zero keyPlace is not known.
type keyPlace struct {
	file, line string // safe to print
}

// newKeyPlace reads a place as sshd names it. One that is not safe to print is not known.
func newKeyPlace(at string) keyPlace {
	file, line, ok := sshdlog.Place([]byte(at))
	if !ok || safetext.Of(at).String() != at {
		return keyPlace{}
	}
	return keyPlace{string(file), string(line)}
}

// command reports whether the file looks like an AuthorizedKeysCommand, of which sshd logs
// what sshd_config says, with its arguments. All users' keys can be on the same line of what
// it prints.
func (k keyPlace) command() bool {
	programs := []string{"/bin/", "/sbin/", "/libexec/"}
	return strings.ContainsAny(k.file, " %") || strings.HasPrefix(k.file, "/usr/") ||
		slices.ContainsFunc(programs, func(dir string) bool { return strings.Contains(k.file, dir) })
}

// in reports whether the key is on a line of a file.
func (k keyPlace) in() bool { return k.file != "" && !k.command() }

// keyUse is who was refused by one list of one key.
type keyUse struct {
	list    string
	hosts   []string
	clients []netip.Addr // sorted
	proven  bool         // no client can have written the lines
}

// keyUses collects who was refused by which key, so that each key gets one from= line. What
// any client can have written about itself is never put together with anything else.
func keyUses(clients []counted) map[keyPlace][]keyUse {
	uses := map[keyPlace][]keyUse{}
	for i := range clients {
		c := &clients[i]
		r, ok := c.refusal()
		if c.RefusedKey == c.RefusedCert || !ok || !r.key.in() {
			continue
		}
		a := plainAddr(c.Addr).WithZone("")
		same := func(u keyUse) bool { return u.list == r.list && u.proven && !c.Unproven }
		u := slices.IndexFunc(uses[r.key], same)
		if u < 0 {
			u = len(uses[r.key])
			uses[r.key] = append(uses[r.key], keyUse{list: r.list, proven: !c.Unproven})
		}
		use := &uses[r.key][u]
		use.hosts = append(use.hosts, c.seenBy()...)
		if at, found := slices.BinarySearchFunc(use.clients, a, netip.Addr.Compare); !found {
			use.clients = slices.Insert(use.clients, at, a)
		}
	}
	return uses
}

// alike returns the clients that were refused by the same list of the same key as c, and
// whether the list is the only one that is known of that line: else the file has changed,
// and nobody knows which it has now.
func (j *judgement) alike(c *counted, r refusal) (clients []netip.Addr, only bool) {
	a := plainAddr(c.Addr).WithZone("")
	uses := j.keys[r.key]
	own := slices.IndexFunc(uses, func(u keyUse) bool {
		return u.list == r.list && u.proven == !c.Unproven && slices.Contains(u.clients, a)
	})
	if own < 0 {
		return []netip.Addr{a}, true
	}
	only = true
	for i, u := range uses {
		shared := slices.ContainsFunc(u.hosts, func(h string) bool { return slices.Contains(uses[own].hosts, h) })
		only = only && (i == own || !shared)
	}
	return uses[own].clients, only
}

// fromAdvice is to add to the list the client's address, and those of the others that the
// same key refused.
func (j *judgement) fromAdvice(c *counted, users string, r refusal) check.Advice {
	const may = "if the client may come from there: in "
	a := plainAddr(c.Addr).WithZone("").String()
	switch {
	case r.key.file == "":
		as := advise(AdviseFrom, may+"authorized_keys of "+users+", add its address to from=")
		return as.With("", r.line(a))
	case !r.key.in():
		as := advise(AdviseFrom, may+"the keys that "+fileMark.on(r.key.file)+" prints for "+users+
			", add its address to from=")
		return as.With("", r.line(a))
	}
	clients, only := j.alike(c, r)
	all := make([]string, 0, len(clients))
	for _, a := range clients {
		all = append(all, a.String())
	}
	text := may + fileMark.on(r.key.file) + ", line " + r.key.line + ", add " + a + " to from="
	if len(all) > 1 {
		text = "in " + fileMark.on(r.key.file) + ", line " + r.key.line + ", add " + enumerate(all, len(all)) +
			" to from=, but only those that may come from there"
	}
	as := advise(AdviseFrom, text)
	if line := r.line(all...); line != "" && only && len(all) <= mostFrom {
		as = as.With(r.key.file, line)
	}
	return as
}

// line returns the option with more addresses in it; empty: the list is not known as it
// stands in the file.
func (r *refusal) line(addresses ...string) string {
	if r.list == "" || r.cut || safetext.Of(r.list).String() != r.list || strings.Contains(r.list, `"`) {
		return ""
	}
	return `from="` + strings.Join(addresses, ",") + "," + r.list + `"`
}
