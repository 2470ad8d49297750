package sshprobe

import (
	"context"
	"slices"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
	"rdnsproxy/internal/knownhosts"
)

// judge gives each key the verdict that ssh would have if the server showed it that
// key. chosen is the key that ssh would be shown.
//
// There is one exception. If known_hosts has lines for a host, and none for the key
// shown, ssh calls the key changed, whatever the types. But ssh never sees the keys
// that it does not choose. So if one of the server's keys is known, another key of a
// type without a line is unknown, not changed. This does not hold for the chosen key:
// if known_hosts has the plain key and the server a certificate of another type, ssh
// chooses the certificate, and complains.
func (v *visit) judge(ctx context.Context, login *knownhosts.Login, keys []ssh.PublicKey, chosen kind) []check.Key {
	verdicts := make([]knownhosts.Verdict, len(keys))
	recognised := false
	for i, key := range keys {
		verdicts[i] = login.Judge(ctx, key)
		s := verdicts[i].Status
		recognised = recognised || s == knownhosts.StatusKnown || s == knownhosts.StatusCertified
	}
	judged := make([]check.Key, len(keys))
	for i, key := range keys {
		keyType := plain(key).Type()
		if verdicts[i].Status == knownhosts.StatusChanged && recognised && keyType != chosen.keyType && !hasType(verdicts[i], keyType) {
			verdicts[i] = knownhosts.Verdict{Status: knownhosts.StatusUnknown}
		}
		judged[i] = v.describe(login.Host, key, verdicts[i])
		judged[i].Chosen = kindOf(key) == chosen
	}
	return judged
}

// proven are the keys of a server with which ssh cannot negotiate, as far as they are
// known to be the host's: such a server withholds nothing.
func (v *visit) proven(ctx context.Context, login *knownhosts.Login, s *observation) (keys []check.Key) {
	for k, f := range s.keys {
		if f.key == nil {
			continue
		}
		for _, key := range v.judge(ctx, login, []ssh.PublicKey{f.key}, k) {
			if key.Chosen = false; key.Status.Proven() && key.Refused == "" {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// describe is a key with its verdict. Whether it is expected counts only if
// known_hosts says nothing about it.
func (v *visit) describe(host knownhosts.Host, shown ssh.PublicKey, verdict knownhosts.Verdict) check.Key {
	key := plain(shown)
	k := check.Key{Blob: key.Marshal(), HostKey: check.HostKey{
		Type:        key.Type(),
		Certificate: kindOf(shown).certificate,
		Fingerprint: ssh.FingerprintSHA256(key),
		Line:        knownhosts.FormatLine(host, key),
	}}
	setVerdict(&k, verdict)
	if k.Status == check.KeyUnknown && contains(v.Expected, key) {
		k.Status = check.KeyExpected
	}
	return k
}

// hasType reports whether one of the lines that contradict a key has a key of its type.
func hasType(v knownhosts.Verdict, keyType string) bool {
	return slices.ContainsFunc(append(v.Others, v.Line), func(l *knownhosts.Line) bool { return l != nil && l.Key.Type() == keyType })
}
