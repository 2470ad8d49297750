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

// judge says of each key what ssh would say if the server showed it that one;
// chosen is the type of the one that ssh would be shown.
//
// There is one exception. To ssh, a host with lines for other keys alone has
// changed, of whatever type they are; but of the keys that it does not choose
// it would never know. So where some key of the server is known, a key of a
// type without a line is not a changed key, but a further one: unknown. Not so
// the chosen one: where known_hosts has the host's plain key and the server a
// certificate of another type, ssh does choose that, and complains.
func (v *visit) judge(keys []ssh.PublicKey, chosen string) []check.Key {
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
		keyType := plain(key).Type()
		if verdicts[i].Status == knownhosts.StatusChanged && recognised && keyType != chosen && !hasType(verdicts[i], keyType) {
			verdicts[i] = knownhosts.Verdict{Status: knownhosts.StatusUnknown}
		}
		judged[i] = v.describe(key, verdicts[i])
		judged[i].Chosen = keyType == chosen
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
