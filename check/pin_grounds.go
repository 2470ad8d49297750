package check

import (
	"fmt"
	"net/netip"
	"slices"
)

// Grounds returns what to consider before lines for r are written, one text each: the
// findings, the addresses that a line for the chosen one alone would hide, and which host
// keys prove the host. chosen is as in PinOptions.Address.
func Grounds(r *Result, chosen netip.Addr) []string {
	var lines []string
	for _, f := range r.Findings {
		if f.Severity >= Notice {
			lines = append(lines, f.Severity.String()+"  "+f.Text)
		}
	}
	if others := hiddenBy(r, chosen); len(others) > 0 {
		lines = append(lines, fmt.Sprintf("warning  the line hides the other addresses of %s from this machine (%s)",
			r.Host, listAddrs(others)))
	}
	var proven, without []netip.Addr
	for _, a := range r.chosen(chosen) {
		if provenKey(a) == "" {
			without = append(without, a.Address)
			continue
		}
		proven = append(proven, a.Address)
		i := slices.IndexFunc(a.SSH.HostKeys, HostKey.vouched)
		k := a.SSH.HostKeys[i]
		words := fmt.Sprintf("the host key of %s, %s, is %s", show(a.Address), k.Fingerprint, k.Status)
		if k.Evidence != "" {
			words += " (" + k.Evidence + ")"
		}
		lines = append(lines, words)
	}
	switch {
	case len(proven) == 0:
		lines = append(lines, "no known host key confirms the host: make sure that it is the right one")
	case len(without) > 0:
		lines = append(lines, "no host key vouches for "+listAddrs(without)+": make sure that this is the right host")
	}
	return lines
}

// hiddenBy returns the addresses that a line for the chosen one alone would hide.
func hiddenBy(r *Result, chosen netip.Addr) []netip.Addr {
	var others []netip.Addr
	for _, a := range r.Addresses {
		if chosen.IsValid() && a.Address.Unmap() != chosen.Unmap() {
			others = append(others, a.Address)
		}
	}
	return others
}
