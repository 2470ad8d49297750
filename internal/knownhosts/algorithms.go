package knownhosts

import (
	"slices"

	"golang.org/x/crypto/ssh"
)

// DefaultAlgorithms is ssh's own order of host key algorithms, since 8.5
// (ssh_config(5), HostKeyAlgorithms).
func DefaultAlgorithms() []string {
	return []string{
		ssh.CertAlgoED25519v01, ssh.CertAlgoECDSA256v01, ssh.CertAlgoECDSA384v01, ssh.CertAlgoECDSA521v01,
		ssh.CertAlgoSKED25519v01, ssh.CertAlgoSKECDSA256v01, ssh.CertAlgoRSASHA512v01, ssh.CertAlgoRSASHA256v01,
		ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
		ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256,
	}
}

// byKnown orders preferred, first choice first, as ssh offers host key algorithms (OpenSSH's
// order_hostkeyalgs): those of known keys come first, so that a server with several keys
// presents one that can be compared, and "changed" does not just mean "of another type".
//
// The plain name of a host on another port does not matter here, so a key that is known only
// by that name may not be the one that the server presents.
func byKnown(lines []*Line, preferred []string) []string {
	if len(preferred) == 0 || holds(lines, preferred[0]) {
		return slices.Clone(preferred)
	}
	authority := slices.ContainsFunc(lines, func(l *Line) bool { return l.Marker == CertAuthority })
	var first, last []string
	for _, algorithm := range preferred {
		if authority && isCertificate(algorithm) || holds(lines, algorithm) {
			first = append(first, algorithm)
		} else {
			last = append(last, algorithm)
		}
	}
	return append(first, last...)
}

// holds reports whether a plain line has a key for an algorithm or, for a certificate's
// algorithm, for that of its key. ssh looks only at the first such line, which does not count
// if its key is revoked.
func holds(lines []*Line, algorithm string) bool {
	wanted := plainType(algorithm)
	for _, l := range lines {
		if l.Marker == Plain && l.Key.Type() == wanted {
			return revoked(lines, l.Key) == nil
		}
	}
	return false
}

// certified maps the type of each certificate to that of its key.
var certified = map[string]string{
	ssh.CertAlgoRSAv01:        ssh.KeyAlgoRSA,
	typeDSACert:               typeDSA,
	ssh.CertAlgoECDSA256v01:   ssh.KeyAlgoECDSA256,
	ssh.CertAlgoECDSA384v01:   ssh.KeyAlgoECDSA384,
	ssh.CertAlgoECDSA521v01:   ssh.KeyAlgoECDSA521,
	ssh.CertAlgoED25519v01:    ssh.KeyAlgoED25519,
	ssh.CertAlgoSKECDSA256v01: ssh.KeyAlgoSKECDSA256,
	ssh.CertAlgoSKED25519v01:  ssh.KeyAlgoSKED25519,
}

func isCertificate(algorithm string) bool { return certified[keyTypes[algorithm]] != "" }

// plainType returns the type of the plain key that an algorithm is for.
func plainType(algorithm string) string {
	t := keyTypes[algorithm]
	if plain, ok := certified[t]; ok {
		return plain
	}
	return t
}
