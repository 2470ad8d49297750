package knownhosts

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/safetext"
)

// Magic, version and section types of a key revocation list (OpenSSH's PROTOCOL.krl).
const (
	krlMagic   = "SSHKRL\n\x00"
	krlVersion = 1

	krlCertificates = 1
	krlKeys         = 2
	krlSHA1         = 3
	krlSignature    = 4
	krlSHA256       = 5
	krlExtension    = 255

	krlSerials     = 0x20
	krlSerialRange = 0x21
	krlSerialBits  = 0x22
	krlKeyIDs      = 0x23
	krlCertExt     = 0x39
)

// krl is a key revocation list.
type krl struct {
	blobs        map[string]bool // plain keys
	sha1, sha256 map[string]bool // of plain keys
	authorities  []*krlAuthority

	extended bool // it has extensions, which ssh accepts since 9.4
	signed   bool // it has signatures, which ssh ignores since 9.4
}

// krlAuthority holds the revoked certificates of one authority.
type krlAuthority struct {
	blob   string // its key; "" is any authority
	ranges []serialRange
	bits   []serialBits
	ids    map[string]bool
}

type serialRange struct{ from, to uint64 }

// serialBits is a bitmap of serial numbers, beginning at from with the number's lowest bit.
type serialBits struct {
	from   uint64
	number []byte
}

var errKRL = errors.New("is a malformed key revocation list, so ssh accepts no key")

// parseKRL parses a whole list (OpenSSH's ssh_krl_from_blob).
func parseKRL(b []byte) (*krl, error) {
	k := &krl{blobs: map[string]bool{}, sha1: map[string]bool{}, sha256: map[string]bool{}}
	r := krlReader{rest: b[len(krlMagic):]}
	if version := r.uint32(); version != krlVersion {
		return nil, errKRL
	}
	r.take(8 + 8 + 8) // its own version, its date, its flags
	r.string()        // reserved
	r.string()        // its comment
	for r.more() {
		kind := r.byte()
		section := krlReader{rest: r.string()}
		if r.bad {
			break
		}
		if k.signed && kind != krlSignature {
			return nil, errKRL
		}
		switch kind {
		case krlCertificates:
			if err := k.readCertificates(&section); err != nil {
				return nil, err
			}
		case krlKeys:
			section.strings(k.blobs, 0)
		case krlSHA1:
			section.strings(k.sha1, sha1.Size)
		case krlSHA256:
			section.strings(k.sha256, sha256.Size)
		case krlExtension:
			k.extended = true
			if err := section.extension(); err != nil {
				return nil, err
			}
		case krlSignature: // the section is the key that signed; the signature follows it
			k.signed = true
			section.rest = nil
			r.string()
		default:
			return nil, fmt.Errorf("has a section of unknown type %d; unless ssh knows it, ssh accepts no key", kind)
		}
		if section.bad || section.more() {
			return nil, errKRL
		}
	}
	if r.bad {
		return nil, errKRL
	}
	return k, nil
}

// readCertificates reads a section about certificates of one authority.
func (k *krl) readCertificates(r *krlReader) error {
	blob := string(r.string())
	r.string() // reserved
	if blob != "" {
		if _, err := ssh.ParsePublicKey([]byte(blob)); err != nil {
			return errKRL
		}
	}
	a := k.authority(blob)
	for r.more() {
		kind := r.byte()
		part := krlReader{rest: r.string()}
		if r.bad {
			break
		}
		switch kind {
		case krlSerials:
			for part.more() {
				n := part.uint64()
				part.bad = part.bad || n == 0
				a.ranges = append(a.ranges, serialRange{n, n})
			}
		case krlSerialRange:
			s := serialRange{part.uint64(), part.uint64()}
			part.bad = part.bad || s.from == 0 || s.from > s.to
			a.ranges = append(a.ranges, s)
		case krlSerialBits:
			a.bits = append(a.bits, part.serialBits())
		case krlKeyIDs:
			part.strings(a.ids, 0)
		case krlCertExt:
			k.extended = true
			if err := part.extension(); err != nil {
				return err
			}
		default:
			return fmt.Errorf("has a certificate section of unknown type %d; unless ssh knows it, ssh accepts no key",
				kind)
		}
		if part.bad || part.more() {
			return errKRL
		}
	}
	if r.bad {
		return errKRL
	}
	return nil
}

func (k *krl) authority(blob string) *krlAuthority {
	for _, a := range k.authorities {
		if a.blob == blob {
			return a
		}
	}
	a := &krlAuthority{blob: blob, ids: map[string]bool{}}
	k.authorities = append(k.authorities, a)
	return a
}

// revokes follows OpenSSH's ssh_krl_check_key: the key, and the authority that
// certified it.
func (k *krl) revokes(key ssh.PublicKey, r Release) (bool, error) {
	switch {
	case k.extended && r.before(9, 4):
		return false, errors.New("has extensions, which ssh reads since 9.4; an older ssh accepts no key")
	case k.signed && r.before(9, 4):
		return false, errors.New("is signed, which ssh before 9.4 looks at and this program does not")
	}
	cert, ok := key.(*ssh.Certificate)
	if !ok {
		return k.revokesPlain(key), nil
	}
	return k.revokesPlain(cert.Key) || k.revokesCertificate(cert) ||
		cert.SignatureKey != nil && k.revokesPlain(plainKey(cert.SignatureKey)), nil
}

func (k *krl) revokesPlain(key ssh.PublicKey) bool {
	blob := key.Marshal()
	one, two := sha1.Sum(blob), sha256.Sum256(blob)
	return k.sha1[string(one[:])] || k.sha256[string(two[:])] || k.blobs[string(blob)]
}

// revokesCertificate looks for the certificate among those of its authority and
// those of any.
func (k *krl) revokesCertificate(cert *ssh.Certificate) bool {
	for _, a := range k.authorities {
		if a.blob != "" && (cert.SignatureKey == nil || a.blob != string(cert.SignatureKey.Marshal())) {
			continue
		}
		if a.ids[cert.KeyId] || cert.Serial != 0 && a.has(cert.Serial) { // 0 is of those who do not number
			return true
		}
	}
	return false
}

func (a *krlAuthority) has(serial uint64) bool {
	return slices.ContainsFunc(a.ranges, func(s serialRange) bool { return s.from <= serial && serial <= s.to }) ||
		slices.ContainsFunc(a.bits, func(s serialBits) bool { return s.has(serial) })
}

func (s serialBits) has(serial uint64) bool {
	if serial < s.from || (serial-s.from)/8 >= uint64(len(s.number)) {
		return false
	}
	n := serial - s.from
	return s.number[len(s.number)-1-int(n/8)]>>(n%8)&1 == 1
}

// krlReader reads SSH's data types (RFC 4251, section 5). Once bad, it gives
// zeroes and nothing more.
type krlReader struct {
	rest []byte
	bad  bool
}

func (r *krlReader) more() bool { return !r.bad && len(r.rest) > 0 }

func (r *krlReader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.rest)) {
		r.bad = true
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *krlReader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *krlReader) uint32() uint32 {
	if b := r.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (r *krlReader) uint64() uint64 {
	if b := r.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (r *krlReader) string() []byte { return r.take(uint64(r.uint32())) }

// strings reads strings to the end. Each must have the given size, unless that is 0.
func (r *krlReader) strings(into map[string]bool, size int) {
	for r.more() {
		s := r.string()
		r.bad = r.bad || size != 0 && len(s) != size
		if !r.bad {
			into[string(s)] = true
		}
	}
}

// maxBits is how many bytes a bitmap may have, with the zero byte that keeps it positive
// (sshbuf.h, SSHBUF_MAX_BIGNUM).
const maxBits = 16384/8 + 1

// serialBits reads the first serial number and a bitmap, a number that must not be negative.
func (r *krlReader) serialBits() serialBits {
	s := serialBits{r.uint64(), r.string()}
	n := len(s.number)
	switch {
	case n > 0 && s.number[0]&0x80 != 0,
		n > maxBits, n == maxBits && s.number[0] != 0:
		r.bad = true
	case s.from == 0 && n > 0 && s.number[n-1]&1 == 1: // serial number 0 cannot be revoked
		r.bad = true
	case s.from != 0 && n > 0 && s.from+uint64(n)*8-1 < s.from && s.wraps():
		r.bad = true
	}
	return s
}

// wraps reports whether a serial number would overflow.
func (s serialBits) wraps() bool {
	highest := 0
	for i, b := range s.number {
		if b != 0 {
			highest = (len(s.number)-1-i)*8 + 7
			for b&0x80 == 0 {
				b, highest = b<<1, highest-1
			}
			break
		}
	}
	return s.from+uint64(highest) < s.from
}

// extension reads an extension: its name, whether it is critical, and its content. Like
// OpenSSH, this package knows none.
func (r *krlReader) extension() error {
	name := r.string()
	critical := r.byte()
	r.string()
	if !r.bad && critical != 0 {
		return fmt.Errorf("has an unknown critical extension %s; unless ssh knows it, ssh accepts no key",
			safetext.Name(string(name)))
	}
	return nil
}
