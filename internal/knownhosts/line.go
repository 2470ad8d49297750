package knownhosts

import (
	"encoding/base64"
	"errors"
	"strings"

	"golang.org/x/crypto/ssh"
)

const blank = " \t"

// The types of DSA, which ssh has forgotten and files have not.
const (
	typeDSA     = "ssh-dss"
	typeDSACert = "ssh-dss-cert-v01@openssh.com"
)

// lineParts is a line that may be of use: "[marker] hosts type base64 [comment]".
type lineParts struct {
	marker Marker
	hosts  string
	key    string // type, base64 and what follows
}

// splitLine is false of comments, empty lines and markers that ssh does not
// know. Whether the key can be used is parseKey's to say.
func splitLine(raw string) (lineParts, bool) {
	raw, _, _ = strings.Cut(raw, "\n")
	raw, _, _ = strings.Cut(raw, "\x00") // where ssh's string ends
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

// cutMarker takes the marker off a line, as OpenSSH's check_markers does. There
// may be one, and it must be known: a line with a marker of a later day must
// not count as a plain one. ssh looks for the space behind a marker in the
// whole line and takes a TAB only where there is no space, so a marker before a
// TAB counts in lines without spaces alone.
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

// cutField takes what stands before white space, and drops the white space.
func cutField(s string) (field, rest string) {
	i := strings.IndexAny(s, blank)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], blank)
}

// keyTypes holds the names that a key may bear on its line, each with the type
// that must then stand in its blob: the names of OpenSSH's key types, to which
// the signature algorithms of RSA belong. What is not here is no key to ssh,
// even where the library could read it.
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

// Why a text is no key that ssh can use.
var (
	errNoKey = errors.New("no public key")
	errShort = errors.New("an RSA key that is too short")
)

// parseKey reads "type base64 [comment]" as OpenSSH's sshkey_read does. The
// padding must be there and the blob must be of the type that the line says.
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

// dropSpace drops what the base64 decoder of ssh, which is the resolver
// library's, passes over: the CR before a newline, for one.
func dropSpace(r rune) rune {
	switch r {
	case '\r', '\v', '\f':
		return -1
	}
	return r
}

// tooShort says that an RSA key is shorter than ssh reads (sshkey.h's
// SSH_RSA_MINIMUM_MODULUS_SIZE).
func tooShort(key ssh.PublicKey) bool {
	const minimum = 1024
	bits, isRSA := rsaBits(plainKey(key))
	return isRSA && bits < minimum
}
