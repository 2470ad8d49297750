package audit

import (
	"net/netip"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/safetext"
)

// judgeAsked is about names that were asked for and that nothing in the log has: a report on
// nothing passes every test, and a name is quickly mistyped. A period without anything is
// only quiet.
func (j *judgement) judgeAsked() {
	if j.o.Asked.All() || len(j.r.Inputs) > 0 && j.lines() == 0 {
		return
	}
	missing, named := j.missing()
	if len(missing) == 0 {
		return
	}
	text := "nothing matches "
	if asked := j.o.Asked; len(j.r.Only) > len(asked.Hosts)+len(asked.Users)+len(asked.Clients) {
		text = "nothing in this period matches "
	}
	var as []check.Advice
	if named {
		as = append(as, here(advise(AdviseLogWhere, "write names as they stand in the log, a server's with its "+
			"domain or without; without --host, -v lists the servers")))
	}
	j.about(LogNoMatch, nil, text+enumerate(missing, len(missing)), as...)
}

// missing returns in words what was asked for and is not there, and whether a name is among
// that. Of users it is known only if there is nobody at all.
func (j *judgement) missing() (words []string, named bool) {
	for _, name := range j.o.Asked.Hosts {
		if j.hosts[name] == nil {
			words = append(words, "host "+serverMark.shown(safetext.Name(name)))
		}
	}
	named = len(words) > 0
	for i, p := range j.o.Asked.Clients {
		if !j.seen[i] {
			words = append(words, "client "+prefixWords(p))
		}
	}
	if j.clients == 0 && len(words) == 0 {
		for _, name := range j.o.Asked.Users {
			words, named = append(words, "user "+userMark.shown(safetext.Name(name))), true
		}
	}
	return words, named
}

// see notes which of the networks that were asked for a client is in.
func (j *judgement) see(c *tally.Client) {
	for i, p := range j.o.Asked.Clients {
		j.seen[i] = j.seen[i] || p.Contains(c.Addr.Unmap().WithZone(""))
	}
}

// prefixWords shows a network; one of a single address as that address.
func prefixWords(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}
