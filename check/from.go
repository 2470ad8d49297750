package check

import (
	"net/netip"
	"strconv"
	"strings"

	"rdnsproxy/resolve"
)

// PatternList matches a name against a comma-separated list of patterns as OpenSSH's
// match_pattern_list does; fold ignores case. sshconf.Match is one. It is a parameter
// because check does not import file formats.
type PatternList func(list, name string, fold bool) (matched, negated bool)

// admission is the result of a from= list for a client.
type admission uint8

const (
	refused  admission = iota // no pattern matches
	negated                   // a pattern with ! matches, which overrides all others
	admitted                  // a pattern matches
	unusable                  // the list cannot be parsed, so it admits nobody
)

// admits returns whether a from="…" list of authorized_keys admits the client with the
// address a. host is what sshd calls it: its name, or its address if it has none or UseDNS
// is off. It follows OpenSSH's match_host_and_ip: first the address is matched as in
// addr_match_list, then host against the list as patterns.
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

// admitsAddress matches an address as OpenSSH's addr_match_list does: an entry is an
// address, a network, or else a pattern for the address as text. The first entry that is
// unusable, or negated and matches, decides.
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

// form is what an entry of the list is.
type form uint8

const (
	isPattern    form = iota
	isNetwork         // an address or a network
	inconsistent      // the mask is too long for the family, or host bits are set
)

// parseNetwork parses ADDRESS or ADDRESS/BITS as OpenSSH's addr_pton_cidr does, with
// addresses in every form that getaddrinfo accepts.
func parseNetwork(s string) (netip.Addr, int, form) {
	if len(s) >= 64 { // the size of addr_pton_cidr's buffer
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

// parseMask parses a number of bits: digits only, without a sign or blanks.
func parseMask(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	return int(n), err == nil && n <= 128
}

// within reports whether a is in the network. An address of another family is not.
func within(a, network netip.Addr, bits int) bool {
	return netip.PrefixFrom(network.WithZone(""), bits).Contains(a.WithZone(""))
}
