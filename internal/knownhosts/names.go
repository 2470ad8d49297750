package knownhosts

import (
	"crypto/rand"
	"crypto/sha1"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/crypto/ssh"
)

// Names returns the hosts of plain lines, by name or address: neither hashed, nor with a
// wildcard, nor negated. Each is returned once, folded, in the order of the files. A
// HostKeyAlias cannot be told from a name.
func (f *File) Names() []Host {
	var all []Host
	seen := make(map[Host]bool)
	for l, err := range f.All() {
		if err != nil {
			continue
		}
		hosts := l.Hosts.Raw()
		if l.Marker != Plain || strings.HasPrefix(hosts, "|") {
			continue
		}
		for name := range strings.SplitSeq(hosts, ",") {
			if h, ok := parseName(lower(name)); ok && !seen[h] {
				seen[h] = true
				all = append(all, h)
			}
		}
	}
	return all
}

// parseName parses "name" or "[name]:port". It is false if ssh could not be told to connect
// to that.
func parseName(s string) (Host, bool) {
	h := Host{Name: s, Port: defaultPort}
	if inner, ok := strings.CutPrefix(s, "["); ok {
		name, port, ok := strings.Cut(inner, "]:")
		n, err := strconv.ParseUint(port, 10, 16)
		if !ok || err != nil || n == 0 {
			return Host{}, false
		}
		h = Host{Name: name, Port: uint16(n)}
	}
	return h, isHost(h.Name)
}

// isHost reports whether a name is an address or consists of the characters of host names,
// and is not an option.
func isHost(name string) bool {
	if strings.Contains(name, ":") {
		_, err := netip.ParseAddr(name)
		return err == nil && plainIn(name)
	}
	return name != "" && name[0] != '-' && len(name) <= 253 && plainIn(name)
}

// plainIn reports whether a name means only itself in a list of patterns.
func plainIn(name string) bool {
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-', c == '.', c == '_', c == ':', c == '%':
		default:
			return false
		}
	}
	return name != ""
}

// FormatLine returns the known_hosts line, without a newline, by which ssh knows the key for
// this host and no other. A certificate is replaced by its plain key. A name that would not
// mean only itself in a list of patterns is hashed.
func FormatLine(h Host, key ssh.PublicKey) string {
	name := h.key()
	if !plainIn(h.principal()) || len(name) > 255 {
		salt := make([]byte, sha1.Size)
		rand.Read(salt)
		name = hashName(name, salt)
	}
	return name + " " + strings.TrimSuffix(string(ssh.MarshalAuthorizedKey(plainKey(key))), "\n")
}
