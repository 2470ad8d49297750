package sshprobe

import (
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
	"rdnsproxy/internal/knownhosts"
)

// words says in check's words what known_hosts says in its own.
var words = map[knownhosts.Status]check.KeyStatus{
	knownhosts.StatusUnknown:   check.KeyUnknown,
	knownhosts.StatusKnown:     check.KeyKnown,
	knownhosts.StatusCertified: check.KeyCertified,
	knownhosts.StatusChanged:   check.KeyChanged,
	knownhosts.StatusRevoked:   check.KeyRevoked,
}

// known is known_hosts at the time that counts.
func (v *visit) known() *knownhosts.File {
	f := knownhosts.File{}
	if v.Known != nil {
		f = *v.Known
	}
	if v.Now != nil {
		f.Now = v.Now
	}
	return &f
}

// judge says of each key what ssh would say if the server showed it that one.
//
// There is one exception. To ssh, a host with lines for other keys alone has
// changed, of whatever type they are; but ssh asks first for a type that it
// knows, and would see this key only from a server that has no other. So where
// a key of the server is known, one of a type without a line is not a changed
// key, but a further one: unknown.
func (v *visit) judge(keys []ssh.PublicKey) []check.Key {
	known := v.known()
	verdicts := make([]knownhosts.Verdict, len(keys))
	recognised := false
	for i, key := range keys {
		verdicts[i] = known.Judge(v.host, key)
		s := verdicts[i].Status
		recognised = recognised || s == knownhosts.StatusKnown || s == knownhosts.StatusCertified
	}
	judged := make([]check.Key, len(keys))
	for i, key := range keys {
		if verdicts[i].Status == knownhosts.StatusChanged && recognised && !hasType(verdicts[i], plain(key).Type()) {
			verdicts[i] = knownhosts.Verdict{Status: knownhosts.StatusUnknown}
		}
		judged[i] = v.describe(key, verdicts[i])
	}
	return judged
}

// describe is a key with its verdict. That a key was expected counts only where
// known_hosts has nothing to say.
func (v *visit) describe(shown ssh.PublicKey, verdict knownhosts.Verdict) check.Key {
	_, certificate := shown.(*ssh.Certificate)
	key := plain(shown)
	k := check.Key{
		Type:        key.Type(),
		Certificate: certificate,
		Fingerprint: ssh.FingerprintSHA256(key),
		Blob:        key.Marshal(),
		Status:      words[verdict.Status],
		Line:        knownhosts.FormatLine(v.host, key),
	}
	if verdict.Line != nil {
		k.Evidence = verdict.Line.String()
	}
	if k.Status == check.KeyUnknown && v.expects(k.Fingerprint) {
		k.Status = check.KeyExpected
	}
	return k
}

// expects compares fingerprints, with or without base64's padding.
func (v *visit) expects(fingerprint string) bool {
	return slices.ContainsFunc(v.Expected, func(e string) bool { return strings.TrimRight(e, "=") == fingerprint })
}

// hasType reports whether one of the lines that speak against a key has a key
// of its type.
func hasType(v knownhosts.Verdict, keyType string) bool {
	return slices.ContainsFunc(append(v.Others, v.Line), func(l *knownhosts.Line) bool { return l.Key.Type() == keyType })
}
