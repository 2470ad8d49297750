package audit

import (
	"net/netip"
	"strings"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/safetext"
)

// From how long in the median a wait for lookups is worth a finding, in microseconds.
const (
	slowWait     = 1_000_000
	verySlowWait = 5_000_000
)

const sshdConfig = "/etc/ssh/sshd_config"

// judgeServers adds the findings about the servers: whether they look up names, and how
// long that takes.
func (j *judgement) judgeServers() {
	var free, bound, past group // of servers
	var slow []*tally.Host
	for i := range j.sum.Hosts {
		h := &j.sum.Hosts[i]
		switch j.useDNS(h) {
		case useDNSPast:
			past.add(h, j.shows(h))
		case useDNSOn:
			if j.byName(h) {
				bound.add(h, j.shows(h))
			} else {
				free.add(h, j.shows(h))
			}
		}
		if h.Waits > 0 && h.MedianWait >= slowWait {
			slow = append(slow, h)
		}
	}
	for _, h := range slow[:min(len(slow), mostHosts)] {
		j.judgeSlow(h)
	}
	if free.n > 0 {
		j.found(UseDNSOn, netip.Addr{}, free.names, free.looksUp(false)+"; nothing in this log depends on a client's name",
			j.useDNSAdvice(free.raw)...)
	}
	if bound.n > 0 {
		j.found(UseDNSOn, netip.Addr{}, bound.names, bound.looksUp(false)+"; "+j.whatGoesByName(bound.raw),
			j.useDNSAdvice(bound.raw)...)
	}
	if past.n > 0 {
		j.found(UseDNSPast, netip.Addr{}, past.names, past.looksUp(true))
	}
}

// group is a group of servers that one finding is about.
type group struct {
	n      int
	names  []string // safe to print; at most mostHosts
	raw    []string // the same, as in the log
	proofs int64
	shown  bool // not only lines that any client can have written
}

func (g *group) add(h *tally.Host, shows bool) {
	g.n++
	g.shown = g.shown || shows
	g.proofs += h.Complaints + h.Named
	if len(g.names) < mostHosts {
		g.names, g.raw = append(g.names, safetext.Name(h.Name)), append(g.raw, h.Name)
	}
}

// looksUp says that the servers look up names, or did so once, and what shows it.
func (g *group) looksUp(past bool) string {
	who, of, verb := servers(g.names), " the names of its clients", plural(int64(g.n), " looks up", " look up")
	if g.n > 1 {
		who, of = count(int64(g.n), "server")+" ("+who+")", " the names of their clients"
	}
	shows := plural(g.proofs, " shows it", " show it")
	if past {
		verb, shows = " looked up", plural(g.proofs, " shows it, and no later one", " show it, and no later one")
	}
	text := who + verb + of
	if !past {
		text += " (UseDNS yes)"
	}
	if g.proofs > 0 {
		text += ": " + count(g.proofs, "line") + shows
	}
	if g.proofs > 0 && !g.shown {
		text += plural(g.proofs, " (any client can have written it)", " (any client can have written them)")
	}
	return text
}

// whatGoesByName says what would change with UseDNS no.
func (j *judgement) whatGoesByName(hosts []string) string {
	var from, userHost, hostKey int64
	rules := false
	for _, name := range hosts {
		h := j.hosts[name]
		from, userHost, hostKey = from+h.From, userHost+h.UserHost, hostKey+h.HostKey
		rules = rules || j.configured(h) && len(j.o.Server.ByName) > 0
	}
	var what []string
	if from > 0 {
		what = append(what, "from= in authorized_keys")
	}
	if rules {
		var words []string
		for _, r := range j.o.Server.ByName {
			words = append(words, r.words())
		}
		what = append(what, enumerate(words, len(words)))
	} else if userHost > 0 {
		what = append(what, "AllowUsers or DenyUsers with user@host")
	}
	if hostKey > 0 {
		what = append(what, "hostbased authentication")
	}
	return "rules may need them: " + strings.Join(what, "; ")
}

// useDNSAdvice says for the servers of a client, or of a finding, whether to set UseDNS no.
func (j *judgement) useDNSAdvice(hosts []string) []check.Advice {
	anyOn, byName, file := false, false, sshdConfig
	for _, name := range hosts {
		h := j.hosts[name]
		if h == nil || j.useDNS(h) != useDNSOn {
			continue
		}
		anyOn, byName = true, byName || j.byName(h)
		if origin := j.o.Server.UseDNS.Origin; j.configured(h) && origin != "" {
			file = fileOf(origin)
		}
	}
	switch {
	case !anyOn:
		return nil
	case byName:
		return []check.Advice{advise(AdviseUseDNS, "keep UseDNS yes as long as rules use host names; once from=, AllowUsers and "+
			"Match have addresses instead, it can be off")}
	}
	return []check.Advice{advise(AdviseUseDNS, "set UseDNS no in "+fileMark.on(file)+" (the default since OpenSSH 6.8), unless "+
		"host names stand in from= (authorized_keys), AllowUsers or Match Host: these need UseDNS yes. Logins then no longer "+
		"wait for lookups, and the complaints end").With(file, "UseDNS no")}
}

// judgeSlow is about a server whose clients wait for its lookups.
func (j *judgement) judgeSlow(h *tally.Host) {
	host := []string{safetext.Name(h.Name)}
	j.found(SlowLogin, netip.Addr{}, host, "clients with a bad reverse name wait "+seconds(h.MedianWait)+
		" (median) while "+servers(host)+" looks it up, at most "+seconds(h.LongestWait),
		append(j.useDNSAdvice([]string{h.Name}), advise(check.AdviseResolver,
			"on "+servers(host)+", check the DNS servers in /etc/resolv.conf: one that does not answer makes logins wait"))...).
		when(h.MedianWait >= verySlowWait, WhenVerySlow)
}
