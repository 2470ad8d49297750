package check

import (
	"slices"
	"strings"

	"rdnsproxy/resolve"
)

// registries are labels below which a country's registry hands out names, as in
// co.uk and com.au. The public suffix list knows them all, but its package links
// net/http, and what rests on this is worded as likely.
var registries = []string{
	"ac", "ad", "asn", "co", "com", "ed", "edu", "firm", "gen", "go", "gob", "gouv", "gov", "govt", "gv",
	"id", "ind", "lg", "ltd", "me", "mil", "ne", "net", "nhs", "nom", "or", "org", "plc", "sch", "school", "web",
}

// registrableDomain is the domain that whoever keeps a name has registered, as far
// as its spelling tells: example.com of a.b.example.com. It is empty where there
// is none to be seen: a single label, a reverse name.
func registrableDomain(n resolve.Name) resolve.Name {
	labels := strings.Split(string(n), ".")
	top := len(labels) - 1
	if top < 1 || n == "." || n.Under("arpa") {
		return ""
	}
	first := top - 1
	if len(labels[top]) == 2 && slices.Contains(registries, labels[first]) {
		first--
	}
	if first < 0 {
		return ""
	}
	return resolve.Name(strings.Join(labels[first:], "."))
}

// sameDomain reports whether two names are in one registered domain;
// known is false where that cannot be told.
func sameDomain(x, y resolve.Name) (same, known bool) {
	a, b := registrableDomain(x), registrableDomain(y)
	return a == b, a != "" && b != ""
}

// ofRegistry reports whether a reverse zone is so wide that a registry of
// addresses keeps it, not a holder: up to a /8, in IPv6 up to a /24. A few old
// holders have a /8 to themselves.
func ofRegistry(zone resolve.Name) bool {
	switch {
	case zone == "." || zone == "arpa":
		return true
	case zone.Under("in-addr.arpa"):
		return zone.Labels() <= 3
	case zone.Under("ip6.arpa"):
		return zone.Labels() <= 2+6
	}
	return false
}
