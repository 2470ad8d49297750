package audit

import (
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/sshdlog"
)

// headline answers in one sentence: did anybody guess and get in, are people hurt by
// reverse names, or is all well.
type headline struct {
	j      *judgement
	listed map[netip.Addr]*counted
	about  map[check.Code][]netip.Addr // clients by finding
}

func newHeadline(j *judgement, listed []counted) *headline {
	h := &headline{j: j, listed: map[netip.Addr]*counted{}, about: map[check.Code][]netip.Addr{}}
	for i := range listed {
		h.listed[plainAddr(listed[i].Addr)] = &listed[i]
	}
	for _, f := range j.r.Findings {
		if f.Address.IsValid() && !h.unproven(f.Address) {
			h.about[f.Code] = append(h.about[f.Code], f.Address)
		}
	}
	return h
}

// text adds to the answer that it may be a lie, if clients can write into all of the log.
func (h *headline) text() string {
	hosts := h.j.sum.Hosts
	empty := slices.ContainsFunc(h.j.r.Findings, func(f Finding) bool { return f.Code == LogEmpty })
	if only := h.j.r.Only; len(only) > 0 && h.j.clients == 0 && !empty {
		return "nothing in this log matches: " + strings.Join(only, ", ")
	}
	if empty {
		return "no line of an SSH server was found"
	}
	if len(hosts) == 0 || h.provesNothing() || slices.ContainsFunc(hosts, func(h tally.Host) bool { return h.Trust[sshdlog.Stranger] == 0 }) {
		return h.answer()
	}
	if h.j.clients > 0 && h.j.proven == 0 {
		return h.answer()
	}
	return h.answer() + " (but clients can write into this log)"
}

// provesNothing reports whether no client stands in a line that the server alone can write.
func (h *headline) provesNothing() bool { return h.j.clients > 0 && h.j.proven == 0 }

func (h *headline) answer() string {
	guessed, hurt := h.guessed(), h.hurt()
	switch {
	case h.provesNothing():
		return fewServers(h.j.hostNames()) + ": any client can have written this log, so it proves nothing"
	case guessed == "" && hurt == "":
		return h.healthy()
	case guessed == "":
		return hurt
	case hurt == "":
		return guessed
	}
	return guessed + "; " + hurt
}

// unproven reports whether a client is listed of which only lines tell that any client can
// have written.
func (h *headline) unproven(a netip.Addr) bool {
	c := h.listed[a]
	return c != nil && c.Unproven
}

// hostNames returns the servers of the report.
func (j *judgement) hostNames() []string {
	var names []string
	for _, host := range j.r.Hosts {
		names = append(names, host.Name)
	}
	return names
}

// guessed says who guessed and then logged in. The client with the most failures stands
// for all.
func (h *headline) guessed() string {
	all := h.about[LoginAfterGuessing]
	if len(all) == 0 {
		return ""
	}
	first := h.listed[all[0]]
	for _, a := range all[1:] {
		if c := h.listed[a]; c.FailedBefore > first.FailedBefore {
			first = c
		}
	}
	l := first.client().FirstLogin
	text := plainAddr(first.Addr).String() + " logged in to " + servers([]string{l.Host}) + " as " +
		userMark.shown(l.User) + " " + l.besides() + count(l.FailedBefore, "failed attempt")
	switch more := len(all) - 1; more {
	case 0:
		return text
	case 1:
		return text + ", and one more address did the same"
	default:
		return text + ", and " + number(int64(more)) + " more addresses did the same"
	}
}

// hurt says how many clients that belong here are hurt by reverse names.
func (h *headline) hurt() string {
	var refused, mapped []*counted
	seen := map[netip.Addr]bool{}
	collect := func(all []*counted, codes ...check.Code) []*counted {
		for _, code := range codes {
			for _, a := range h.about[code] {
				if !seen[a] {
					seen[a], all = true, append(all, h.listed[a])
				}
			}
		}
		return all
	}
	refused = collect(refused, LoginRefusedByName, LoginDeniedByName, HostbasedMismatch)
	mapped = collect(mapped, LoginBadlyMapped)
	for _, v := range check.Verdicts() { // of those that nobody has complained about yet
		mapped = collect(mapped, check.MappingCode(v))
	}
	if len(seen) == 0 {
		return ""
	}
	text := where(slices.Concat(refused, mapped)) + ": "
	if n := int64(len(refused)); n > 0 {
		text += count(n, "client") + plural(n, " was refused because a rule asks for its host name",
			" were refused because rules ask for their host names")
	}
	if len(refused) > 0 && len(mapped) > 0 {
		text += ", "
	}
	if n := int64(len(mapped)); n > 0 {
		if slices.ContainsFunc(mapped, func(c *counted) bool { return c.change == Still || c.change == New }) {
			return text + count(n, "client") + plural(n, " that logs in has a wrong reverse name",
				" that log in have wrong reverse names")
		}
		text += count(n, "client") + plural(n, " that logged in had a wrong reverse name",
			" that logged in had wrong reverse names")
	}
	return text
}

// where names the servers that saw the clients.
func where(clients []*counted) string {
	hosts := map[string]bool{}
	for _, c := range clients {
		for _, name := range c.servers() {
			hosts[name] = true
		}
	}
	return fewServers(sortedKeys(hosts))
}

// fewServers names servers, or says how many they are.
func fewServers(hosts []string) string {
	if len(hosts) > 3 {
		return count(int64(len(hosts)), "server")
	}
	return servers(hosts)
}

// healthy says that nobody is hurt.
func (h *headline) healthy() string {
	t := &h.j.r.Totals
	in := func(rows map[Reading]Row) int64 { return rows[People].Logins + rows[Mixed].Logins }
	text := fewServers(h.j.hostNames()) + ": "
	switch {
	case in(t.BadlyByReading) > 0:
		return text + "the reverse names of all clients that log in are in order now"
	case t.BadlyMapped.Addresses > 0:
		return text + "nobody logged in from an address with a wrong reverse name"
	case in(t.ByReading) > 0:
		return text + count(in(t.ByReading), "login") + ", and no complaint about a reverse name"
	}
	return text + "no login, and no complaint about a reverse name"
}
