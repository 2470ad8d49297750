package knownhosts

import (
	"slices"
	"time"

	"golang.org/x/crypto/ssh"
)

// Status is ssh's verdict on a host key.
type Status string

// The closed set.
const (
	StatusUnknown   Status = "unknown"   // no line has a key for the host: ssh would ask
	StatusKnown     Status = "known"     // a line has this key for the host
	StatusCertified Status = "certified" // a @cert-authority for the host has signed the key
	StatusChanged   Status = "changed"   // lines have keys for the host, of any type, but not this one
	StatusRevoked   Status = "revoked"   // a @revoked line for the host has the key, or its authority's
)

// Verdict is what known_hosts says about a host key.
type Verdict struct {
	Status Status
	// Line is the evidence: for known the line with the key, for certified the line with
	// the authority, for revoked the @revoked line, for changed the line that ssh calls
	// offending, which is the last. It is nil for unknown.
	Line *Line
	// Others are further plain lines for the host: for changed the other keys that would
	// have matched, for known the keys of other types.
	Others []*Line
	// CertError says why the server's certificate does not count. It is nil if the
	// certificate counts or there is none.
	CertError error
	// Refused says why ssh ends the connection whatever Status is, if it does: an RSA key
	// shorter than RequiredRSASize, a file of RevokedHostKeys that cannot be read, a
	// KnownHostsCommand that failed.
	Refused error
	// Unchecked says that ssh accepts the key without looking it up
	// (NoHostAuthenticationForLocalhost). Status is unknown then.
	Unchecked bool
	// Source is the evidence if it is not a Line: a file of RevokedHostKeys. Safe to print.
	Source string
	// Final says that ssh decides before it looks at SSHFP records.
	Final bool
	// Doubts are what could not be evaluated.
	Doubts []Doubt
}

// Doubt is something that could not be evaluated.
type Doubt struct {
	Text string // a clause, safe to print
	Open bool   // it may change the verdict; if false, ssh ignores it too
}

// Evidence returns where the line or file is that decided Status, safe to print; "" if there
// is none.
func (v Verdict) Evidence() string {
	if v.Line != nil {
		return v.Line.String()
	}
	return v.Source
}

// keyCheck judges one key as OpenSSH's check_host_key does with CheckHostIP off, as it is
// by default and behind every ProxyCommand. A certificate that does not count is judged by
// its plain key.
type keyCheck struct {
	*Login
	output output // of KnownHostsCommand
	now    time.Time
}

func (k keyCheck) verdict(key ssh.PublicKey) Verdict {
	name, fallsBack := k.Host.key(), k.Host.fallsBack()
	if cert, ok := key.(*ssh.Certificate); ok {
		return k.judgeCert(name, cert, fallsBack)
	}
	return k.judge(name, key, fallsBack)
}

// lines returns the lines about one of the host's names. KnownHostsCommand is asked only
// about the first of them, not about the plain name.
func (k keyCheck) lines(name string) []*Line {
	lines := k.Login.lines(name)
	if name != k.Host.key() {
		return lines
	}
	return append(slices.Clip(lines), k.output.about(name)...)
}

// judge looks a plain key up. If the name with its port is unknown, ssh looks for the plain
// name, where only a match counts: a different key under the plain name is that of a server
// on another port.
func (k keyCheck) judge(name string, key ssh.PublicKey, fallBack bool) Verdict {
	v := k.search(name, key)
	if v.Status == StatusUnknown && fallBack {
		if plain := k.judge(k.Host.principal(), key, false); plain.Status != StatusChanged {
			return plain
		}
	}
	return v
}

// judgeCert looks a certificate's authority up, then its plain key. As in ssh, a certificate
// that is revoked is not looked at again.
func (k keyCheck) judgeCert(name string, cert *ssh.Certificate, fallBack bool) Verdict {
	v := k.searchAuthority(name, cert)
	switch v.Status {
	case StatusCertified, StatusRevoked:
		return v
	}
	why := v.CertError
	var warned *Verdict
	if v.Status == StatusUnknown && fallBack {
		plain := k.judgeCert(k.Host.principal(), cert, false)
		switch plain.Status {
		case StatusCertified, StatusKnown:
			return plain
		case StatusRevoked:
			warned = &plain
		}
		why = plain.CertError
	}
	v = k.judge(name, cert.Key, fallBack)
	if v.Status == StatusUnknown && warned != nil {
		return *warned
	}
	v.CertError = why
	return v
}

// search compares a plain key with the lines of a name (OpenSSH's
// check_hostkeys_by_key_or_type). The first line with the key is the evidence. A key that
// no line has is "changed" even if all lines have keys of other types.
func (k keyCheck) search(name string, key ssh.PublicKey) Verdict {
	v := Verdict{Status: StatusUnknown}
	lines := k.lines(name)
	for _, l := range lines {
		switch {
		case l.Marker != Plain:
		case v.Status != StatusKnown && equal(l.Key, key):
			v.Status, v.Others, v.Line = StatusKnown, v.plainLines(), l
		case v.Status == StatusKnown:
			v.Others = append(v.Others, l)
		default:
			v.Status, v.Others, v.Line = StatusChanged, v.plainLines(), l
		}
	}
	if l := revoked(lines, key); l != nil {
		return Verdict{Status: StatusRevoked, Line: l, Others: v.plainLines()}
	}
	return v
}

// plainLines returns all plain lines that search has found so far, in their order.
func (v *Verdict) plainLines() []*Line {
	if v.Line == nil {
		return nil
	}
	return append(v.Others, v.Line)
}

// revoked returns the first @revoked line with one of the keys.
func revoked(lines []*Line, keys ...ssh.PublicKey) *Line {
	for _, l := range lines {
		if l.Marker != Revoked {
			continue
		}
		for _, key := range keys {
			if samePublic(l.Key, key) {
				return l
			}
		}
	}
	return nil
}

// reads reports whether the release knows the key's type. 10.0 has removed DSA and skips
// lines with such a key.
func (r Release) reads(key ssh.PublicKey) bool {
	return r.before(10, 0) || plainKey(key).Type() != typeDSA
}
