package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// keyAgainst returns the evidence of a host key against an address, or "".
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

// unevaluated returns why ssh's verdict on the host key of an address is open, or "".
func unevaluated(r *Result, a netip.Addr) string {
	for _, f := range r.About(a) {
		if f.Code == HostKeyUnevaluated && f.Severity >= Unknown {
			return f.Text
		}
	}
	return ""
}

// unprovenWords says that an address does not present a known key of its host, and what it
// does instead.
func unprovenWords(r *Result, a Address) string {
	text := fmt.Sprintf("%s does not present a known host key of %s", show(a.Address), r.Host)
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

// provenKey returns the fingerprint of a proven host key, or "".
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

// ProvenKeys returns the fingerprints of proven host keys, one for each address that gets
// a line, sorted, without duplicates; nil if an address presents none. chosen is as in
// PinOptions.Address.
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

// shows reports whether the host key with the fingerprint was seen.
func (a *Address) shows(fingerprint string) bool {
	return slices.ContainsFunc(a.SSH.HostKeys, func(k HostKey) bool { return k.Fingerprint == fingerprint })
}
