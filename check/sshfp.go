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
	printSilent   fingerprint = iota // there are none, or ssh cannot use them
	printMatch                       // one is the key's, and none is another's
	printMismatch                    // one for such a key is not this one's
	printOthers                      // there are some, and none is for such a key
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
// does not match clears one that does. A digest of the wrong length is neither. A
// certificate is compared by its plain key.
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

// withFingerprint is the key as ssh sees it once it has looked at the SSHFP
// records: where VerifyHostKeyDNS is yes, a match in a validated zone comes before
// whatever known_hosts says. A key that is unknown to ssh and that a validated
// zone vouches for has that as its evidence, whether ssh looks or not.
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

// vouchedFor says that SSHFP records of a validated zone are the key's.
func (f *judgement) vouchedFor(k Key) bool {
	return f.SSHFP.Status == resolve.OK && f.SSHFP.Authentic && k.compare(f.SSHFP.Prints) == printMatch
}

// proven reports whether there is a ground to take the key, which has gone through
// withFingerprint, for the host's.
func (f *judgement) proven(k Key) bool {
	return k.Refused == "" && (k.Status.Proven() || k.Status == KeyUnknown && f.vouchedFor(k))
}

// fingerprintFindings say what SSHFP records make of the keys behind an address.
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
			found(SSHFPUntrusted, "SSHFP records match the %s key of %s, but ssh does not trust them: ", whyUntrusted(f.SSHFP))
		case said == printMismatch:
			found(SSHFPMismatch, "SSHFP records do not match the %s key of %s", f.warned())
		case said == printOthers && k.Chosen && f.Target.DNS != DNSUnasked:
			found(SSHFPMismatch, "there are SSHFP records, but none for the %s key of %s", f.warned())
		}
	}
	return fs
}

// unused says that ssh asks about an unknown key although SSHFP records vouch for it.
func (f *judgement) unused(k Key) string {
	switch {
	case k.Status != KeyUnknown || f.Target.DNS == DNSDecides:
		return ""
	case f.Target.DNS == DNSInforms:
		return "; ssh still asks, because VerifyHostKeyDNS is ask"
	}
	return "; ssh does not use them, because VerifyHostKeyDNS is no"
}

// warned says what ssh itself makes of records that do not match.
func (f *judgement) warned() string {
	if f.Target.DNS == DNSUnasked {
		return "; ssh does not use them, because VerifyHostKeyDNS is no"
	}
	return "; ssh warns that the host identification has changed, then decides by known_hosts"
}

// whyUntrusted says why a match is no proof: glibc strips the AD bit without
// trust-ad in resolv.conf.
func whyUntrusted(a resolve.Answer) string {
	if a.ClaimedAD {
		return "resolv.conf does not say 'options trust-ad'"
	}
	return "the zone is not signed, or " + sourceWord(a) + " does not validate"
}
