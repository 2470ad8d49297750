package check

import (
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"rdnsproxy/resolve"
)

// fingerprint is what the SSHFP records of a name say about a host key.
type fingerprint int

const (
	printSilent   fingerprint = iota // there are none, or ssh cannot use them
	printMatch                       // one for a key of this type matches, and none differs
	printMismatch                    // one for a key of this type differs
	printOthers                      // there are some, but none for a key of this type
)

// sshfpAlgorithm returns the number of a key type in SSHFP records (RFC 4255, 6594, 7479),
// or 0.
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

// compare follows OpenSSH's verify_host_key_dns (dns.c): it ignores the whole set if a
// record has an unknown digest type, and since 8.7 one record that differs overrides those
// that match. A digest of the wrong length counts as neither. A certificate is compared by
// its plain key.
func (k Key) compare(prints []resolve.Fingerprint) fingerprint {
	algorithm := sshfpAlgorithm(k.Type)
	if algorithm == 0 || len(k.Blob) == 0 || len(prints) == 0 {
		return printSilent
	}
	if slices.ContainsFunc(prints, func(p resolve.Fingerprint) bool { return p.Digest != 1 && p.Digest != 2 }) {
		return printSilent
	}
	found := printOthers
	one, two := sha1.Sum(k.Blob), sha256.Sum256(k.Blob)
	for _, p := range prints {
		sum := string(two[:])
		if p.Digest == 1 {
			sum = string(one[:])
		}
		switch {
		case p.Algorithm != algorithm || len(p.Sum) != len(sum):
		case p.Sum != sum:
			return printMismatch
		default:
			found = printMatch
		}
	}
	return found
}

// withFingerprint returns the key as ssh judges it with the SSHFP records: if
// VerifyHostKeyDNS is yes, a match in a validated zone takes precedence over known_hosts.
// If the key is unknown to ssh and a validated zone vouches for it, the zone becomes its
// evidence even if ssh does not look there.
func (f *judgement) withFingerprint(k Key) Key {
	if k.Final || k.Refused != "" || !f.vouchedFor(k) {
		return k
	}
	source := "sshfp:" + sourceWord(f.SSHFP)
	switch {
	case f.Target.DNS == DNSDecides:
		k.Status, k.Evidence, k.Unchecked, k.Voided, k.Doubts = KeyVerified, source, false, "", nil
	case k.Status == KeyUnknown:
		k.Evidence = source
	}
	return k
}

// vouchedFor reports whether SSHFP records of a validated zone match the key.
func (f *judgement) vouchedFor(k Key) bool {
	return f.SSHFP.Status == resolve.OK && f.SSHFP.Authentic && k.compare(f.SSHFP.Prints) == printMatch
}

// proven reports whether something proves that the key, as returned by withFingerprint, is
// the host's.
func (f *judgement) proven(k Key) bool {
	return k.Refused == "" && (k.Status.Proven() || k.Status == KeyUnknown && f.vouchedFor(k))
}

// fingerprintFindings compares the keys at an address with the SSHFP records.
func fingerprintFindings(f *judgement, a *judgedAddress) []Finding {
	if f.SSHFP.Status != resolve.OK {
		return nil
	}
	var fs []Finding
	for _, k := range a.Probe.Keys {
		found := func(c Code, format string, after string) {
			fs = append(fs, NewFinding(c, a.Addr, fmt.Sprintf(format, k.Type, show(a.Addr))+after))
		}
		switch said := k.compare(f.SSHFP.Prints); {
		case said == printMatch && f.SSHFP.Authentic:
			found(SSHFPMatch, "SSHFP records of a validated zone vouch for the %s key of %s", f.unused(k))
		case said == printMatch:
			found(SSHFPUntrusted, "SSHFP records match the %s key of %s, but ssh does not trust them: ",
				whyUntrusted(f.SSHFP))
		case said == printMismatch:
			found(SSHFPMismatch, "SSHFP records do not match the %s key of %s", f.warned())
		case said == printOthers && k.Chosen && f.Target.DNS != DNSUnasked:
			found(SSHFPMismatch, "there are SSHFP records, but none for the %s key of %s", f.warned())
		}
	}
	return fs
}

// unused says that ssh asks about an unknown key even though SSHFP records vouch for it.
func (f *judgement) unused(k Key) string {
	switch {
	case k.Status != KeyUnknown || f.Target.DNS == DNSDecides:
		return ""
	case f.Target.DNS == DNSInforms:
		return "; ssh still asks, because VerifyHostKeyDNS is ask"
	}
	return "; ssh does not use them, because VerifyHostKeyDNS is no"
}

// warned says what ssh itself does about records that do not match.
func (f *judgement) warned() string {
	if f.Target.DNS == DNSUnasked {
		return "; ssh does not use them, because VerifyHostKeyDNS is no"
	}
	return "; ssh warns that the host identification has changed, then decides by known_hosts"
}

// whyUntrusted says why a match proves nothing. Without trust-ad in resolv.conf, glibc
// strips the AD bit.
func whyUntrusted(a resolve.Answer) string {
	if a.ClaimedAD {
		return "resolv.conf does not say 'options trust-ad'"
	}
	return "the zone is not signed, or " + sourceWord(a) + " does not validate"
}

// VouchedFor reports whether SSHFP records prove that the key is their name's, and why
// not: the zone is validated, ssh would take them for a match, and one of the matching
// digests is SHA-256. ssh itself still accepts SHA-1 alone, but has announced to stop
// (release notes of OpenSSH 10.2); nobody sees this decision, so it does not begin with a
// digest whose collisions can be made.
func (k Key) VouchedFor(a resolve.Answer) (ok bool, why string) {
	switch {
	case a.Status != resolve.OK:
		return false, a.Status.Words()
	case !a.Authentic:
		return false, whyUntrusted(a)
	}
	switch k.compare(a.Prints) {
	case printMismatch:
		return false, "they do not match the key"
	case printOthers:
		return false, "none is for a key of this type"
	case printSilent:
		return false, "ssh cannot use them"
	}
	sum := sha256.Sum256(k.Blob)
	strong := func(p resolve.Fingerprint) bool {
		return p.Algorithm == sshfpAlgorithm(k.Type) && p.Digest == 2 && p.Sum == string(sum[:])
	}
	if !slices.ContainsFunc(a.Prints, strong) {
		return false, "they have a SHA-1 digest only"
	}
	return true, ""
}
