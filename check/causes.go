package check

import (
	"fmt"

	"rdnsproxy/resolve"
)

// The codes of likely causes. All of them pass: the finding with the verdict says how bad
// the mapping is, and these say what probably caused it.
const (
	CauseNeverSetUp        Code = "cause.never-set-up"
	CauseGeneric           Code = "cause.generic"
	CauseStale             Code = "cause.stale"
	CauseMoved             Code = "cause.moved"
	CauseForwardMissing    Code = "cause.forward-missing"
	CauseOtherOrganisation Code = "cause.other-organisation"
	CauseNoZone            Code = "cause.no-zone"
	CauseFinalDot          Code = "cause.final-dot"
	CauseShortName         Code = "cause.short-name"
	CauseAddressAsName     Code = "cause.address-as-name"
	CauseHostsFile         Code = "cause.hosts-file"
)

// causeCodes returns their rows in the table of findings.
func causeCodes() []CodeDoc {
	return []CodeDoc{
		Row(CauseNeverSetUp, Pass, "probably nobody has set up a PTR record for this host: there is none, or a "+
			"default one that is generated from the address and does not exist"),
		Row(CauseGeneric, Pass, "probably the provider's generic name: it is generated from the address"),
		Row(CauseStale, Pass, "probably left over from a previous owner of the address: the domain of the PTR "+
			"target, or the name in it, no longer exists"),
		Row(CauseMoved, Pass, "probably the name has moved to other addresses, and the PTR record stayed"),
		Row(CauseForwardMissing, Pass,
			"probably the address record of the PTR target was removed, or never added: its zone exists"),
		Row(CauseOtherOrganisation, Pass, "the PTR target is in another domain than the host: it probably belongs "+
			"to a previous owner of the address, or was entered by mistake"),
		Row(CauseNoZone, Pass,
			"probably no reverse zone is delegated to the owner of the address: a registry's zone answers"),
		Row(CauseFinalDot, Pass,
			"probably the final dot is missing in the zone file: the PTR target ends in the name of the reverse zone"),
		Row(CauseShortName, Pass, "probably a name was entered without its domain"),
		Row(CauseAddressAsName, Pass, "probably the address was entered where a name belongs"),
		Row(CauseFiltered, Pass, "the resolver filters the PTR target: it answers 0.0.0.0 or :: for it"),
		Row(CauseHostsFile, Pass, "the reverse name is from a hosts file of this machine, not from DNS"),
	}
}

// causes says what probably caused the reverse name of an address, from its traces in
// DNS. It accuses nobody: each trace can have an innocent reason, and most have one (RFC
// 1912, section 2.1). It is meant for mappings that are missing or do not resolve back;
// about a confirmed one it says only that the name is generic.
func causes(f *judgement, a *judgedAddress) []Finding {
	found := func(c Code, format string, args ...any) []Finding {
		return []Finding{NewFinding(c, a.Addr, fmt.Sprintf(format, args...))}
	}
	if unrecorded(a.lookup) {
		return nil // no host has it, so nobody sets up a name for it
	}
	if a.verdict == Missing {
		return causesOfMissing(a, found)
	}
	if a.deciding < 0 || a.verdict == Undetermined || a.verdict == Exact {
		return nil
	}
	p := a.PTRs[a.deciding]
	name := displayName(p.Name)
	switch generic := isGenericName(p.Name, a.lookup); {
	case a.verdict == Confirmed && !generic:
		return nil
	case a.Reverse.Source.Kind == resolve.KindHosts:
		return found(CauseHostsFile, "the reverse name %s is from %s on this machine, not from DNS",
			name, place(a.Reverse.Source.String()))
	case a.verdict == Mismatch && filtered(p.Forward):
		return found(CauseFiltered, "%s filters the reverse name %s: it answers %s, which is not a host's address",
			sourceWord(p.Forward), name, listAddrs(p.Forward.Addrs))
	case a.verdict == Numeric:
		return found(CauseAddressAsName, "probably an address was entered in the reverse zone where a name belongs")
	case p.Name.Under("in-addr.arpa"), p.Name.Under("ip6.arpa"):
		return found(CauseFinalDot,
			"probably the final dot is missing in the zone file: %s ends in the name of a reverse zone", name)
	case a.verdict == Malformed, p.Name == ".":
		return nil
	case generic && a.verdict == Unresolvable:
		return found(CauseNeverSetUp, "probably a default PTR: %s is generated from the address", name)
	case generic:
		return found(CauseGeneric, "probably the provider's generic name: %s is generated from the address", name)
	case p.Name.Labels() == 1:
		return found(CauseShortName, "probably a name was entered without its domain: %s is a single label", name)
	case a.verdict == Mismatch:
		return causesOfMismatch(f, p, found)
	}
	return causesOfUnresolvable(f, a, p, found)
}

// newCause makes a finding about the address at hand.
type newCause func(c Code, format string, args ...any) []Finding

// causesOfMissing distinguishes a missing record from a missing zone.
func causesOfMissing(a *judgedAddress, found newCause) []Finding {
	zone := a.ReverseZone
	if zone == nil {
		zone = a.Reverse.Zone
	}
	switch {
	case zone == nil:
		return nil
	case rootOrIANA(zone.Apex):
		return found(CauseNoZone, "probably no reverse zone is delegated to the owner of the address")
	case ofRegistry(zone.Apex):
		return found(CauseNoZone, "probably no reverse zone is delegated to the owner of the address: the answer is "+
			"from %s, which a registry runs", displayName(zone.Apex))
	case a.lookup.Is6():
		return found(CauseNeverSetUp, "nobody has set up a PTR record, as is usual for IPv6; its zone %s exists",
			displayName(zone.Apex))
	}
	return found(CauseNeverSetUp, "probably nobody has set up a PTR record: its zone %s exists", displayName(zone.Apex))
}

func causesOfMismatch(f *judgement, p PTRFacts, found newCause) []Finding {
	if same, known := sameDomain(p.Name, f.name); known && !same {
		return otherDomain(f, p, found)
	}
	return found(CauseMoved, "probably %s has moved to other addresses, and the PTR record stayed", displayName(p.Name))
}

func otherDomain(f *judgement, p PTRFacts, found newCause) []Finding {
	return found(CauseOtherOrganisation, "the reverse name is in the domain %s, the host in %s: it probably belongs "+
		"to a previous owner of the address, or was entered by mistake",
		displayName(registrableDomain(p.Name)), displayName(registrableDomain(f.name)))
}

// causesOfUnresolvable looks at the zone whose SOA came with the negative answer (RFC
// 2308, section 3): a zone above the name's domain means that the domain is gone.
func causesOfUnresolvable(f *judgement, a *judgedAddress, p PTRFacts, found newCause) []Finding {
	name, domain := displayName(p.Name), registrableDomain(p.Name)
	fs := found(CauseForwardMissing, "probably the address record of %s was removed, or never added", name)
	if z := p.Forward.Zone; z != nil && p.Name.Under(z.Apex) {
		apex := displayName(z.Apex)
		switch {
		case p.Forward.Status != resolve.NXDomain:
			fs = found(CauseForwardMissing,
				"probably %s had an address once, or never got one in this family: the name still exists", name)
		case domain != z.Apex && domain.Under(z.Apex):
			fs = found(CauseStale, "probably left over from a previous owner of the address: the domain %s no "+
				"longer exists", displayName(domain))
		case p.Name.Parent() != z.Apex:
			fs = found(CauseStale, "probably left over from a previous %s: the zone %s exists, but the "+
				"name %s does not", formerUser(a, z), apex, name)
		default:
			fs = found(CauseForwardMissing,
				"probably the address record of %s was removed, or never added: its zone %s exists", name, apex)
		}
	}
	if same, known := sameDomain(p.Name, f.name); known && !same {
		fs = append(fs, otherDomain(f, p, found)...)
	}
	return fs
}

// formerUser says who probably had a name in the zone z. If its operator also runs the
// address's reverse zone, that operator is a provider and the name was a customer's.
func formerUser(a *judgedAddress, z *resolve.Zone) string {
	if a.ReverseZone != nil {
		if same, known := sameDomain(a.ReverseZone.Primary, z.Apex); same && known {
			return "customer of the provider"
		}
	}
	return "owner of the address"
}
