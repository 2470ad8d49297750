package auditrun

import (
	"net/netip"
	"time"

	"rdnsproxy/audit/tally"
	"rdnsproxy/safetext"
)

// only says in words what a tally was bounded to, so that nobody takes a report on a part
// of a log for one on all of it. With --anonymize it names nobody.
func (r *run) only(o tally.Options) []string {
	var words []string
	add := func(what, several string, names []string) {
		switch {
		case len(names) > 0 && r.o.Anonymize:
			words = append(words, several)
		default:
			for _, name := range names {
				words = append(words, what+" "+safetext.Name(name))
			}
		}
	}
	var clients []string
	for _, p := range o.Only.Clients {
		clients = append(clients, plainPrefix(p))
	}
	add("client", "some clients", clients)
	add("user", "some users", o.Only.Users)
	add("host", "some hosts", o.Only.Hosts)
	if o.Since != 0 {
		words = append(words, "since "+r.moment(o.Since))
	}
	if o.Until != 0 {
		words = append(words, "until "+r.moment(o.Until))
	}
	return words
}

// plainPrefix shows a network; one of a single address as that address.
func plainPrefix(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

// moment shows a time in the zone in which --since and --until are read.
func (r *run) moment(unix int64) string {
	zone := time.Local
	if r.o.Zone != nil {
		zone = r.o.Zone
	}
	return time.Unix(unix, 0).In(zone).Format("2 Jan 2006 15:04 MST")
}
