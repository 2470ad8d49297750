package dial

import (
	"bufio"
	"io"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// gaiConf is where glibc's order is configured: gai.conf(5).
const gaiConf = "/etc/gai.conf"

// maxGaiConf bounds how much of it is read.
const maxGaiConf = 1 << 20

// configure reads gai.conf as glibc's gaiconf_init does: unknown lines are skipped,
// and the first entry of a kind replaces the whole table except for the catch-all.
// "reload" has no meaning here, since the file is read each time.
func (t *tables) configure(r io.Reader) {
	var labels, precedences, scopes []network
	lines := bufio.NewScanner(io.LimitReader(r, maxGaiConf))
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		words := append(strings.Fields(line), "", "", "")
		switch words[0] {
		case "label":
			labels = appendNetwork(labels, words[1], words[2])
		case "precedence":
			precedences = appendNetwork(precedences, words[1], words[2])
		case "scopev4":
			scopes = appendScope(scopes, words[1], words[2])
		}
	}
	t.labels = replaced(t.labels, labels, network{netip.PrefixFrom(netip.IPv6Unspecified(), 0), 1})
	t.precedences = replaced(t.precedences, precedences, network{netip.PrefixFrom(netip.IPv6Unspecified(), 0), 40})
	t.scopes = replaced(t.scopes, scopes, network{netip.PrefixFrom(netip.IPv4Unspecified(), 0), scopeGlobal})
}

// replaced is the table of a file's entries, longest prefix first; of equal prefixes
// the first entry counts.
func replaced(old, entries []network, rest network) []network {
	if len(entries) == 0 {
		return old
	}
	entries = append(entries, rest)
	slices.SortStableFunc(entries, func(a, b network) int { return b.prefix.Bits() - a.prefix.Bits() })
	return entries
}

// appendNetwork adds an IPv6 PREFIX[/BITS] and its value; anything else is skipped.
func appendNetwork(list []network, prefix, value string) []network {
	addr, bits, ok := splitPrefix(prefix, 128)
	n, err := parseCount(value)
	if a, bad := netip.ParseAddr(addr); ok && err == nil && bad == nil && a.Is6() && a.Zone() == "" {
		list = append(list, network{netip.PrefixFrom(a, bits), n})
	}
	return list
}

// appendScope adds an IPv4 network, which may be written as an IPv4-mapped one.
func appendScope(list []network, prefix, value string) []network {
	n, err := parseCount(value)
	addr, _, _ := strings.Cut(prefix, "/")
	a, bad := netip.ParseAddr(addr)
	if err != nil || bad != nil || a.Zone() != "" || !a.Unmap().Is4() {
		return list
	}
	_, bits, ok := splitPrefix(prefix, a.BitLen())
	if bits -= a.BitLen() - 32; !ok || bits < 0 {
		return list
	}
	return append(list, network{netip.PrefixFrom(a.Unmap(), bits), n})
}

// splitPrefix reads ADDRESS[/BITS]; without /BITS, bits is most.
func splitPrefix(s string, most int) (addr string, bits int, ok bool) {
	addr, text, given := strings.Cut(s, "/")
	if !given {
		return addr, most, true
	}
	bits, err := parseCount(text)
	return addr, bits, err == nil && bits <= most
}

// parseCount reads a number as strtoul does: "" is 0.
func parseCount(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(s, "+"), 10, 64)
	if err != nil || n < 0 || n > math.MaxInt32 {
		return 0, strconv.ErrRange
	}
	return int(n), nil
}
