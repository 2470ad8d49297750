package check

import (
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"rdnsproxy/resolve"
)

// fingerprint says what the SSHFP records of a name say of a host key.
type fingerprint int

const (
	printSilent   fingerprint = iota // there are none for such a key
	printMatch                       // one is the key's, and none is another's
	printMismatch                    // one for such a key is not this one's
)

// sshfpAlgorithm is a key type's number in SSHFP records (RFC 4255, 6594, 7479).
func sshfpAlgorithm(keyType string) uint8 {
	switch {
	case strings.HasPrefix(keyType, "ssh-rsa"), strings.HasPrefix(keyType, "rsa-sha2-"):
		return 1
	case strings.HasPrefix(keyType, "ssh-dss"):
		return 2
	case strings.HasPrefix(keyType, "ecdsa-sha2-"):
		return 3
	case strings.HasPrefix(keyType, "ssh-ed25519"):
		return 4
	}
	return 0
}

// compare follows OpenSSH's verify_host_key_dns (dns.c): a record with a digest
// that it does not know makes it ignore the whole set, and since 8.7 one that
// does not match clears one that does. A certificate is compared by its plain
// key.
func (k Key) compare(prints []resolve.Fingerprint) fingerprint {
	algorithm, found := sshfpAlgorithm(k.Type), printSilent
	if algorithm == 0 || len(k.Blob) == 0 {
		return printSilent
	}
	if slices.ContainsFunc(prints, func(p resolve.Fingerprint) bool { return p.Digest != 1 && p.Digest != 2 }) {
		return printSilent
	}
	one, two := sha1.Sum(k.Blob), sha256.Sum256(k.Blob)
	for _, p := range prints {
		sum := string(two[:])
		if p.Digest == 1 {
			sum = string(one[:])
		}
		if p.Algorithm != algorithm {
			continue
		}
		if p.Sum != sum {
			return printMismatch
		}
		found = printMatch
	}
	return found
}

// withFingerprint raises an unknown key to verified where SSHFP records from a
// validated zone vouch for it, as ssh with VerifyHostKeyDNS yes would.
func (f *Facts) withFingerprint(k Key) Key {
	if k.Status == KeyUnknown && f.SSHFP.Authentic && k.compare(f.SSHFP.Prints) == printMatch {
		k.Status, k.Evidence = KeyVerified, "sshfp:"+sourceWord(f.SSHFP)
	}
	return k
}

// fingerprintFindings say what SSHFP records make of the keys behind an address.
func fingerprintFindings(f *Facts, a *AddressFacts) []Finding {
	if f.SSHFP.Status != resolve.OK {
		return nil
	}
	var fs []Finding
	for _, k := range a.Probe.Keys {
		found := Finding{Address: a.Addr}
		switch said := k.compare(f.SSHFP.Prints); {
		case said == printMatch && f.SSHFP.Authentic:
			found.Code, found.Text = SSHFPMatch, fmt.Sprintf("SSHFP records of a validated zone vouch for the %s key of %s", k.Type, show(a.Addr))
		case said == printMatch:
			found.Code, found.Severity = SSHFPUntrusted, Notice
			found.Text = fmt.Sprintf("SSHFP records match the %s key of %s, but ssh does not trust them: %s", k.Type, show(a.Addr), whyUntrusted(f.SSHFP))
		case said == printMismatch:
			found.Code, found.Severity = SSHFPMismatch, Warning
			found.Text = fmt.Sprintf("SSHFP records do not match the %s key of %s", k.Type, show(a.Addr))
		default:
			continue
		}
		fs = append(fs, found)
	}
	return fs
}

// whyUntrusted says why a match is no proof: glibc strips the AD bit without
// trust-ad in resolv.conf.
func whyUntrusted(a resolve.Answer) string {
	if a.ClaimedAD {
		return "resolv.conf does not say 'options trust-ad'"
	}
	return "the zone is not signed, or " + sourceWord(a) + " does not validate"
}
