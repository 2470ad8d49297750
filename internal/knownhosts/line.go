package knownhosts

import (
	"encoding/base64"
	"errors"
	"strings"

	"golang.org/x/crypto/ssh"
)

const blank = " \t"

// The DSA types, which ssh no longer knows but files may still contain.
const (
	typeDSA     = "ssh-dss"
	typeDSACert = "ssh-dss-cert-v01@openssh.com"
)

// lineParts are the parts of a line "[marker] hosts type base64 [comment]".
type lineParts struct {
	marker Marker
	hosts  string
	key    string // type, base64 and comment
}

// splitLine is false for comments, empty lines and markers that ssh does not know. It does
// not look at the key.
func splitLine(raw string) (lineParts, bool) {
	raw, _, _ = strings.Cut(raw, "\n")
	raw, _, _ = strings.Cut(raw, "\x00") // a C string ends there
	rest := strings.TrimLeft(raw, blank)
	if rest == "" || rest[0] == '#' {
		return lineParts{}, false
	}
	marker, rest, ok := cutMarker(rest)
	if !ok {
		return lineParts{}, false
	}
	hosts, rest := cutField(rest)
	return lineParts{marker, hosts, rest}, true
}

// cutMarker cuts the marker off a line, as OpenSSH's check_markers does. There may be one,
// and it must be known: a line with a marker of a future version must not count as a plain
// one. ssh looks for the space after a marker in the whole line and takes a TAB only if
// there is no space, so a marker before a TAB counts only in lines without spaces.
func cutMarker(line string) (m Marker, rest string, ok bool) {
	for strings.HasPrefix(line, "@") {
		end := strings.IndexByte(line, ' ')
		if end < 0 {
			end = strings.IndexByte(line, '\t')
		}
		if end < 0 || m != Plain {
			return "", "", false
		}
		if m = Marker(line[:end]); m != CertAuthority && m != Revoked {
			return "", "", false
		}
		line = strings.TrimLeft(line[end:], blank)
	}
	return m, line, true
}

// cutField cuts off what is before white space, and the white space.
func cutField(s string) (field, rest string) {
	i := strings.IndexAny(s, blank)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], blank)
}

// keyTypes maps the names that a key may have on its line to the type that its blob must
// have. These are the names of OpenSSH's key types, among them RSA's signature algorithms.
// ssh accepts no other key, even if the library could read it.
var keyTypes = map[string]string{
	ssh.KeyAlgoRSA:            ssh.KeyAlgoRSA,
	ssh.KeyAlgoRSASHA256:      ssh.KeyAlgoRSA,
	ssh.KeyAlgoRSASHA512:      ssh.KeyAlgoRSA,
	typeDSA:                   typeDSA,
	ssh.KeyAlgoECDSA256:       ssh.KeyAlgoECDSA256,
	ssh.KeyAlgoECDSA384:       ssh.KeyAlgoECDSA384,
	ssh.KeyAlgoECDSA521:       ssh.KeyAlgoECDSA521,
	ssh.KeyAlgoED25519:        ssh.KeyAlgoED25519,
	ssh.KeyAlgoSKECDSA256:     ssh.KeyAlgoSKECDSA256,
	ssh.KeyAlgoSKED25519:      ssh.KeyAlgoSKED25519,
	ssh.CertAlgoRSAv01:        ssh.CertAlgoRSAv01,
	ssh.CertAlgoRSASHA256v01:  ssh.CertAlgoRSAv01,
	ssh.CertAlgoRSASHA512v01:  ssh.CertAlgoRSAv01,
	typeDSACert:               typeDSACert,
	ssh.CertAlgoECDSA256v01:   ssh.CertAlgoECDSA256v01,
	ssh.CertAlgoECDSA384v01:   ssh.CertAlgoECDSA384v01,
	ssh.CertAlgoECDSA521v01:   ssh.CertAlgoECDSA521v01,
	ssh.CertAlgoED25519v01:    ssh.CertAlgoED25519v01,
	ssh.CertAlgoSKECDSA256v01: ssh.CertAlgoSKECDSA256v01,
	ssh.CertAlgoSKED25519v01:  ssh.CertAlgoSKED25519v01,
}

// Errors of parseKey.
var (
	errNoKey = errors.New("no public key")
	errShort = errors.New("an RSA key that is too short")
)

// parseKey parses "type base64 [comment]" as OpenSSH's sshkey_read does. The padding is
// required, and the blob must have the type that the line says.
func parseKey(s string) (ssh.PublicKey, error) {
	name, rest := cutField(s)
	wanted, known := keyTypes[name]
	if !known {
		return nil, errNoKey
	}
	text, _ := cutField(rest)
	text = strings.Map(dropSpace, text)
	blob, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, errNoKey
	}
	key, err := ssh.ParsePublicKey(blob)
	switch {
	case err != nil || key.Type() != wanted:
		return nil, errNoKey
	case tooShort(key):
		return nil, errShort
	}
	return key, nil
}

// dropSpace drops what ssh's base64 decoder, the resolver library's, skips, such as the CR
// before a newline.
func dropSpace(r rune) rune {
	switch r {
	case '\r', '\v', '\f':
		return -1
	}
	return r
}

// tooShort reports whether an RSA key is too short for ssh (sshkey.h,
// SSH_RSA_MINIMUM_MODULUS_SIZE).
func tooShort(key ssh.PublicKey) bool {
	const minimum = 1024
	bits, isRSA := rsaBits(plainKey(key))
	return isRSA && bits < minimum
}
