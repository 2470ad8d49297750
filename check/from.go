package check

import (
	"net/netip"
	"strconv"
	"strings"

	"rdnsproxy/resolve"
)

// PatternList reads a comma-separated list of OpenSSH's patterns
// (match_pattern_list): sshconf.Match is one, and check knows no file formats.
type PatternList func(list, name string, fold bool) (matched, negated bool)

// admission is what a from= list makes of a client.
type admission uint8

const (
	refused  admission = iota // nothing in the list fits
	negated                   // a pattern with ! fits: that settles it
	admitted                  //
	unusable                  // the list cannot be read, and so admits nobody
)

// admits reports whether a from="…" list of authorized_keys lets a client in
// whom sshd calls host: its name, or its address where it has none or UseDNS is
// off. It follows match_host_and_ip: first the address against the list as
// addr_match_list reads it, then the name as a pattern.
func admits(list, host string, a netip.Addr, match PatternList) admission {
	byAddress := admitsAddress(list, a, match)
	if byAddress == unusable || byAddress == negated {
		return byAddress
	}
	switch matched, not := match(list, host, true); {
	case not:
		return negated
	case matched:
		return admitted
	}
	return byAddress
}

// admitsAddress reads each entry as an address or a network, and what is
// neither as a pattern of the address's text (OpenSSH's addr_match_list). The
// first entry that is unusable or negated and fits ends it.
func admitsAddress(list string, a netip.Addr, match PatternList) admission {
	result := refused
	for entry := range strings.SplitSeq(list, ",") {
		entry, not := strings.CutPrefix(entry, "!")
		if entry == "" {
			return unusable
		}
		fits := false
		switch network, bits, form := parseNetwork(entry); form {
		case inconsistent:
			return unusable
		case isNetwork:
			fits = network.Zone() == a.Zone() && within(a, network, bits)
		default:
			fits, _ = match(entry, a.String(), false)
		}
		if fits && not {
			return negated
		}
		if fits {
			result = admitted
		}
	}
	return result
}

// form is what an entry of the list reads as.
type form uint8

const (
	isPattern    form = iota
	isNetwork         //
	inconsistent      // a mask that is too long for the family, or bits beyond it
)

// parseNetwork reads ADDRESS or ADDRESS/BITS as addr_pton_cidr does, addresses
// in every form that getaddrinfo takes.
func parseNetwork(s string) (netip.Addr, int, form) {
	if len(s) >= 64 { // its buffer
		return netip.Addr{}, 0, isPattern
	}
	text, mask, masked := strings.Cut(s, "/")
	bits := 0
	if masked {
		n, ok := parseMask(mask)
		if !ok {
			return netip.Addr{}, 0, isPattern
		}
		bits = n
	}
	a, ok := resolve.ParseLiteral(text)
	switch {
	case !ok:
		return netip.Addr{}, 0, isPattern
	case !masked:
		bits = a.BitLen()
	}
	if bits > a.BitLen() || netip.PrefixFrom(a.WithZone(""), bits).Masked().Addr() != a.WithZone("") {
		return netip.Addr{}, 0, inconsistent
	}
	return a, bits, isNetwork
}

// parseMask reads a number of bits: digits alone, no sign and no blank.
func parseMask(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	return int(n), err == nil && n <= 128
}

// within reports whether a is in the network; the families must be the same.
func within(a, network netip.Addr, bits int) bool {
	return netip.PrefixFrom(network.WithZone(""), bits).Contains(a.WithZone(""))
}
