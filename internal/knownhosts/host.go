package knownhosts

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"strconv"
	"strings"

	"rdnsproxy/sshconf"
)

// Host is a server as ssh looks it up.
type Host struct {
	Name  string // after HostName and canonicalization; an IPv6 address without brackets
	Port  uint16 // 0 is 22
	Alias string // HostKeyAlias, which replaces name and port; if "", none
}

// defaultPort is the port that known_hosts does not name.
const defaultPort = 22

// key returns the name to look for (OpenSSH's get_hostfile_hostname_ipaddr and
// put_host_port), in lower case.
func (h Host) key() string {
	switch {
	case h.Alias != "":
		return lower(h.Alias)
	case h.Port == 0 || h.Port == defaultPort:
		return lower(h.Name)
	}
	return "[" + lower(h.Name) + "]:" + strconv.Itoa(int(h.Port))
}

// principal returns the name that a certificate must be for.
func (h Host) principal() string { return Host{Name: h.Name, Alias: h.Alias}.key() }

// fallsBack reports whether ssh looks for the plain name too if the host is unknown on this
// port.
func (h Host) fallsBack() bool { return h.key() != h.principal() }

// matches reports whether the line is about a folded name (OpenSSH's match_maybe_hashed).
// Wildcards match the whole of [host]:port.
func (l *Line) matches(name string) bool { return matches(l.Hosts.Raw(), name) }

func matches(hosts, name string) bool {
	if strings.HasPrefix(hosts, "|") {
		return matchesHash(hosts, name)
	}
	matched, negated := sshconf.Match(hosts, name, true)
	return matched && !negated
}

// hashMagic starts a hashed name: |1|SALT|HASH, of HMAC-SHA1.
const hashMagic = "|1|"

// matchesHash compares the encoded forms, as ssh does: a hash that does not encode back to
// the same text matches nothing.
func matchesHash(hashed, name string) bool {
	rest, ok := strings.CutPrefix(hashed, hashMagic)
	if !ok {
		return false
	}
	salt64, _, _ := strings.Cut(rest, "|")
	salt, err := base64.StdEncoding.DecodeString(salt64)
	if err != nil || len(salt) != sha1.Size {
		return false
	}
	return hashName(name, salt) == hashed
}

func hashName(name string, salt []byte) string {
	mac := hmac.New(sha1.New, salt)
	mac.Write([]byte(name))
	return hashMagic + base64.StdEncoding.EncodeToString(salt) + "|" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// lower folds only ASCII letters, as ssh's lowercase does in the C locale.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] += 'a' - 'A'
		}
	}
	return string(b)
}
