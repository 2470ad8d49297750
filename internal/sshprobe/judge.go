package sshprobe

import (
	"context"
	"slices"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
	"rdnsproxy/internal/knownhosts"
)

// judge says of each key what ssh would say if the server showed it that one;
// chosen is the one that ssh would be shown.
//
// There is one exception. To ssh, a host with lines for other keys alone has
// changed, of whatever type they are; but of the keys that it does not choose
// it would never know. So where some key of the server is known, a key of a
// type without a line is not a changed key, but a further one: unknown. Not so
// the chosen one: where known_hosts has the host's plain key and the server a
// certificate of another type, ssh does choose that, and complains.
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

// proven are the keys that a server has shown although ssh would fail before it saw
// one, as far as they are known to be the host's: such a server hides nothing.
func (v *visit) proven(ctx context.Context, login *knownhosts.Login, s *sight) (keys []check.Key) {
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

// describe is a key with its verdict. That a key was expected counts only where
// known_hosts has nothing to say.
func (v *visit) describe(host knownhosts.Host, shown ssh.PublicKey, verdict knownhosts.Verdict) check.Key {
	key := plain(shown)
	k := check.Key{
		Type:        key.Type(),
		Certificate: kindOf(shown).certificate,
		Fingerprint: ssh.FingerprintSHA256(key),
		Blob:        key.Marshal(),
		Line:        knownhosts.FormatLine(host, key),
	}
	tell(&k, verdict)
	if k.Status == check.KeyUnknown && contains(v.Expected, key) {
		k.Status = check.KeyExpected
	}
	return k
}

// hasType reports whether one of the lines that speak against a key has a key
// of its type.
func hasType(v knownhosts.Verdict, keyType string) bool {
	return slices.ContainsFunc(append(v.Others, v.Line), func(l *knownhosts.Line) bool { return l != nil && l.Key.Type() == keyType })
}
