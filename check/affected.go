package check

import (
	"fmt"
	"slices"

	"rdnsproxy/resolve"
)

// Setting is a switch of a configuration file and where it was set.
type Setting struct {
	On     bool
	Origin string // "file:line" or "default"; safe to print
}

// Client is the part of this machine's configuration that decides whether somebody
// notices a mapping that does not resolve back. With the zero Client nobody does.
type Client struct {
	GSSAPI         Setting // GSSAPIAuthentication
	GSSAPITrustDNS Setting // GSSAPITrustDns, of Debian's and Fedora's ssh
	GSSAPIIdentity string  // GSSAPIServerIdentity, of the same: the principal's host; safe to print
	Hostbased      Setting // HostbasedAuthentication
	UseDNS         Setting // of an sshd on this machine

	Kerberos *Kerberos // nil: not set up on this machine
}

// Kerberos is what krb5.conf says about names.
type Kerberos struct {
	RDNS         Setting // rdns
	Canonicalize Setting // dns_canonicalize_hostname
	Fallback     bool    // Canonicalize is "fallback"; its On is false then
	File         string  // the krb5.conf to add a line to; safe to print
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
// warning or worse, or one whose name resolves back but is not the host's, if Kerberos
// would use that name. Without a Client it says nothing.
func affected(f *judgement) []Finding {
	c := f.Client
	if c == nil {
		return nil
	}
	var fs []Finding
	anyOff := false
	for i := range f.addresses {
		a := &f.addresses[i]
		off := a.verdict.severity() >= Warning
		anyOff = anyOff || off
		if !off && (a.verdict != Confirmed || f.literal()) {
			continue
		}
		p := a.PTRs[a.deciding]
		fs = append(fs, c.gssapi(f, a, p, a.names[a.deciding], off)...)
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
// name, then the name of that address, whether or not it resolves back, and requests
// host/NAME (expand_hostname in sn2princ.c). libc never returns a malformed name to it.
func (c *Client) gssapi(f *judgement, a *judgedAddress, p PTRFacts, v Verdict, off bool) []Finding {
	if !c.GSSAPI.On || c.GSSAPIIdentity != "" || v == Malformed {
		return nil
	}
	var fs []Finding
	if c.GSSAPITrustDNS.On && c.Kerberos != nil {
		fs = append(fs, c.trustDNS(a, p, off))
	}
	if k := c.Kerberos; k != nil && k.RDNS.On && (k.Canonicalize.On || k.Fallback) && p.Name != k.without(f, a) {
		fs = append(fs, k.principal(f, a, p))
	}
	return fs
}

// without returns the name that Kerberos would use if rdns were off: the one at the end
// of the CNAME chain. With "fallback" it tries the name as given first.
func (k *Kerberos) without(f *judgement, a *judgedAddress) resolve.Name {
	if f.literal() {
		return resolve.Name(f.host.plain)
	}
	for _, ans := range f.Forward {
		if !k.Fallback && ans.Canonical != "" && slices.Contains(ans.Addrs, a.Addr) {
			return ans.Canonical
		}
	}
	return f.name
}

// principal says which principal Kerberos requests, and which one it should.
func (k *Kerberos) principal(f *judgement, a *judgedAddress, p PTRFacts) Finding {
	asks, should := "host/"+displayName(p.Name), "host/"+displayName(k.without(f, a))
	text := fmt.Sprintf("Kerberos requests %s instead of %s because it canonicalizes through reverse DNS "+
		"(rdns is on, %s)", asks, should, k.RDNS.Origin)
	switch {
	case f.literal():
		text = fmt.Sprintf("Kerberos requests %s because it canonicalizes through reverse DNS (rdns is on, %s)", asks,
			k.RDNS.Origin)
	case k.Fallback:
		text = fmt.Sprintf("Kerberos requests %s, and if that is unknown %s, the reverse name "+
			"(dns_canonicalize_hostname is fallback, %s)", should, asks, k.Canonicalize.Origin)
	}
	if len(f.Addresses) > 1 {
		text += fmt.Sprintf(", when %s is the first address", show(a.Addr))
	}
	fd := NewFinding(AffectedKerberos, a.Addr, text)
	if !f.literal() {
		fd.Advice = []Advice{newAdvice(AdviseRDNS,
			"if the server's principal is "+should+
				", this line in [libdefaults] makes Kerberos request it").With(k.File, "rdns = false")}
	}
	return fd
}

// trustDNS is about a patch in Debian and Fedora: ssh does what sshd does with UseDNS
// yes, message included, and gives Kerberos the name that it finds. Behind a ProxyCommand
// that relays, ssh knows no address and uses the name that was typed.
func (c *Client) trustDNS(a *judgedAddress, p PTRFacts, off bool) Finding {
	text := fmt.Sprintf("ssh requests the principal of %s, the reverse name (GSSAPITrustDns is on, %s)",
		displayName(p.Name), c.GSSAPITrustDNS.Origin)
	if off {
		text = fmt.Sprintf("ssh itself complains about the reverse name, and requests the principal of the bare "+
			"address (GSSAPITrustDns is on, %s)", c.GSSAPITrustDNS.Origin)
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
