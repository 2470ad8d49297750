package sshprobe

import (
	"errors"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
	"rdnsproxy/internal/knownhosts"
)

// setVerdict copies ssh's verdict into check's key.
func setVerdict(k *check.Key, v knownhosts.Verdict) {
	k.Status, k.Evidence = check.KeyStatus(v.Status), v.Evidence() // in the same words
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
