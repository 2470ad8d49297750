package check

import (
	"slices"
	"strings"

	"rdnsproxy/resolve"
)

// registries are labels under which the registries of countries register names, as in
// co.uk and com.au. The public suffix list is complete, but its package links net/http,
// and findings that depend on this list say "probably".
var registries = []string{
	"ac", "ad", "asn", "co", "com", "ed", "edu", "firm", "gen", "go", "gob", "gouv", "gov", "govt", "gv",
	"id", "ind", "lg", "ltd", "me", "mil", "ne", "net", "nhs", "nom", "or", "org", "plc", "sch", "school", "web",
}

// registrableDomain guesses the registered domain of a name from its spelling:
// example.com for a.b.example.com. It is empty for a single label and a reverse name.
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

// sameDomain reports whether two names are in one registered domain. known is false if one
// of them has none.
func sameDomain(x, y resolve.Name) (same, known bool) {
	a, b := registrableDomain(x), registrableDomain(y)
	return a == b, a != "" && b != ""
}

// ofRegistry reports whether a reverse zone is so large that an address registry runs it,
// not a user of addresses: a /8 or larger, in IPv6 a /24 or larger. The few organisations
// with a /8 of their own are misjudged.
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
