package sshprobe

import (
	"slices"

	"golang.org/x/crypto/ssh"
)

// kind is what a server can show one key as: the type of the plain key, and whether
// it comes in a certificate.
type kind struct {
	keyType     string
	certificate bool
}

func kindOf(key ssh.PublicKey) kind {
	_, certificate := key.(*ssh.Certificate)
	return kind{plain(key).Type(), certificate}
}

// plain is the key that a certificate is for, and any other key itself.
func plain(key ssh.PublicKey) ssh.PublicKey {
	if cert, ok := key.(*ssh.Certificate); ok {
		return cert.Key
	}
	return key
}

// family is a type of key and the algorithms that prove one: with a certificate, and
// without.
type family struct {
	keyType             string
	certificates, plain []string
}

// families are the types that this program can fetch, ssh's first choices first. DSA
// is not among them: OpenSSH has dropped it.
var families = []family{
	{ssh.KeyAlgoED25519, []string{ssh.CertAlgoED25519v01}, []string{ssh.KeyAlgoED25519}},
	{ssh.KeyAlgoECDSA256, []string{ssh.CertAlgoECDSA256v01}, []string{ssh.KeyAlgoECDSA256}},
	{ssh.KeyAlgoECDSA384, []string{ssh.CertAlgoECDSA384v01}, []string{ssh.KeyAlgoECDSA384}},
	{ssh.KeyAlgoECDSA521, []string{ssh.CertAlgoECDSA521v01}, []string{ssh.KeyAlgoECDSA521}},
	{ssh.KeyAlgoSKED25519, []string{ssh.CertAlgoSKED25519v01}, []string{ssh.KeyAlgoSKED25519}},
	{ssh.KeyAlgoSKECDSA256, []string{ssh.CertAlgoSKECDSA256v01}, []string{ssh.KeyAlgoSKECDSA256}},
	{ssh.KeyAlgoRSA, []string{ssh.CertAlgoRSASHA512v01, ssh.CertAlgoRSASHA256v01, ssh.CertAlgoRSAv01},
		[]string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSA}},
}

func (f family) has(algorithm string) bool {
	return slices.Contains(f.certificates, algorithm) || slices.Contains(f.plain, algorithm)
}

// kindFor is the kind of key that an algorithm proves; false if this program cannot
// fetch it.
func kindFor(algorithm string) (kind, bool) {
	for _, f := range families {
		if f.has(algorithm) {
			return kind{f.keyType, slices.Contains(f.certificates, algorithm)}, true
		}
	}
	return kind{}, false
}

// kinds lists the keys that the server has, in its order and one for each type: the
// certificate where there is one. unsupported are algorithms that this program lacks.
func (o *offer) kinds() (known []kind, unsupported []string) {
	for _, algorithm := range o.HostKeys {
		k, ok := kindFor(algorithm)
		i := slices.IndexFunc(known, func(have kind) bool { return have.keyType == k.keyType })
		switch {
		case !ok && len(unsupported) < maxNamed+1:
			unsupported = append(unsupported, algorithm)
		case ok && i < 0:
			known = append(known, k)
		case ok && k.certificate:
			known[i] = k
		}
	}
	return known, unsupported
}

// algorithms are those of the offered ones that prove a key of the kind.
func (k kind) algorithms(offered []string) []string {
	return slices.DeleteFunc(slices.Clone(offered), func(a string) bool { of, ok := kindFor(a); return !ok || of != k })
}

// fetchable are those of the algorithms that this program has.
func fetchable(algorithms []string) []string {
	return slices.DeleteFunc(slices.Clone(algorithms), func(a string) bool { _, ok := kindFor(a); return !ok })
}

// withAllOthers appends every other algorithm that this program has. The first of the
// client's that the server has is taken (RFC 4253, section 7.1), so they change
// nothing where ssh's own list has one. Where it has none, the server shows its key
// all the same, and a known one can be told from a key that is withheld.
func withAllOthers(algorithms []string) []string {
	all := slices.Clone(algorithms)
	for _, f := range families {
		for _, a := range slices.Concat(f.certificates, f.plain) {
			if !slices.Contains(all, a) {
				all = append(all, a)
			}
		}
	}
	return all
}

// signatureOf is the format of the signatures that an algorithm is proven by: for a
// certificate, that of its plain key.
func signatureOf(algorithm string) string {
	for _, f := range families {
		if i := slices.Index(f.certificates, algorithm); i >= 0 {
			return f.plain[i]
		}
	}
	return algorithm
}
