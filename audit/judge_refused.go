package audit

import (
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/safetext"
	"rdnsproxy/sshconf"
)

// requiredCut is the length at which sshd cuts the from= list in its message
// (auth2-pubkeyfile.c, auth_authorise_keyopts: "required=%.200s").
const requiredCut = 200

// allowUsers is the rule that lets in only whom it names (sshd_config(5)).
const allowUsers = "AllowUsers"

// judgeRefused is about a client that offered an authorized key and was refused because
// of where it came from. sshd says so before it asks for a signature (auth2-pubkey.c,
// user_key_allowed): whoever has the public key can cause it.
func (j *judgement) judgeRefused(c *counted) {
	n := c.RefusedKey - c.RefusedCert
	a, hosts := plainAddr(c.Addr), c.servers()
	users := namesOf(c.Refused).list()
	if users == "" || n > 0 && c.RefusedCert > 0 && c.Refused.About > 1 { // nobody knows whose is which
		users = "a user"
	}
	if c.RefusedCert > 0 {
		j.found(LoginRefusedCert, a, hosts, a.String()+": it offered a valid certificate of "+users+", and "+servers(hosts)+
			" refused it "+times(c.RefusedCert)+": its address is not in the certificate's source-address",
			certificateAdvice(a, users))
	}
	if n <= 0 {
		return
	}
	refused := "it offered an authorized key of " + users + ", and " + servers(hosts) + " refused it " + times(n)
	r, ok := c.refusal()
	switch {
	case !ok:
		j.found(LoginRefusedFrom, a, hosts, a.String()+": "+refused+" because of from= in authorized_keys",
			j.fromAdvice(c, users, r))
	case r.named:
		text := a.String() + ": " + refused + ": from=" + quoted(r.list, r.cut) + " asks for a name, but the server " +
			"knows it by its address only: " + j.whyUnnamed(c, r.names, r.by)
		j.found(LoginRefusedByName, a, hosts, text, slices.Concat([]check.Advice{j.fromAdvice(c, users, r)},
			j.recordAdvice(c))...)
	default:
		text := a.String() + ": " + refused + ": its address is not in from=" + quoted(r.list, r.cut)
		if asksForName(r.list) && len(c.nowNames()) == 0 && c.address != nil {
			text += ", and it has no reverse name that could be"
		}
		j.found(LoginRefusedFrom, a, hosts, text, j.fromAdvice(c, users, r))
	}
}

// certificateAdvice is to have another certificate issued: nothing in authorized_keys changes this one.
func certificateAdvice(a netip.Addr, users string) check.Advice {
	return advise(AdviseCertificate, "nothing to change here: if the client may come from there, have a new certificate of "+
		users+" signed, with "+a.WithZone("").String()+" in its source-address (ssh-keygen -O source-address=)")
}

// recordAdvice is to correct DNS; none if nothing shows that a server has looked the client's
// name up, for then no record would have helped.
func (j *judgement) recordAdvice(c *counted) []check.Advice {
	if !complained(&c.Client) && !j.looksUp(c) {
		return nil
	}
	return adviceOf(c.result, c.Addr, check.AdvisePTRRecord, check.AdviseForwardRecord)
}

// wholeEntries returns a list without its last entry if the server may have cut it.
func wholeEntries(list string) (whole string, cut bool) {
	if len(list) < requiredCut {
		return list, false
	}
	if i := strings.LastIndexByte(list, ','); i >= 0 {
		list = list[:i]
	}
	return list, true
}

// quoted shows a list as it stands in authorized_keys.
func quoted(list string, cut bool) string {
	more := ""
	if cut {
		more = ",..."
	}
	return `"` + quoteMark.on(safetext.Cut(safetext.Of(list).String(), 3*shortName)+more) + `"`
}

// asksForName reports whether an entry of the list is a pattern for host names: it has a
// letter that no address has.
func asksForName(list string) bool {
	for entry := range strings.SplitSeq(list, ",") {
		if isName(entry) {
			return true
		}
	}
	return false
}

// isName reports whether a pattern is for host names: it has a letter that stands in no
// address.
func isName(pattern string) bool {
	return strings.ContainsFunc(pattern, func(r rune) bool { return r >= 'g' && r <= 'z' || r >= 'G' && r <= 'Z' })
}

// admits reports whether the list lets the client in by this name, and not by its address.
func admits(list string, c *counted, name string) bool {
	ad := check.Admits(list, check.Seen{Address: c.Addr.Unmap(), Names: []string{name}}, sshconf.Match)
	return ad.WithDNS && !ad.WithoutDNS
}

// whyUnnamed says why the server did not know the client by the name at names[by]; -1: no
// name is known.
func (j *judgement) whyUnnamed(c *counted, names []string, by int) string {
	switch {
	case (c.change == New || by < 0) && !complained(&c.Client) && !j.looksUp(c):
		return "nothing shows that it looks up names (UseDNS no is the default since OpenSSH 6.8); besides, " +
			mappingWords(c.result, c.Addr)
	case c.change == Still, c.change == New, by < 0:
		return mappingWords(c.result, c.Addr)
	case c.change == Removed:
		return c.thenWords() + "; now it has none"
	case complained(&c.Client) && c.change == Fixed:
		return c.thenWords() + "; now it resolves back"
	case complained(&c.Client):
		return c.thenWords()
	}
	name := "its reverse name " + nameMark.shown(safetext.Name(names[by]))
	switch confirmed := c.address != nil && c.address.Verdict.Confirms(); {
	case confirmed && j.looksUp(c):
		return name + " is new; it resolves back now"
	case confirmed:
		return name + " resolves back, so UseDNS is probably no, the default since OpenSSH 6.8"
	}
	return "in other connections it was " + nameMark.shown(safetext.Name(names[by]))
}

// judgeDenied is about a user who is not allowed to log in, where sshd_config has a rule
// that would have let them in by the client's name. It goes by connections in which the server
// also complained about that name.
func (j *judgement) judgeDenied(c *counted) {
	for _, rule := range j.o.Server.ByName {
		user, host, ok := strings.Cut(rule.Pattern, "@")
		if !ok || rule.Keyword != allowUsers || !isName(host) || !j.seenByConfigured(c) {
			continue
		}
		for _, u := range c.Unlisted.Names {
			fits := func(name string) bool { m, _ := sshconf.Match(host, name, true); return m }
			if m, _ := sshconf.Match(user, u.Name, false); !m || !slices.ContainsFunc(c.nowNames(), fits) {
				continue
			}
			a := plainAddr(c.Addr)
			why := c.thenWords()
			if c.change == Still {
				why = mappingWords(c.result, c.Addr)
			}
			j.found(LoginDeniedByName, a, c.servers(), a.String()+": "+userMark.shown(safetext.Name(u.Name))+
				" was not allowed to log in to "+servers(c.servers())+": "+rule.words()+" uses a host name, and in the same "+
				"connection the server could not confirm the client's: "+why,
				slices.Concat([]check.Advice{advise(AdviseUserHost, "write the client's address or its network instead of "+
					"the name").With(fileOf(rule.Origin), "AllowUsers "+safetext.Name(user)+"@"+a.WithZone("").String())},
					adviceOf(c.result, c.Addr, check.AdvisePTRRecord, check.AdviseForwardRecord))...)
			return
		}
	}
}

// seenByConfigured reports whether the server whose configuration is known saw the client.
func (j *judgement) seenByConfigured(c *counted) bool {
	return slices.ContainsFunc(c.seenBy(), func(h string) bool { return j.o.Server.of(h, len(j.sum.Hosts)) })
}

// fileOf returns the file of an origin "file:line".
func fileOf(origin string) string {
	if i := strings.LastIndexByte(origin, ':'); i > 0 {
		return origin[:i]
	}
	return origin
}

// judgeHostbased is about a client whose claimed host name is not the one that the server
// found.
func (j *judgement) judgeHostbased(c *counted) {
	if c.Hostbased == 0 {
		return
	}
	a := plainAddr(c.Addr)
	text := a.String() + ": hostbased authentication failed " + times(c.Hostbased) + " on " + servers(c.servers()) +
		", because the server finds another name for this address than the client gives"
	if c.result != nil {
		text += "; now " + mappingWords(c.result, c.Addr)
	}
	j.found(HostbasedMismatch, a, c.servers(), text, slices.Concat(
		j.recordAdvice(c),
		[]check.Advice{advise(AdviseShosts, "compare the client's own host name with shosts.equiv, .shosts and "+
			"ssh_known_hosts on the server: all have to have the name that the server finds")})...)
}
