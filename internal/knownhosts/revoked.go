package knownhosts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/limits"
	"rdnsproxy/safetext"
)

// Revocations is a file of RevokedHostKeys: a key revocation list, or plain public keys, one
// on each line. It is read once, when first needed. It is safe for concurrent use and must
// not be copied.
type Revocations struct {
	path string

	once sync.Once
	list list
	err  error
}

// RevokedIn returns the Revocations of the file at path.
func RevokedIn(path string) *Revocations { return &Revocations{path: path} }

// String returns the path, safe to print.
func (r *Revocations) String() string { return safetext.Line(r.path) }

// list is the content of either kind of file. An error says that the release of ssh cannot
// use the file, and so accepts no key at all.
type list interface {
	revokes(key ssh.PublicKey, r Release) (bool, error)
}

// revokes reports whether the file revokes a key or the authority that certified it
// (OpenSSH's sshkey_check_revoked).
func (r *Revocations) revokes(key ssh.PublicKey, release Release) (bool, error) {
	r.once.Do(func() { r.list, r.err = readRevocations(r.path) })
	if r.err != nil {
		return false, r.err
	}
	return r.list.revokes(key, release)
}

func readRevocations(path string) (list, error) {
	file, _, err := open(path)
	if err != nil {
		return nil, reason(err)
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, limits.Revocations+1))
	switch {
	case err != nil:
		return nil, reason(err)
	case len(b) > limits.Revocations:
		return nil, errors.New("is longer than 128 MiB")
	}
	return parseRevocations(b)
}

// parseRevocations parses either kind of file. The error is that of a malformed key
// revocation list.
func parseRevocations(b []byte) (list, error) {
	if bytes.HasPrefix(b, []byte(krlMagic)) {
		return parseKRL(b)
	}
	return parsePlainList(b), nil
}

// plainList holds the public keys of a file, up to a line that is not one.
type plainList struct {
	keys   map[string]bool // blobs, without certificates
	broken int             // the line that is not a key, at which ssh stops reading; 0 if there is none
}

// parsePlainList parses keys as OpenSSH's sshkey_in_file does: it ignores what follows a key,
// skips RSA keys that are too short, and stops at any other line that is not a key.
func parsePlainList(b []byte) plainList {
	l := plainList{keys: make(map[string]bool)}
	n := 0
	for raw := range bytes.Lines(b) {
		n++
		line, _, _ := strings.Cut(string(raw), "\x00")
		line = strings.TrimLeft(strings.TrimSuffix(line, "\n"), blank)
		if line == "" || line[0] == '#' {
			continue
		}
		key, err := parseKey(line)
		switch {
		case err == errShort:
		case err != nil:
			l.broken = n
			return l
		default:
			l.keys[string(plainKey(key).Marshal())] = true
		}
	}
	return l
}

func (l plainList) revokes(key ssh.PublicKey, _ Release) (bool, error) {
	switch cert, ok := key.(*ssh.Certificate); {
	case l.keys[string(plainKey(key).Marshal())]:
		return true, nil
	case ok && cert.SignatureKey != nil && l.keys[string(plainKey(cert.SignatureKey).Marshal())]:
		return true, nil
	case l.broken != 0:
		return false, fmt.Errorf("line %d is not a public key, so ssh accepts no key", l.broken)
	}
	return false, nil
}
