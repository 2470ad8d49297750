package lab

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"time"

	"golang.org/x/crypto/ssh"
)

// NewHostKey generates a key of the given type: ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256,
// 384 or 521, or ssh.KeyAlgoRSA.
func NewHostKey(algorithm string) (ssh.Signer, error) {
	var (
		key crypto.Signer
		err error
	)
	switch algorithm {
	case ssh.KeyAlgoED25519:
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case ssh.KeyAlgoECDSA256:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case ssh.KeyAlgoECDSA384:
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case ssh.KeyAlgoECDSA521:
		key, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case ssh.KeyAlgoRSA:
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		return nil, fmt.Errorf("no host key of type %q", algorithm)
	}
	if err != nil {
		return nil, err
	}
	return ssh.NewSignerFromSigner(key)
}

// Certify returns a host key with a certificate from an authority for these host names,
// valid from now for a day.
func Certify(authority, host ssh.Signer, names ...string) (ssh.Signer, error) {
	now := time.Now()
	cert := &ssh.Certificate{
		Key:             host.PublicKey(),
		CertType:        ssh.HostCert,
		KeyId:           "lab",
		ValidPrincipals: names,
		ValidAfter:      uint64(now.Add(-time.Hour).Unix()),
		ValidBefore:     uint64(now.Add(24 * time.Hour).Unix()),
	}
	if err := cert.SignCert(rand.Reader, authority); err != nil {
		return nil, err
	}
	return ssh.NewCertSigner(cert, host)
}
