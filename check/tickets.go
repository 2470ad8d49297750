package check

import (
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/limits"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// Ticket is one that ssh on this machine asks Kerberos for, to log in to the target.
// Which of several it is depends on what check cannot know: the address or name that DNS
// lists first, or which principals the KDC has.
type Ticket struct {
	Principal string        `json:"principal"` // host/NAME@REALM; without a realm if krb5.conf has none
	From      PrincipalName `json:"from"`      // what NAME is
	Given     string        `json:"given"`     // the name that ssh gives to Kerberos
	GivenBy   GivenBy       `json:"given_by"`
	Try       int           `json:"try"` // 2: only if the KDC has no principal of try 1

	// Address is valid if the name depends on the address: it is the one that ssh has
	// connected to (GivenByTrustDNS), or the first that Kerberos finds. Of tickets that have
	// the same, the first in DNS's order counts.
	Address netip.Addr `json:"address,omitzero"`
}

// PrincipalName says what the name in a principal is.
type PrincipalName string

// The names in a principal.
const (
	NameAsGiven   PrincipalName = "given"     // the one that ssh gives to Kerberos
	NameCompleted PrincipalName = "completed" // the same with a domain: it has no dot
	NameCanonical PrincipalName = "canonical" // the one at the end of the CNAME chain, or the first of a hosts line
	NameReverse   PrincipalName = "reverse"   // the one of the address
)

// GivenBy says what decides which name ssh gives to Kerberos.
type GivenBy string

// What decides that.
const (
	GivenByHost     GivenBy = "host"                 // the host, after HostName and CanonicalizeHostname
	GivenByIdentity GivenBy = "GSSAPIServerIdentity" // that setting
	GivenByTrustDNS GivenBy = "GSSAPITrustDns"       // the connection's address
)

// given is a name that ssh gives to Kerberos.
type given struct {
	name    string // as Kerberos gets it
	literal netip.Addr
	by      GivenBy
	addr    netip.Addr // with GivenByTrustDNS, the connection's
}

func newGiven(name string, by GivenBy) given {
	g := given{name: name, by: by}
	if a, literal := resolve.ParseLiteral(name); literal {
		g.name, g.literal = a.String(), a
	}
	return g
}

// tickets foresees what Kerberos is asked for. There are none if nobody uses Kerberos
// here, or if the lookups are not complete.
func (f *judgement) tickets() []Ticket {
	c := f.Client
	if c == nil || !c.GSSAPI.On || c.Kerberos == nil || f.Pending || f.NameCut {
		return nil
	}
	var all []Ticket
	var alone []int // those that no address decides about
	for _, g := range f.given() {
		for _, n := range f.names(g) {
			all = addTicket(all, Ticket{
				Principal: c.Kerberos.principalOf(n.name),
				From:      n.from, Given: shownName(g.name), GivenBy: g.by, Try: n.try, Address: n.addr,
			})
		}
	}
	for i := range all {
		other := func(t Ticket) bool { return t.Try == all[i].Try && t.Address != all[i].Address }
		if !slices.ContainsFunc(all, other) {
			alone = append(alone, i)
		}
	}
	for _, i := range alone {
		all[i].Address = netip.Addr{}
	}
	return all
}

// addTicket adds a ticket behind those of its try, unless it is there.
func addTicket(all []Ticket, t Ticket) []Ticket {
	at := len(all)
	if at == limits.Tickets {
		return all
	}
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Try == t.Try && all[i].Principal == t.Principal {
			return all
		}
		if all[i].Try > t.Try {
			at = i
		}
	}
	return append(all[:at:at], append([]Ticket{t}, all[at:]...)...)
}

// given returns the names that ssh may give to Kerberos (userauth_gssapi in sshconnect2.c
// with the patch of Debian and Fedora): one, or one for each address that it may connect to.
func (f *judgement) given() []given {
	c := f.Client
	switch {
	case c.GSSAPIIdentity != "":
		return []given{newGiven(c.GSSAPIIdentity, GivenByIdentity)}
	case !c.trustsDNS():
		return []given{newGiven(f.Target.Host, GivenByHost)}
	}
	var all []given
	for i := range f.addresses {
		a := &f.addresses[i]
		if a.Reverse.Status == resolve.Skipped {
			continue
		}
		for _, name := range a.trusted() {
			g := newGiven(name, GivenByTrustDNS)
			g.addr = a.Addr
			all = append(all, g)
		}
	}
	return all
}

// trusted are the names that ssh may take an address for with GSSAPITrustDns
// (remote_hostname in the patch's canohost.c): its first reverse name if that resolves back,
// else the address itself. Which name is the first can change; those of this time come first.
func (a *judgedAddress) trusted() (all []string) {
	names := libcNames(&a.Reverse)
	for _, name := range names {
		at := slices.IndexFunc(a.PTRs, func(p PTRFacts) bool { return p.host() == name })
		if at < 0 { // there are too many to know
			continue
		}
		if !a.sshdConfirms(at) {
			name = a.Addr.String()
		}
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	if bare := a.Addr.String(); len(all) == 0 || hasOddName(&a.Reverse) && !slices.Contains(all, bare) {
		all = append(all, bare)
	}
	return all
}

// host is the name as libc returns it.
func (p *PTRFacts) host() string {
	if p.Text != "" {
		return p.Text
	}
	return string(p.Name)
}

// libcNames are the names of an address that getnameinfo may return, which is the first of
// them; at most limits.PTRNames.
// A DNS server may list them in another order next time. Names that are not host names are
// left out; if they come first, glibc before 2.37 returns none at all.
func libcNames(reverse *resolve.Answer) (names []string) {
	if reverse.Status != resolve.OK {
		return nil
	}
	if reverse.Text != "" {
		return []string{reverse.Text}
	}
	for _, n := range reverse.Names {
		if n.HostName() && len(names) < limits.PTRNames {
			names = append(names, string(n))
		}
	}
	return names
}

// hasOddName reports whether DNS has a name of the address that is not a host name.
func hasOddName(reverse *resolve.Answer) bool {
	odd := func(n resolve.Name) bool { return !n.HostName() }
	return reverse.Text == "" && slices.ContainsFunc(reverse.Names, odd)
}

// expanded is what Kerberos makes of a name.
type expanded struct {
	name string
	from PrincipalName
	try  int
	addr netip.Addr // that it depends on
}

// names are what Kerberos makes of a name (expand_hostname and k5_canonprinc in MIT's
// sn2princ.c). With Fallback, the name without DNS comes first.
func (f *judgement) names(g given) []expanded {
	k := f.Client.Kerberos
	plain := expanded{name: g.name, from: NameAsGiven, try: 1, addr: g.addr}
	if !strings.Contains(g.name, ".") && k.Domain != "" { // even if it is an address of IPv6
		plain.name, plain.from = g.name+"."+k.Domain, NameCompleted
	}
	if !k.Canonicalize.On && !k.Fallback {
		return []expanded{plain}
	}
	all, known := f.throughDNS(g)
	switch {
	case !k.Fallback && len(all) == 0 && known: // it has no address
		return []expanded{plain}
	case !k.Fallback:
		return all
	}
	tries := []expanded{plain}
	for _, n := range all {
		if n.try = 2; principalHost(n.name) != principalHost(plain.name) {
			tries = append(tries, n)
		}
	}
	return tries
}

// throughDNS are the names that Kerberos finds in DNS: of each address that may be the
// first. known is false if the name was not looked up here.
func (f *judgement) throughDNS(g given) (all []expanded, known bool) {
	found, known := f.found(g)
	for _, a := range found {
		canonical := expanded{name: a.canonical, from: NameCanonical, try: 1, addr: a.addr}
		if g.literal.IsValid() || a.canonical == g.name {
			canonical.from = NameAsGiven
		}
		if g.addr.IsValid() {
			canonical.addr = g.addr
		}
		var reverse []string
		if f.Client.Kerberos.RDNS.On {
			reverse = libcNames(a.reverse)
		}
		for _, n := range reverse {
			e := canonical
			e.name, e.from = n, NameReverse
			all = append(all, e)
		}
		if len(reverse) == 0 || hasOddName(a.reverse) {
			all = append(all, canonical)
		}
	}
	return all, known
}

// foundAddr is an address of a name, with what Kerberos would find of it.
type foundAddr struct {
	addr      netip.Addr
	canonical string
	reverse   *resolve.Answer
}

// found are the addresses of a name that ssh gives to Kerberos. known is false if it was
// not looked up.
func (f *judgement) found(g given) (all []foundAddr, known bool) {
	for i := range f.Expanded {
		if e := &f.Expanded[i]; e.Host == g.name {
			return e.found(), true
		}
	}
	if !g.literal.IsValid() && (g.by == GivenByHost || f.isHost(g.name)) {
		for i := range f.addresses {
			if a := &f.addresses[i]; a.Reverse.Status != resolve.Skipped {
				all = append(all, foundAddr{a.Addr, canonicalOf(f.Forward, g.name), &a.Reverse})
			}
		}
		return all, len(all) == len(f.addresses)
	}
	for i := range f.addresses {
		if a := &f.addresses[i]; a.lookup == lookupAddr(g.literal) && a.Reverse.Status != resolve.Skipped {
			return []foundAddr{{a.Addr, g.name, &a.Reverse}}, true
		}
	}
	return nil, false
}

// isHost reports whether a name is that of the host.
func (f *judgement) isHost(name string) bool {
	return principalHost(name) == principalHost(f.Target.Host)
}

// canonicalOf is the canonical name that getaddrinfo returns: the one of the first line of a
// hosts file that has the host in any family, or of DNS.
func canonicalOf(forward []resolve.Answer, host string) string {
	var first *resolve.Answer
	for i := range forward {
		ans := &forward[i]
		if ans.Status != resolve.OK || ans.Canonical == "" {
			continue
		}
		if first == nil || ans.Source.Kind == resolve.KindHosts && ans.Source.Line < first.Source.Line {
			first = ans
		}
	}
	if first == nil {
		return host
	}
	return string(first.Canonical)
}

// principalHost is how Kerberos writes a name in a principal: in lower case, without one
// final dot.
func principalHost(name string) string {
	return strings.TrimSuffix(strings.ToLower(name), ".")
}

// principalOf is the principal of a host. The realm of a host that is not mapped is the
// ticket's own, for which default_realm stands here; the KDC may refer to another one.
func (k *Kerberos) principalOf(name string) string {
	host := principalHost(name)
	realm := k.Realm
	if k.RealmOf != nil {
		if of, ok := k.RealmOf(host); ok {
			realm = of
		}
	}
	principal := "host/" + shownName(host)
	if realm != "" {
		principal += "@" + realm
	}
	return principal
}

// shownName is a name that Kerberos uses, safe to print. It may be an address too, and from a
// hosts file anything.
func shownName(name string) string { return safetext.Of(name).String() }
