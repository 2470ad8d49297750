package knownhosts

import (
	"bytes"
	"crypto/rsa"

	"golang.org/x/crypto/ssh"
)

// plainKey returns the key that a certificate certifies, and any other key as it is.
func plainKey(key ssh.PublicKey) ssh.PublicKey {
	if cert, ok := key.(*ssh.Certificate); ok {
		return cert.Key
	}
	return key
}

// equal compares keys including their certificates (OpenSSH's sshkey_equal).
func equal(a, b ssh.PublicKey) bool { return bytes.Equal(a.Marshal(), b.Marshal()) }

// samePublic compares keys without their certificates (OpenSSH's sshkey_equal_public).
func samePublic(a, b ssh.PublicKey) bool { return equal(plainKey(a), plainKey(b)) }

// rsaBits returns the length of an RSA key's modulus.
func rsaBits(key ssh.PublicKey) (bits int, ok bool) {
	k, ok := key.(ssh.CryptoPublicKey)
	if !ok {
		return 0, false
	}
	r, ok := k.CryptoPublicKey().(*rsa.PublicKey)
	if !ok {
		return 0, false
	}
	return r.N.BitLen(), true
}
