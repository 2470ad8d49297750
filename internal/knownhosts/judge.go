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
	StatusKnown     Status = "known"     // a line has this very key for the host
	StatusCertified Status = "certified" // a @cert-authority of the host vouches for the key
	StatusChanged   Status = "changed"   // the lines have keys for the host, of any type, and none is this one
	StatusRevoked   Status = "revoked"   // a @revoked line of the host has the key, or its authority's
)

// Verdict is what known_hosts says about a host key.
type Verdict struct {
	Status Status
	// Line is the evidence: of known the line with the key, of certified that
	// with the authority, of revoked that with @revoked, of changed the one that
	// ssh calls offending, which is the last. Nil of unknown.
	Line *Line
	// Others are the further plain lines for the host: of changed what else it
	// could have been, of known the keys of other types.
	Others []*Line
	// CertError says why the certificate that the server showed does not count;
	// nil where it does, and where it showed none.
	CertError error
	// Refused says why ssh ends the connection whatever Status is: an RSA key
	// shorter than RequiredRSASize, a file of RevokedHostKeys that cannot be read,
	// a KnownHostsCommand that failed. Nil if nothing of the kind holds.
	Refused error
	// Unchecked says that ssh takes the key without looking it up
	// (NoHostAuthenticationForLocalhost). Status is unknown then.
	Unchecked bool
	// Source is the evidence where it is no Line: a file of RevokedHostKeys. Safe
	// to print.
	Source string
	// Final says that ssh decides before it looks at SSHFP records.
	Final bool
	// Doubts are what could not be evaluated.
	Doubts []Doubt
}

// Doubt is something that could not be evaluated.
type Doubt struct {
	Text string // a clause that is safe to print
	Open bool   // it may change the verdict; if not, ssh passes it over too
}

// Evidence names what Status rests on, safe to print; "" where there is nothing.
func (v Verdict) Evidence() string {
	if v.Line != nil {
		return v.Line.String()
	}
	return v.Source
}

// inquest is one judgement: OpenSSH's check_host_key with CheckHostIP off, as it
// is by default and behind every ProxyCommand. A certificate that does not count
// is judged by its plain key.
type inquest struct {
	*Login
	output output // of KnownHostsCommand
	now    time.Time
}

func (j inquest) verdict(key ssh.PublicKey) Verdict {
	name, fallsBack := j.Host.key(), j.Host.fallsBack()
	if cert, ok := key.(*ssh.Certificate); ok {
		return j.judgeCert(name, cert, fallsBack)
	}
	return j.judge(name, key, fallsBack)
}

// lines are those about one of the host's names. KnownHostsCommand is asked
// about the first alone, so it has nothing to say of the plain name.
func (j inquest) lines(name string) []*Line {
	lines := j.Login.lines(name)
	if name != j.Host.key() {
		return lines
	}
	return append(slices.Clip(lines), j.output.about(name)...)
}

// judge looks a plain key up. Where the name with its port is new, ssh looks
// for the plain name, and what it finds there counts only for the key: a
// different key under the plain name is another server's on another port.
func (j inquest) judge(name string, key ssh.PublicKey, fallBack bool) Verdict {
	v := j.search(name, key)
	if v.Status == StatusUnknown && fallBack {
		if plain := j.judge(j.Host.principal(), key, false); plain.Status != StatusChanged {
			return plain
		}
	}
	return v
}

// judgeCert looks a certificate's authority up, then its plain key. Each way
// ends as it does in ssh: a certificate that is revoked is not looked at again.
func (j inquest) judgeCert(name string, cert *ssh.Certificate, fallBack bool) Verdict {
	v := j.searchAuthority(name, cert)
	switch v.Status {
	case StatusCertified, StatusRevoked:
		return v
	}
	why := v.CertError
	var warned *Verdict
	if v.Status == StatusUnknown && fallBack {
		plain := j.judgeCert(j.Host.principal(), cert, false)
		switch plain.Status {
		case StatusCertified, StatusKnown:
			return plain
		case StatusRevoked:
			warned = &plain
		}
		why = plain.CertError
	}
	v = j.judge(name, cert.Key, fallBack)
	if v.Status == StatusUnknown && warned != nil {
		return *warned
	}
	v.CertError = why
	return v
}

// search compares a plain key with the lines of a name (OpenSSH's
// check_hostkeys_by_key_or_type). The first that has it is the evidence; keys
// of other types count as much as any against one that none has.
func (j inquest) search(name string, key ssh.PublicKey) Verdict {
	v := Verdict{Status: StatusUnknown}
	lines := j.lines(name)
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

// plainLines are all that search has found so far, in their order.
func (v *Verdict) plainLines() []*Line {
	if v.Line == nil {
		return nil
	}
	return append(v.Others, v.Line)
}

// revoked finds the first @revoked line that has one of the keys.
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

// reads says that the release knows the key's type: 10.0 has forgotten DSA, and
// a line with such a key is none to it.
func (r Release) reads(key ssh.PublicKey) bool {
	return r.before(10, 0) || plainKey(key).Type() != typeDSA
}
