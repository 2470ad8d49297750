package audit

import (
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// guessed is from how many failures, or users, on a client that then logs in looks as if
// it had guessed.
const (
	guessedFailures = 10
	guessedUsers    = 3
)

// judgeClient adds the findings about one client.
func (j *judgement) judgeClient(c *counted) {
	before := len(j.r.Findings)
	j.judgeGuessed(c)
	j.judgeRefused(c)
	j.judgeDenied(c)
	j.judgeHostbased(c)
	j.judgeMapping(c)
	if !c.Unproven {
		return
	}
	for i := range j.r.Findings[before:] {
		j.r.Findings[before+i].unproven()
	}
}

// unproven makes a finding about a client a notice, if any client can have written the
// lines that it rests on. What DNS says about the address stays as it is.
func (f *Finding) unproven() {
	if !slices.Contains([]check.Code{
		LoginAfterGuessing, LoginRefusedByName, LoginDeniedByName, HostbasedMismatch, LoginBadlyMapped,
	}, f.Code) {
		return
	}
	f.when(true, WhenUnproven)
	f.Text += "; not proven: any client can have written these lines"
}

// judgeGuessed is about a client that guessed and then logged in.
func (j *judgement) judgeGuessed(c *counted) {
	if c.reading != Mixed || c.FailedBefore < guessedFailures && c.UsersBefore < guessedUsers {
		return
	}
	l := c.client().FirstLogin
	host := []string{l.Host}
	text := plainAddr(c.Addr).String() + " logged in to " + servers(host) + " as " + userMark.shown(l.User)
	if l.Time != nil {
		text += " on " + moment(*l.Time)
	}
	text += ", " + l.besides() + count(l.FailedBefore, "failed attempt")
	if l.UsersBefore > 1 {
		text += " for about " + count(int64(l.UsersBefore), "user")
	}
	if n := len(c.Hosts); n > 1 || c.MoreHosts {
		text += " on " + c.hostCount()
	}
	if l.Unordered {
		text += ", some of them later"
	}
	if j.forgeable(c) {
		text += "; clients can write such lines into this log"
	}
	j.found(LoginAfterGuessing, plainAddr(c.Addr), host, text, advise(AdviseLookAt,
		"ask "+userMark.shown(l.User)+" whether that was them, and look at what the login did: 'last', the shell's "+
			"history, new keys in authorized_keys; many people behind one address (NAT) can look the same"))
}

// besides is the word before a login's failed attempts: logs of several servers that are read
// one by one do not have them in order.
func (l *Login) besides() string {
	if l.Unordered {
		return "besides "
	}
	return "after "
}

func (c *counted) hostCount() string {
	if len(c.Hosts) == 0 {
		return "servers that are not counted one by one"
	}
	n := count(int64(len(c.Hosts)), "server")
	if c.MoreHosts {
		return "more than " + n
	}
	return n
}

// judgeMapping is about a client that logs in although its reverse name is, or was, wrong.
func (j *judgement) judgeMapping(c *counted) {
	if c.logins() == 0 {
		return
	}
	a := plainAddr(c.Addr)
	switch {
	case c.change == New && j.looksUp(c):
		j.addCheck(c, "; "+c.who(), func(f check.Finding) bool { return f.Code.Mapping() || isCause(f.Code) })
	case !complained(&c.Client):
	case c.change == Fixed, c.change == Removed:
		now := "now it resolves back"
		if c.change == Removed {
			now = "now there is no PTR record, which is no reason for a complaint"
		}
		j.found(LoginWasBadlyMapped, a, c.servers(), a.String()+": "+c.thenWords()+"; "+now)
	default:
		text := a.String() + ": "
		switch c.change {
		case Still:
			text += mappingWords(c.result, c.Addr)
		case Undetermined:
			text += c.thenWords() + ", and now DNS does not answer"
		default:
			text += c.thenWords() + "; it was not looked up again"
		}
		text += "; " + c.who()
		if j.stoppedLooking(c) {
			text += "; " + servers(c.servers()) + plural(int64(len(c.seenBy())), " no longer looks", " no longer look") + " names up"
		}
		j.found(LoginBadlyMapped, a, c.servers(), text, j.mappingAdvice(c)...).
			when(c.change == Skipped, WhenSkipped).when(c.change == Undetermined, WhenUndetermined)
		j.addCheck(c, "", func(f check.Finding) bool { return c.change == Still && isCause(f.Code) })
	}
}

// addCheck adds those of check's findings about a client that the function selects, the
// verdict's with who logs in from there.
func (j *judgement) addCheck(c *counted, who string, wanted func(check.Finding) bool) {
	if c.result == nil {
		return
	}
	for _, cf := range c.result.Findings {
		if wanted(cf) {
			var f Finding
			f.Finding = cf
			f.Address, f.Advice, f.Text = plainAddr(c.Addr), nil, markPTRs(c.result, cf.Text)
			if cf.Code.Mapping() {
				f.Text += who
			}
			j.foundAs(f, c.servers(), onlyRecords(cf.Advice))
		}
	}
}

func isCause(c check.Code) bool { return strings.HasPrefix(string(c), "cause.") }

// onlyRecords leaves out what check advises for this machine: the log may be another's.
func onlyRecords(all []check.Advice) []check.Advice {
	var as []check.Advice
	for _, a := range all {
		if a.Code == check.AdvisePTRRecord || a.Code == check.AdviseForwardRecord || a.Code == check.AdviseResolver {
			as = append(as, a)
		}
	}
	return as
}

// who says who logs in where: "anna and ben log in to fs1 from there (9 logins)".
func (c *counted) who() string {
	users := namesOf(c.LoggedIn)
	who, verb := users.list(), " log in to "
	if who == "" {
		who = "somebody"
	}
	if users.About <= 1 {
		verb = " logs in to "
	}
	return who + verb + servers(c.servers()) + " from there (" + count(c.logins(), "login") + ")"
}

// thenWords says what the server complained about: "its reverse name x.example.com did
// not resolve".
func (c *counted) thenWords() string {
	name := ""
	if c.NameLast != "" {
		name = " " + nameMark.shown(safetext.Name(c.NameLast))
	}
	switch mappingWord(c.Mapping) {
	case "failed":
		return "its reverse name" + name + " did not resolve"
	case "mismatch":
		return "its reverse name" + name + " did not resolve back to it"
	case "numeric":
		return "its reverse name" + name + " was an address"
	}
	return "it had no reverse name"
}

// mappingAdvice says what can be done about a wrong reverse name of a client that logs in:
// first what ends the lookups, then what corrects DNS for everybody, and last what changes
// one server only. With several servers, the finding about them says the first once for
// all, and nobody keeps the last up to date.
func (j *judgement) mappingAdvice(c *counted) []check.Advice {
	var as []check.Advice
	alone := len(j.sum.Hosts) == 1
	if alone {
		as = j.useDNSAdvice(c.seenBy())
	}
	if c.change != Still {
		return as
	}
	as = append(as, adviceOf(c.result, c.Addr, check.AdvisePTRRecord, check.AdviseForwardRecord)...)
	if line := hostsLine(c); alone && line != "" {
		as = append(as, advise(AdviseServerHosts, "only if the address is fixed: add this line to /etc/hosts. The server "+
			"then accepts the name, and whoever has the address passes rules that ask for it").With("/etc/hosts", line))
	}
	return as
}

// hostsLine returns a line that makes a server believe the only reverse name of a client;
// empty if there can be none. A name that resolves elsewhere is another machine's.
func hostsLine(c *counted) string {
	if c.address == nil || c.address.Verdict != check.Unresolvable || len(c.address.PTR) != 1 || c.Addr.Zone() != "" {
		return ""
	}
	name, err := resolve.ParseName(c.address.PTR[0].Name)
	if err != nil || !name.LDH() || name.Labels() < 2 {
		return ""
	}
	return c.Addr.Unmap().String() + "  " + string(name)
}

// nowNames are the reverse names that a client had in the log, and has now.
func (c *counted) nowNames() []string {
	names := []string{}
	add := func(n string) {
		n = strings.TrimSuffix(n, ".")
		if n == "" {
			return
		}
		if _, err := netip.ParseAddr(n); err != nil {
			names = append(names, n)
		}
	}
	add(c.NameLast)
	for _, n := range c.Names.Names {
		add(n.Name)
	}
	if c.address != nil {
		for _, p := range c.address.PTR {
			add(p.Name)
		}
	}
	return names
}
