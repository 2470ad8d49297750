package check

import (
	"fmt"
	"slices"
	"strings"

	"rdnsproxy/safetext"
)

// Setting is a switch of a configuration file and where it was set.
type Setting struct {
	On     bool
	Origin string // "file:line" or "default"; safe to print
}

// Client is the part of this machine's configuration that decides whether somebody
// notices a mapping that does not resolve back. With the zero Client nobody does.
type Client struct {
	GSSAPI         Setting // GSSAPIAuthentication, or GSSAPIKeyExchange of Debian's and Fedora's ssh
	GSSAPITrustDNS Setting // GSSAPITrustDns, of Debian's and Fedora's ssh
	GSSAPIIdentity string  // GSSAPIServerIdentity, of the same: the principal's host; safe to print
	Hostbased      Setting // HostbasedAuthentication
	UseDNS         Setting // of an sshd on this machine

	// Proxied says that a program connects for ssh and passes on what is said. ssh then has no
	// connection of which it could look up the address, so GSSAPITrustDns does nothing.
	Proxied bool

	Kerberos *Kerberos // nil: not set up on this machine
}

// trustsDNS reports whether ssh gives Kerberos the reverse name of the connection's address.
func (c *Client) trustsDNS() bool { return c.GSSAPITrustDNS.On && !c.Proxied }

// Kerberos is what krb5.conf says about names.
type Kerberos struct {
	RDNS         Setting // rdns
	Canonicalize Setting // dns_canonicalize_hostname
	Fallback     bool    // Canonicalize is "fallback"; its On is false then
	File         string  // the krb5.conf to add a line to; safe to print

	// Domain completes a name without a dot if DNS is not used, or has no address for it:
	// qualify_shortname, or the first domain of the search list. If it is empty, nothing does.
	Domain string

	Realm   string                                        // default_realm; safe to print; empty if there is none
	RealmOf func(host string) (realm string, mapped bool) // [domain_realm]; safe to print; if nil, no host is mapped
}

// The codes that say who is affected. All of them pass: they put another finding into
// proportion.
const (
	AffectedKerberos  Code = "affected.kerberos"
	AffectedTrustDNS  Code = "affected.gssapi-trustdns"
	AffectedHostbased Code = "affected.hostbased"
	AffectedServer    Code = "affected.server"
	AffectedNobody    Code = "affected.nobody"
)

// affectedCodes returns their rows in the table of findings.
func affectedCodes() []CodeDoc {
	return []CodeDoc{
		Row(AffectedKerberos, Pass, "Kerberos on this machine canonicalizes through reverse DNS, and requests "+
			"another principal than the host's"),
		Row(AffectedTrustDNS, Pass,
			"ssh on this machine has GSSAPITrustDns on: it uses the reverse name before it asks Kerberos"),
		Row(AffectedHostbased, Pass,
			"HostbasedAuthentication is on here: servers use the reverse name of a client's address"),
		Row(AffectedServer, Pass, "an sshd on this machine has UseDNS yes: from=, Match Host and AllowUsers see the "+
			"address instead of the name"),
		Row(AffectedNobody, Pass, "nothing on this machine uses the reverse name, and servers do only with UseDNS yes"),
	}
}

// The codes of the advice for who is affected.
const (
	AdviseRDNS     AdviceCode = "krb5-rdns"
	AdviseTrustDNS AdviceCode = "gssapi-trustdns"
)

// affectedAdvice returns their rows in the table of advice.
func affectedAdvice() []AdviceDoc {
	return []AdviceDoc{
		{AdviseRDNS, ThisMachine, "", "a line for [libdefaults] of krb5.conf, so that Kerberos uses the name that " +
			"was asked for; file and line are set"},
		{AdviseTrustDNS, ThisMachine, "", "a line for ssh's configuration, so that ssh leaves names to Kerberos"},
	}
}

// affected says who notices the mapping, by this machine's configuration: one that is a
// warning or worse, or one whose name resolves back, if Kerberos would use another name than
// the host's. Without a Client it says nothing.
func affected(f *judgement, tickets []Ticket) []Finding {
	c := f.Client
	if c == nil {
		return nil
	}
	fs := c.identity(tickets)
	anyOff := false
	for i := range f.addresses {
		a := &f.addresses[i]
		off := a.verdict.severity() >= Warning
		anyOff = anyOff || off
		several := a.verdict == Exact && len(a.Reverse.Names) > 1
		if !off && (a.verdict != Confirmed && !several || f.literal()) {
			continue
		}
		fs = append(fs, c.gssapi(f, a)...)
		if off {
			fs = append(fs, c.others(a)...)
		}
	}
	if anyOff && len(fs) == 0 {
		fs = append(fs, aboutTarget(AffectedNobody,
			"impact on this machine: none. ssh does not use reverse DNS; servers do only with UseDNS yes (off by "+
				"default since OpenSSH 6.8)"))
	}
	return fs
}

// gssapi is about logins with Kerberos. MIT's library takes the first address of the
// name, then the first name of that address, whether or not it resolves back, and requests
// host/NAME (expand_hostname in sn2princ.c).
func (c *Client) gssapi(f *judgement, a *judgedAddress) []Finding {
	names := libcNames(&a.Reverse)
	if !c.GSSAPI.On || c.Kerberos == nil || c.GSSAPIIdentity != "" || len(names) == 0 {
		return nil
	}
	var fs []Finding
	if c.trustsDNS() && !f.isHost(a.trusted()[0]) {
		fs = append(fs, c.trustDNS(a, names[0]))
	}
	other := func(n string) bool { return principalHost(n) != c.Kerberos.without(f) }
	if c.Kerberos.reverses() && slices.ContainsFunc(names, other) {
		fs = append(fs, c.Kerberos.principal(f, a, names))
	}
	return fs
}

// reverses reports whether Kerberos uses the name of an address.
func (k *Kerberos) reverses() bool { return k.RDNS.On && (k.Canonicalize.On || k.Fallback) }

// without returns the name that Kerberos would use if rdns were off: the one at the end
// of the CNAME chain. With "fallback" it tries the name as given first.
func (k *Kerberos) without(f *judgement) string {
	g := newGiven(f.Target.Host, GivenByHost)
	switch {
	case g.literal.IsValid():
		return g.name
	case !k.Fallback:
		return principalHost(canonicalOf(f.Forward, g.name))
	case !strings.Contains(g.name, ".") && k.Domain != "":
		return principalHost(g.name + "." + k.Domain)
	}
	return principalHost(g.name)
}

// principal says which principal Kerberos requests, and which one it should. names are
// those of the address, in the order in which DNS has them now.
func (k *Kerberos) principal(f *judgement, a *judgedAddress, names []string) Finding {
	asks, should := hostPrincipal(names[0]), hostPrincipal(k.without(f))
	why := fmt.Sprintf("because it canonicalizes through reverse DNS (rdns is on, %s)", k.RDNS.Origin)
	if n := len(a.Reverse.Names); len(names) > 1 {
		why = fmt.Sprintf("(or the principal of another of the address's %d names, whichever DNS lists first) %s", n, why)
	}
	text := fmt.Sprintf("Kerberos requests %s instead of %s %s", asks, should, why)
	switch {
	case f.literal():
		text = fmt.Sprintf("Kerberos requests %s %s", asks, why)
	case k.Fallback:
		text = fmt.Sprintf("Kerberos requests %s, and if that is unknown %s, the reverse name "+
			"(dns_canonicalize_hostname is fallback, %s)", should, asks, k.Canonicalize.Origin)
	case asks == should:
		text = fmt.Sprintf("Kerberos requests %s %s", asks, why)
	}
	if len(f.Addresses) > 1 {
		text += fmt.Sprintf(", when %s is the first address", show(a.Addr))
	}
	fd := NewFinding(AffectedKerberos, a.Addr, text)
	if !f.literal() && !k.Fallback {
		fd.Advice = k.withoutRDNS(should, f.Client.trustsDNS())
	}
	return fd
}

// withoutRDNS is the line that makes Kerberos request a principal. With trusting, another
// one has to make ssh give Kerberos that name.
func (k *Kerberos) withoutRDNS(principal string, trusting bool) []Advice {
	text := "if the server's principal is " + principal + ", this line in [libdefaults] makes Kerberos request it"
	if trusting {
		text += ", together with GSSAPITrustDns no"
	}
	return []Advice{newAdvice(AdviseRDNS, text).With(k.File, "rdns = false")}
}

// identity is about GSSAPIServerIdentity: Kerberos canonicalizes that name like any other.
func (c *Client) identity(tickets []Ticket) (fs []Finding) {
	should := hostPrincipal(c.GSSAPIIdentity)
	for _, t := range tickets {
		asks, _, _ := strings.Cut(t.Principal, "@")
		asks = cutPrincipal(asks)
		if t.GivenBy != GivenByIdentity || t.From != NameReverse || t.Try > 1 || asks == should || len(fs) > 0 {
			continue
		}
		fd := aboutTarget(AffectedKerberos, fmt.Sprintf(
			"Kerberos requests %s instead of %s, GSSAPIServerIdentity, because it canonicalizes that through "+
				"reverse DNS (rdns is on, %s)", asks, should, c.Kerberos.RDNS.Origin))
		fd.Advice = c.Kerberos.withoutRDNS(should, false)
		fs = append(fs, fd)
	}
	return fs
}

// hostPrincipal is the principal of a host, without its realm.
func hostPrincipal(name string) string { return cutPrincipal("host/" + shownName(principalHost(name))) }

// cutPrincipal shortens a principal for a text.
func cutPrincipal(p string) string { return safetext.Cut(p, len("host/")+maxName) }

// trustDNS is about a patch in Debian and Fedora: ssh does what sshd does with UseDNS
// yes, message included, and gives Kerberos the name that it finds, or the address if that
// name does not resolve back. Kerberos canonicalizes that in turn.
func (c *Client) trustDNS(a *judgedAddress, name string) Finding {
	trusted := a.trusted()[0]
	text := fmt.Sprintf("ssh requests the principal of %s, the reverse name (GSSAPITrustDns is on, %s)",
		safetext.Cut(shownName(trusted), maxName), c.GSSAPITrustDNS.Origin)
	if trusted != name {
		asks := "requests the principal of the bare address"
		if c.Kerberos.reverses() {
			asks = "gives Kerberos the bare address, whose reverse name is " + safetext.Cut(shownName(name), maxName)
		}
		text = fmt.Sprintf("ssh itself complains about the reverse name, and %s (GSSAPITrustDns is on, %s)", asks,
			c.GSSAPITrustDNS.Origin)
	}
	fd := NewFinding(AffectedTrustDNS, a.Addr, text)
	advice := newAdvice(AdviseTrustDNS,
		"this line in ssh's configuration makes ssh give Kerberos the name that was typed")
	fd.Advice = []Advice{advice.With("", "GSSAPITrustDns no")}
	return fd
}

// others is about the host as a client of servers. The user asked about the opposite
// direction, so the texts name the direction.
func (c *Client) others(a *judgedAddress) []Finding {
	var fs []Finding
	if c.Hostbased.On {
		fs = append(fs, NewFinding(AffectedHostbased, a.Addr, fmt.Sprintf(
			"HostbasedAuthentication is on (%s): a server that %s logs in to identifies it by its reverse name, "+
				"which does not resolve back",
			c.Hostbased.Origin, show(a.Addr))))
	}
	if c.UseDNS.On {
		fs = append(fs, NewFinding(AffectedServer, a.Addr, fmt.Sprintf(
			"sshd on this machine has UseDNS yes (%s): when %s logs in here, from=, Match Host and AllowUsers see "+
				"the address, not a name",
			c.UseDNS.Origin, show(a.Addr))))
	}
	return fs
}
