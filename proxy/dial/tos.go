package dial

import (
	"fmt"
	"strconv"
	"strings"

	"rdnsproxy/safetext"
)

// ParseTOS reads one value of ssh's IPQoS as OpenSSH's parse_ipqos does: a class in
// upper or lower case (af11 to af43, cs0 to cs7, ef, le), an old name (lowdelay,
// throughput, reliability), a number from 0 to 255 in C's notation, or none. none is 0
// like cs0: nothing is set.
func ParseTOS(s string) (int, error) {
	name := strings.ToLower(s)
	if class, ok := tosNames[name]; ok {
		return class, nil
	}
	if len(name) == 4 && name[:2] == "af" && between('1', name[2], '4') && between('1', name[3], '3') {
		return int(name[2]-'0')<<5 | int(name[3]-'0')<<3, nil // RFC 2597, section 6
	}
	if len(name) == 3 && name[:2] == "cs" && between('0', name[2], '7') {
		return int(name[2]-'0') << 5, nil // RFC 2474, section 4.2.2
	}
	n, err := strconv.ParseUint(s, 0, 8)
	goOnly := strings.Contains(s, "_") || strings.HasPrefix(name, "0o") || strings.HasPrefix(name, "0b")
	if err != nil || goOnly {
		return 0, fmt.Errorf("%q is not an IPQoS value", safetext.Line(s))
	}
	return int(n), nil
}

var tosNames = map[string]int{
	"none":        0,
	"ef":          0xb8, // RFC 3246
	"le":          0x04, // RFC 8622
	"lowdelay":    0x10, // RFC 1349
	"throughput":  0x08,
	"reliability": 0x04,
}

func between(low, c, high byte) bool { return low <= c && c <= high }
