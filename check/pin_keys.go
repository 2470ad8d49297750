package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// keyAgainst is what a host key says against an address, or "".
func keyAgainst(r *Result, a netip.Addr) string {
	for _, f := range r.About(a) {
		switch {
		case f.Code == HostKeyChanged:
			return "host key changed: " + f.Text
		case f.AgainstHost(), f.Code == HostKeyRefused && f.Severity >= Error:
			return f.Text
		}
	}
	return ""
}

// unevaluated is what left ssh's verdict on the host key of an address open, or "".
func unevaluated(r *Result, a netip.Addr) string {
	for _, f := range r.About(a) {
		if f.Code == HostKeyUnevaluated && f.Severity >= Unknown {
			return f.Text
		}
	}
	return ""
}

// unprovenWords say that an address does not show the key by which its host is
// known, and what it does instead.
func unprovenWords(r *Result, a Address) string {
	text := fmt.Sprintf("%s does not present the host key by which %s is known", show(a.Address), r.Host)
	for _, f := range r.About(a.Address) {
		if f.Address.IsValid() && f.Code.reach() && f.Severity > Pass {
			return text + " (" + strings.TrimPrefix(f.Text, show(a.Address)+" ") + ")"
		}
	}
	if a.keyed() {
		return text + " (it presents " + a.SSH.HostKeys[0].Fingerprint + ")"
	}
	return text
}

// provenKey is the fingerprint of a proven host key; empty if there is none.
func provenKey(a Address) string {
	if a.SSH != nil {
		for _, k := range a.SSH.HostKeys {
			if k.vouched() {
				return k.Fingerprint
			}
		}
	}
	return ""
}

// ProvenKeys are the fingerprints of proven host keys, one an address that a line
// is for; nil if some address shows none. chosen is as in PinOptions.
func ProvenKeys(r *Result, chosen netip.Addr) []string {
	var keys []string
	for _, a := range r.chosen(chosen) {
		key := provenKey(a)
		if key == "" {
			return nil
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// keyed reports whether a host key was seen.
func (a *Address) keyed() bool { return a.SSH != nil && len(a.SSH.HostKeys) > 0 }

func (a *Address) shows(fingerprint string) bool {
	return slices.ContainsFunc(a.SSH.HostKeys, func(k HostKey) bool { return k.Fingerprint == fingerprint })
}
