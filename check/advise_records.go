package check

import (
	"net/netip"
	"strings"

	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// advisePTR gives the record that would make the mapping exact, and who can add it. If
// the target is an address, no name is known to ask for: then the advice is to correct or
// remove the record.
func advisePTR(f *judgement, a *judgedAddress) []Advice {
	if synthesised(a.Addr) || unrecorded(a.lookup) || !a.Reverse.Source.Records() {
		return nil
	}
	at := a.PTROwner
	if at == "" {
		at = resolve.ReverseName(a.lookup)
	}
	name, wish := f.name, "to add this record"
	if f.literal() {
		p, ok := decisive(a)
		if !ok {
			return nil
		}
		name, wish = p.Name, "to correct or remove this record"
	} else if s := a.Reverse.Source; s.File && s.Line > 0 {
		wish = "to replace the PTR record by this one"
	}
	if meant := withFinalDot(a); meant != "" && (f.literal() || meant == name) {
		name, wish = meant, "to add the final dot that is probably missing in the zone file"
		if a.Reverse.Source.File {
			wish = "probably the final dot is missing"
		}
	}
	if !f.literal() && !recordable(name) || !name.LDH() {
		return nil
	}
	return []Advice{newAdvice(AdvisePTRRecord, whoCorrects(a, wish)).
		With("", string(at)+". PTR "+string(name)+".")}
}

// askOperator says whom to ask for a change in the reverse zone of an address; wish is
// the change, "to add this record". z is the zone that the record belongs in; nil if it is
// not known.
func askOperator(a netip.Addr, z *resolve.Zone, wish string) string {
	switch {
	case z == nil && !isExempt(a):
		return "ask the operator of the reverse zone " + wish
	case isExempt(a) && (z == nil || rootOrIANA(z.Apex) || placeholder(z)):
		return "nobody on the internet runs " + string(privateZone(a)) + ": ask whoever runs your network's resolver " +
			wish + ", in a zone of your own"
	case !isExempt(a) && ofRegistry(z.Apex):
		return "ask the provider of the address " + wish
	case !z.Mailbox.IsZero():
		return "ask the operator of " + string(z.Apex) + " (contact: " + z.Mailbox.String() + ") " + wish
	}
	return "ask the operator of " + string(z.Apex) + " (primary server " + string(z.Primary) + ") " + wish
}

// operator returns the reverse zone that a PTR record of the address would stand in, and
// the mail address of whoever can be asked for one. Both are empty if nobody can, the
// second if a registry runs the zone or its SOA has none.
func (a *judgedAddress) operator() (zone, contact string) {
	z := a.ReverseZone
	if z == nil || rootOrIANA(z.Apex) || isExempt(a.lookup) && placeholder(z) {
		return "", ""
	}
	if !ofRegistry(z.Apex) {
		contact = z.Mailbox.String()
	}
	return string(z.Apex), contact
}

// rootOrIANA reports whether a zone is one whose operator no user can ask for a record.
func rootOrIANA(zone resolve.Name) bool {
	return zone == "." || zone == "arpa" || zone == "in-addr.arpa" || zone == "ip6.arpa"
}

// placeholder reports whether a zone is one of the empty zones that resolvers and the
// AS112 servers have for private addresses, so that queries about them go no further (RFC
// 6303, section 3, and RFC 7534, section 3.5). The SOA of such a zone names IANA, or
// nobody; BIND and Unbound each have an SOA of their own.
func placeholder(z *resolve.Zone) bool {
	_, mail, _ := strings.Cut(z.Mailbox.String(), "@")
	for _, name := range []resolve.Name{z.Primary, resolve.Name(mail)} {
		for _, nobody := range []resolve.Name{"iana.org", "icann.org", "root-servers.org", "root-servers.net",
			"as112.arpa", "as112.net", "invalid", "localhost"} {
			if name.Under(nobody) {
				return true
			}
		}
	}
	return z.Mailbox.IsZero() && z.Primary == z.Apex
}

// privateZone returns the reverse zone of the range that a private address is in, cut at a
// label: 10.in-addr.arpa, 168.192.in-addr.arpa, d.f.ip6.arpa.
func privateZone(a netip.Addr) resolve.Name {
	labels := strings.Split(string(resolve.ReverseName(a)), ".")
	keep := 2 + 2
	if first := a.As16()[12]; a.Is4() && (first == 10 || first == 127) {
		keep--
	}
	return resolve.Name(strings.Join(labels[len(labels)-keep:], "."))
}

// unrecorded reports whether a PTR record for the address would be pointless, because no
// host can have the address.
func unrecorded(a netip.Addr) bool {
	return a.IsUnspecified() || a.IsMulticast() || isReserved(a)
}

// recordable reports whether a record for the name, or a PTR record with it, would help.
// It would not if the name means each machine itself or is never looked up in DNS (RFC
// 6761, 7686 and 9476), if it has no domain, or if it ends in a reverse zone because
// somebody forgot the final dot.
func recordable(n resolve.Name) bool {
	for _, zone := range []resolve.Name{"localhost", "invalid", "onion", "alt", "in-addr.arpa", "ip6.arpa"} {
		if n.Under(zone) {
			return false
		}
	}
	return n.LDH() && n.Labels() > 1
}

// decisive returns the PTR that decides the verdict on an address, if one does.
func decisive(a *judgedAddress) (PTRFacts, bool) {
	if a.deciding < 0 {
		return PTRFacts{}, false
	}
	return a.PTRs[a.deciding], true
}

// adviseForward gives the other record that would make the mapping resolve back: the
// address record that the PTR's name lacks.
func adviseForward(a *judgedAddress) []Advice {
	p, ok := decisive(a)
	if !ok || !recordable(p.Name) || !lookedUp(p) || p.Forward.Status == resolve.Skipped || synthesised(a.Addr) ||
		unrecorded(a.lookup) {
		return nil
	}
	if filtered(p.Forward) {
		return adviseFilter(p.Forward)
	}
	kind := " AAAA "
	if a.lookup.Is4() {
		kind = " A "
	}
	who := "the operator of its zone should add this record"
	if s := p.Forward.Source; s.File {
		who = "add this record to " + safetext.Line(s.Where)
	}
	return []Advice{newAdvice(AdviseForwardRecord, "if the name is meant for this address, "+who).
		With("", string(p.Name)+"."+kind+a.lookup.String())}
}
