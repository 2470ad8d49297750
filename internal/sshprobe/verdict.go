package sshprobe

import (
	"errors"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
	"rdnsproxy/internal/knownhosts"
)

// keyStatuses maps the statuses of knownhosts to check's.
var keyStatuses = map[knownhosts.Status]check.KeyStatus{
	knownhosts.StatusUnknown:   check.KeyUnknown,
	knownhosts.StatusKnown:     check.KeyKnown,
	knownhosts.StatusCertified: check.KeyCertified,
	knownhosts.StatusChanged:   check.KeyChanged,
	knownhosts.StatusRevoked:   check.KeyRevoked,
}

// setVerdict copies ssh's verdict into check's key.
func setVerdict(k *check.Key, v knownhosts.Verdict) {
	k.Status, k.Evidence = keyStatuses[v.Status], v.Evidence()
	k.Unchecked, k.Final = v.Unchecked, v.Final
	if v.Status == knownhosts.StatusChanged && v.Line != nil {
		k.Known = v.Line.Key.Type() + " " + ssh.FingerprintSHA256(v.Line.Key)
	}
	if v.Refused != nil {
		k.Refused = v.Refused.Error()
	}
	if v.CertError != nil && !errors.Is(v.CertError, knownhosts.ErrNoAuthority) {
		k.Voided = v.CertError.Error()
	}
	for _, d := range v.Doubts {
		k.Doubts = append(k.Doubts, check.Doubt(d))
	}
}
