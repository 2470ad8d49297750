package audit

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/resolve"
)

// How many clients of one reverse zone that log in make a finding about the zone, and how
// many are listed.
const (
	deadZone   = 3
	badZone    = 5
	zoneListed = 10
)

// zoneClients are the clients of a reverse zone that log in.
type zoneClients struct {
	Zone
	servers map[string]bool
	silent  []netip.Addr // at most zoneListed
	unheard int64        // how many there are no answers about
	records []check.Advice
}

// addZone counts a client that logs in at its reverse zone, if it is badly mapped or
// nothing is known about it.
func (j *judgement) addZone(c *counted) {
	bad := c.change == Still || c.change == New && j.looksUp(c) || c.change == Skipped && complained(&c.Client)
	if c.logins() == 0 || c.Unproven || !bad && c.change != Undetermined {
		return
	}
	var now check.Reverse
	if c.address != nil {
		now = c.address.Reverse
	}
	name := cmp.Or(now.Zone, usualZone(c.Addr))
	z := j.zones[name]
	if z == nil {
		z = &zoneClients{Zone: Zone{Zone: name, Clients: []netip.Addr{}}, servers: map[string]bool{}}
		j.zones[name] = z
	}
	for _, h := range c.servers() {
		if len(z.servers) < mostHosts {
			z.servers[h] = true
		}
	}
	z.Keeper = cmp.Or(z.Keeper, now.Contact)
	if !bad {
		z.unheard++
		z.silent = appendSome(z.silent, plainAddr(c.Addr))
		return
	}
	z.Addresses++
	z.Logins += c.logins()
	z.Clients = appendSome(z.Clients, plainAddr(c.Addr))
	if len(z.records) < zoneListed {
		z.records = append(z.records, adviceOf(c.result, c.Addr, check.AdvisePTRRecord)...)
	}
}

// appendSome keeps the lowest zoneListed addresses, in order.
func appendSome(as []netip.Addr, a netip.Addr) []netip.Addr {
	i, _ := slices.BinarySearchFunc(as, a, netip.Addr.Compare)
	as = slices.Insert(as, i, a)
	return as[:min(len(as), zoneListed)]
}

// usualZone returns the reverse zone that an address is usually in: that of its /24, or
// of its /48 in IPv6.
func usualZone(a netip.Addr) string {
	labels := strings.Split(string(resolve.ReverseName(a)), ".")
	keep := 3 + 2
	if a.Unmap().Is6() {
		keep = 12 + 2
	}
	return strings.Join(labels[max(0, len(labels)-keep):], ".")
}

// badZones returns the zones whose clients are badly mapped and log in, by logins.
func (j *judgement) badZones() []Zone {
	var zones []Zone
	for _, z := range j.zones {
		if z.Addresses > 0 {
			zones = append(zones, z.Zone)
		}
	}
	slices.SortFunc(zones, func(x, y Zone) int {
		return cmp.Or(cmp.Compare(y.Logins, x.Logins), cmp.Compare(x.Zone, y.Zone))
	})
	return zones
}

// judgeZones adds the findings about reverse zones.
func (j *judgement) judgeZones() {
	names := make([]string, 0, len(j.zones))
	for name := range j.zones {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		z := j.zones[name]
		hosts := sortedKeys(z.servers)
		if z.unheard >= deadZone {
			j.found(ZoneDead, netip.Addr{}, hosts,
				"no answer about the reverse names of "+count(z.unheard, "client")+" that log in, all in "+zoneMark.shown(name)+
					": its DNS servers seem to be down, so a server with UseDNS yes makes each login wait",
				advise(check.AdviseResolver, "ask another DNS server (--resolver); if that gets no answer either, tell "+
					operator(z.Keeper, name)))
		}
		if z.Addresses >= badZone {
			j.found(ZoneBadlyMapped, netip.Addr{}, hosts,
				count(z.Addresses, "client")+" that log in have wrong reverse names in "+zoneMark.shown(name),
				z.records...)
		}
	}
}

// operator says who runs a zone.
func operator(contact, zone string) string {
	if contact == "" {
		return "the operator of " + zoneMark.on(zone)
	}
	return "the operator of " + zoneMark.on(zone) + " (contact: " + contactMark.on(contact) + ")"
}

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
