package knownhosts

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"strings"

	"rdnsproxy/limits"
)

// Unhashed is the result of trying names on hashed lines.
type Unhashed struct {
	Found   []Host // the candidates that a line is about, each once, in their order
	Lines   int    // plain lines with a hashed name
	Unnamed int    // those of them that match no candidate
	Tried   bool   // all candidates were tried; false: there were too many
}

// Unhash tries names on the lines whose name is hashed (HashKnownHosts yes). There is no
// other way to find out which host such a line is about.
func (f *File) Unhash(candidates []Host) Unhashed {
	u := Unhashed{Tried: true}
	var rest []hashedName
	for l, err := range f.whose(func(hosts string) bool { return strings.HasPrefix(hosts, hashMagic) }) {
		if err != nil || l.Marker != Plain {
			continue
		}
		if u.Lines++; len(rest) < limits.HashedNames { // more cannot be tried
			rest = append(rest, parseHashed(l.Hosts.Raw()))
		}
	}
	beyond := u.Lines - len(rest)
	seen := make(map[string]bool)
	tries := 0
	for _, h := range candidates {
		key := h.key()
		if seen[key] || len(rest) == 0 {
			continue
		}
		seen[key] = true
		if tries += len(rest); tries > limits.HashedNames {
			u.Tried = false
			break
		}
		unnamed := rest[:0]
		for _, hashed := range rest {
			if !hashed.is(key) {
				unnamed = append(unnamed, hashed)
			}
		}
		if len(unnamed) < len(rest) {
			u.Found = append(u.Found, h)
		}
		rest = unnamed
	}
	u.Unnamed = len(rest) + beyond
	return u
}

// hashedName is a parsed hashed name, to be tried often. The zero value matches no name.
type hashedName struct{ salt, sum []byte }

func parseHashed(hashed string) hashedName {
	salt64, sum64, _ := strings.Cut(strings.TrimPrefix(hashed, hashMagic), "|")
	salt, err := base64.StdEncoding.DecodeString(salt64)
	sum, err2 := base64.StdEncoding.DecodeString(sum64)
	if err != nil || err2 != nil || len(salt) != sha1.Size {
		return hashedName{}
	}
	return hashedName{salt, sum}
}

func (h hashedName) is(name string) bool {
	if h.salt == nil {
		return false
	}
	mac := hmac.New(sha1.New, h.salt)
	mac.Write([]byte(name))
	return bytes.Equal(mac.Sum(nil), h.sum)
}
