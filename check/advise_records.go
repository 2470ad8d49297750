package check

import (
	"net/netip"
	"strings"

	"rdnsproxy/resolve"
)

// advisePTR is the record that would make the mapping exact, and who can set it.
// A target that is an address has no name to ask for: then it is the record that
// should go or be corrected.
func advisePTR(f *judgement, a *judgedAddress) []Advice {
	if synthesised(a.Addr) || unrecorded(a.lookup) || a.Reverse.Source.Kind != resolve.KindDNS {
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
	}
	if !f.literal() && !recordable(name) || !name.LDH() {
		return nil
	}
	return []Advice{newAdvice(AdvisePTRRecord, askOperator(a.lookup, a.ReverseZone, wish)).
		with("", string(at)+". PTR "+string(name)+".")}
}

// askOperator is the wish for a record in the reverse zone of an address, to whoever
// can grant it. z is the zone that the record would stand in, as far as is known.
func askOperator(a netip.Addr, z *resolve.Zone, wish string) string {
	switch {
	case z == nil && !isExempt(a):
		return "ask the operator of the reverse zone " + wish
	case isExempt(a) && (z == nil || aboveAll(z.Apex) || placeholder(z)):
		return "nobody on the internet runs " + string(privateZone(a)) + ": ask whoever runs your network's resolver " + wish + ", in a zone of your own"
	case !isExempt(a) && ofRegistry(z.Apex):
		return "ask the provider of the address " + wish
	case !z.Mailbox.IsZero():
		return "ask the operator of " + string(z.Apex) + " (contact: " + z.Mailbox.String() + ") " + wish
	}
	return "ask the operator of " + string(z.Apex) + " (primary server " + string(z.Primary) + ") " + wish
}

// aboveAll reports whether a zone is above all that somebody could ask a keeper
// about: what answers then is the root, or IANA.
func aboveAll(zone resolve.Name) bool {
	return zone == "." || zone == "arpa" || zone == "in-addr.arpa" || zone == "ip6.arpa"
}

// placeholder reports whether a zone is one of those that resolvers and the AS112
// servers answer with for private addresses, so that questions about them end
// there (RFC 6303, section 3, and RFC 7534, section 3.5): its SOA names IANA, or
// nobody. BIND's and Unbound's own are known by theirs.
func placeholder(z *resolve.Zone) bool {
	_, mail, _ := strings.Cut(z.Mailbox.String(), "@")
	for _, name := range []resolve.Name{z.Primary, resolve.Name(mail)} {
		for _, nobody := range []resolve.Name{"iana.org", "icann.org", "root-servers.org", "root-servers.net", "as112.arpa", "as112.net", "invalid", "localhost"} {
			if name.Under(nobody) {
				return true
			}
		}
	}
	return z.Mailbox.IsZero() && z.Primary == z.Apex
}

// privateZone is the zone of the whole range that a private address is in, as far
// as it ends at a dot: 10.in-addr.arpa, 168.192.in-addr.arpa, d.f.ip6.arpa.
func privateZone(a netip.Addr) resolve.Name {
	labels := strings.Split(string(resolve.ReverseName(a)), ".")
	keep := 2 + 2
	if first := a.As16()[12]; a.Is4() && (first == 10 || first == 127) {
		keep--
	}
	return resolve.Name(strings.Join(labels[len(labels)-keep:], "."))
}

// unrecorded reports whether no record can give an address a name: no host has it.
func unrecorded(a netip.Addr) bool {
	return a.IsUnspecified() || a.IsMulticast() || isReserved(a)
}

// recordable reports whether a record for a name, or one that leads to it, would
// mend anything: not where the name means each machine itself or is never asked of
// DNS (RFC 6761, 7686 and 9476), where its domain is missing, and where the final
// dot was forgotten and it ends in a reverse zone.
func recordable(n resolve.Name) bool {
	for _, zone := range []resolve.Name{"localhost", "invalid", "onion", "alt", "in-addr.arpa", "ip6.arpa"} {
		if n.Under(zone) {
			return false
		}
	}
	return n.LDH() && n.Labels() > 1
}

// decisive is the PTR that the verdict on an address rests on, if one does.
func decisive(a *judgedAddress) (PTRFacts, bool) {
	if a.deciding < 0 {
		return PTRFacts{}, false
	}
	return a.PTRs[a.deciding], true
}

// adviseForward is the other way to make ends meet: the PTR's name gets the address.
func adviseForward(a *judgedAddress) []Advice {
	p, ok := decisive(a)
	if !ok || !recordable(p.Name) || !lookedUp(p) || p.Forward.Status == resolve.Skipped || synthesised(a.Addr) || unrecorded(a.lookup) {
		return nil
	}
	if filtered(p.Forward) {
		return adviseFilter(p.Forward)
	}
	kind := " AAAA "
	if a.lookup.Is4() {
		kind = " A "
	}
	return []Advice{newAdvice(AdviseForwardRecord,
		"if the name is meant for this address, the operator of its zone should add this record").
		with("", string(p.Name)+"."+kind+a.lookup.String())}
}
