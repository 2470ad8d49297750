package sshprobe_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
	"rdnsproxy/internal/knownhosts"
	"rdnsproxy/internal/lab"
	"rdnsproxy/internal/sshprobe"
)

// Each key comes once, in the server's order, with nobody having logged in.
func TestKeys(t *testing.T) {
	keys := []ssh.Signer{
		hostKey(t, ssh.KeyAlgoECDSA521), hostKey(t, ssh.KeyAlgoRSA), hostKey(t, ssh.KeyAlgoED25519),
		hostKey(t, ssh.KeyAlgoECDSA256), hostKey(t, ssh.KeyAlgoECDSA384),
	}
	s := start(t, lab.SSH{HostKeys: keys, Version: "OpenSSH_9.9 a comment", Preface: "all use is\r\n\nrecorded\n"})
	found := probe(t, &sshprobe.Prober{AllKeys: true}, s.Addr())
	if found.Connect != check.ConnectOK || found.Identity != check.IdentitySSH || found.Error != "" || found.Keyless != "" {
		t.Errorf("%+v", found)
	}
	if got := found.Version.Raw(); got != "SSH-2.0-OpenSSH_9.9 a comment" {
		t.Errorf("version %q", got)
	}
	if found.Connecting <= 0 || found.Identifying <= 0 || found.KeyFetching <= 0 {
		t.Errorf("took no time: %+v", found)
	}
	if len(found.Keys) != len(keys) {
		t.Fatalf("%d keys: %+v", len(found.Keys), found)
	}
	for i, k := range found.Keys {
		want := keys[i].PublicKey()
		line := fmt.Sprintf("[%s]:%d %s", name, s.Addr().Port(), bytes.TrimSpace(ssh.MarshalAuthorizedKey(want)))
		if k.Type != want.Type() || k.Fingerprint != ssh.FingerprintSHA256(want) || !bytes.Equal(k.Blob, want.Marshal()) ||
			k.Line != line || k.Status != check.KeyUnknown || k.Evidence != "" || k.Certificate {
			t.Errorf("key %d: %+v", i, k)
		}
	}
	visits := s.Visits()
	if len(visits) != len(keys) {
		t.Errorf("%d connections for %d keys", len(visits), len(keys))
	}
	for _, v := range visits {
		if v.User != "" {
			t.Errorf("logged in: %+v", v)
		}
	}
}

// The verdicts are ssh's, and each names its line.
func TestVerdicts(t *testing.T) {
	authority, stranger := hostKey(t, ssh.KeyAlgoED25519), hostKey(t, ssh.KeyAlgoED25519)
	ed, ec, rsa := hostKey(t, ssh.KeyAlgoED25519), hostKey(t, ssh.KeyAlgoECDSA256), hostKey(t, ssh.KeyAlgoRSA)
	otherRSA := hostKey(t, ssh.KeyAlgoRSA)
	s := start(t, lab.SSH{HostKeys: []ssh.Signer{ed, certify(t, authority, rsa, name), ec}})
	line := func(marker string, key ssh.Signer) string {
		return fmt.Sprintf("%s[%s]:%d %s", marker, name, s.Addr().Port(), ssh.MarshalAuthorizedKey(key.PublicKey()))
	}
	print := func(key ssh.Signer) string { return ssh.FingerprintSHA256(key.PublicKey()) }
	for _, test := range []struct {
		what     string
		known    string
		expected []string
		want     string
		evidence string // the keys' lines
	}{
		{"nothing", "", nil, "ssh-ed25519=unknown ssh-rsa+=unknown ecdsa-sha2-nistp256=unknown", "  "},
		{"all", line("", ed) + line("", rsa) + line("", ec), nil,
			"ssh-ed25519=known ssh-rsa+=known ecdsa-sha2-nistp256=known", "known_hosts:1 known_hosts:2 known_hosts:3"},
		{"one, so the others are further ones", "# it\n" + line("", ec), nil,
			"ssh-ed25519=unknown ssh-rsa+=unknown ecdsa-sha2-nistp256=known", "  known_hosts:2"},
		{"one, and another of its type", line("", ed) + line("", otherRSA), nil,
			"ssh-ed25519=known ssh-rsa+=changed ecdsa-sha2-nistp256=unknown", "known_hosts:1 known_hosts:2 "},
		{"another alone", line("", stranger), nil,
			"ssh-ed25519=changed ssh-rsa+=changed ecdsa-sha2-nistp256=changed", "known_hosts:1 known_hosts:1 known_hosts:1"},
		{"authority", line("@cert-authority ", authority), nil,
			"ssh-ed25519=unknown ssh-rsa+=certified ecdsa-sha2-nistp256=unknown", " known_hosts:1 "},
		{"authority, and another key", line("@cert-authority ", authority) + line("", otherRSA), nil,
			"ssh-ed25519=unknown ssh-rsa+=certified ecdsa-sha2-nistp256=unknown", " known_hosts:1 "},
		{"another authority", line("@cert-authority ", stranger), nil,
			"ssh-ed25519=unknown ssh-rsa+=unknown ecdsa-sha2-nistp256=unknown", "  "},
		{"revoked", line("", ed) + line("@revoked ", ec), nil,
			"ssh-ed25519=known ssh-rsa+=changed ecdsa-sha2-nistp256=revoked", "known_hosts:1 known_hosts:1 known_hosts:2"},
		{"plain name", name + " " + string(ssh.MarshalAuthorizedKey(ed.PublicKey())), nil,
			"ssh-ed25519=known ssh-rsa+=unknown ecdsa-sha2-nistp256=unknown", "known_hosts:1  "},
		{"one, but ssh prefers a certificate of another type", line("", ed), nil,
			"ssh-ed25519=known ssh-rsa+=changed ecdsa-sha2-nistp256=unknown", "known_hosts:1 known_hosts:1 "},
		{"expected", line("", ec), []string{print(stranger), print(rsa) + "="},
			"ssh-ed25519=unknown ssh-rsa+=expected ecdsa-sha2-nistp256=known", "  known_hosts:1"},
		{"expected, but revoked and changed", line("@revoked ", ec) + line("", otherRSA), []string{print(ec), print(rsa)},
			"ssh-ed25519=changed ssh-rsa+=changed ecdsa-sha2-nistp256=revoked", "known_hosts:2 known_hosts:2 known_hosts:1"},
	} {
		t.Run(test.what, func(t *testing.T) {
			found := probe(t, &sshprobe.Prober{Known: known(t, test.known), Expected: test.expected, AllKeys: true}, s.Addr())
			if got := statuses(found.Keys); got != test.want || found.Keyless != "" {
				t.Errorf("%s:\ngot  %s %s\nwant %s", test.what, got, found.Keyless, test.want)
				return
			}
			var evidence []string
			for _, k := range found.Keys {
				evidence = append(evidence, k.Evidence)
			}
			if got := strings.Join(evidence, " "); got != test.evidence {
				t.Errorf("%s: evidence %q, want %q", test.what, got, test.evidence)
			}
		})
	}
}

// HostKeyAlias takes the place of name and port; certificates end at their time.
func TestAliasAndTime(t *testing.T) {
	authority, ed := hostKey(t, ssh.KeyAlgoED25519), hostKey(t, ssh.KeyAlgoED25519)
	s := start(t, lab.SSH{HostKeys: []ssh.Signer{certify(t, authority, ed, "gate")}})
	p := &sshprobe.Prober{Known: known(t, "@cert-authority gate "+string(ssh.MarshalAuthorizedKey(authority.PublicKey())))}
	target := check.Target{Host: name, Port: s.Addr().Port(), KeyName: "gate"}
	found := p.Probe(t.Context(), target, s.Addr())
	if got := statuses(found.Keys); got != "ssh-ed25519+=certified" || !strings.HasPrefix(found.Keys[0].Line, "gate ssh-ed25519 ") {
		t.Errorf("%s: %+v", got, found)
	}
	p.Now = func() time.Time { return time.Now().AddDate(1, 0, 0) }
	if got := statuses(p.Probe(t.Context(), target, s.Addr()).Keys); got != "ssh-ed25519+=unknown" {
		t.Errorf("a year later: %s", got)
	}
}

// A key that nobody can read is the end of ssh's key exchange, and costs its own
// type alone where ssh does not ask for it; of a certificate that this program
// cannot read, ssh may be able to.
func TestUnreadable(t *testing.T) {
	ed, rsa := hostKey(t, ssh.KeyAlgoED25519), hostKey(t, ssh.KeyAlgoRSA)
	odd := func(algorithm string, blob []byte, like ssh.Signer) ssh.Signer {
		return oddSigner{like, algorithm, blob}
	}
	cert := odd(ssh.CertAlgoED25519v01, ssh.Marshal(struct{ Name string }{ssh.CertAlgoED25519v01}), ed)
	s := start(t, lab.SSH{HostKeys: []ssh.Signer{cert, ed, rsa}})
	found := probe(t, &sshprobe.Prober{AllKeys: true}, s.Addr())
	if got := statuses(found.Keys); got != "ssh-rsa=unknown" || !strings.HasPrefix(found.Keyless, "the certificate that ssh would be shown cannot be read: ") {
		t.Errorf("%s: %s", got, found.Keyless)
	}

	ec := odd(ssh.KeyAlgoECDSA256, []byte("no key at all"), ed)
	s = start(t, lab.SSH{HostKeys: []ssh.Signer{ec, rsa, odd("ssh-\x1b[2J", nil, ed)}})
	found = probe(t, &sshprobe.Prober{AllKeys: true}, s.Addr())
	if len(found.Keys) > 0 || found.Broken != "the key exchange failed: the server sent a malformed message" {
		t.Errorf("%s: %+v", statuses(found.Keys), found)
	}
	only := &sshprobe.Prober{AllKeys: true, Rules: knownhosts.Rules{HostKeys: []string{ssh.KeyAlgoRSASHA512}}}
	found = probe(t, only, s.Addr())
	const want = `no ecdsa-sha2-nistp256: the key exchange failed: `
	if got := statuses(found.Keys); got != "ssh-rsa=unknown" || !strings.HasPrefix(found.Keyless, want) ||
		!strings.HasSuffix(found.Keyless, `; of types that this program does not support: ssh-\027[2J`) {
		t.Errorf("%s: %s", got, found.Keyless)
	}
}

// oddSigner claims to have a key of some type, which it shows as some bytes.
type oddSigner struct {
	ssh.Signer
	algorithm string
	blob      []byte
}

func (s oddSigner) PublicKey() ssh.PublicKey { return oddKey{s.Signer.PublicKey(), s} }

type oddKey struct {
	ssh.PublicKey
	s oddSigner
}

func (k oddKey) Type() string { return k.s.algorithm }

func (k oddKey) Marshal() []byte { return k.s.blob }

// A server with which ssh has no algorithm in common does not withhold its key: it is
// told where it is proven, and nothing is said of one that is not.
func TestProvenThoughSSHFails(t *testing.T) {
	rsa, other := hostKey(t, ssh.KeyAlgoRSA), hostKey(t, ssh.KeyAlgoRSA)
	old, err := ssh.NewSignerWithAlgorithms(rsa.(ssh.AlgorithmSigner), []string{ssh.KeyAlgoRSA})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		what   string
		key    ssh.Signer
		lists  sshprobe.Lists
		differ string
	}{
		{"host key type", old, sshprobe.Lists{}, "no matching host key type found. Their offer: ssh-rsa"},
		{"key exchange", rsa, sshprobe.Lists{Exchanges: []string{"none-such"}}, "no matching key exchange method found. Their offer: "},
		{"cipher", rsa, sshprobe.Lists{Ciphers: []string{"none-such"}}, "no matching cipher found. Their offer: "},
	} {
		t.Run(test.what, func(t *testing.T) {
			s := start(t, lab.SSH{HostKeys: []ssh.Signer{test.key}})
			line := func(key ssh.Signer) string {
				return fmt.Sprintf("[%s]:%d %s", name, s.Addr().Port(), ssh.MarshalAuthorizedKey(key.PublicKey()))
			}
			for _, known := range []struct {
				what string
				p    *sshprobe.Prober
				want string
			}{
				{"nothing", &sshprobe.Prober{}, ""},
				{"known", &sshprobe.Prober{Known: known(t, line(rsa))}, "ssh-rsa=known"},
				{"changed", &sshprobe.Prober{Known: known(t, line(other))}, ""},
				{"revoked", &sshprobe.Prober{Known: known(t, line(rsa)+"@revoked "+line(rsa))}, ""},
				{"expected", &sshprobe.Prober{Expected: []string{ssh.FingerprintSHA256(rsa.PublicKey())}}, "ssh-rsa=expected"},
				{"too short", &sshprobe.Prober{Known: known(t, line(rsa)), Rules: knownhosts.Rules{RSABits: 16384}}, ""},
			} {
				known.p.Lists = test.lists
				found := probe(t, known.p, s.Addr())
				if got := statuses(found.Keys); got != known.want || !strings.HasPrefix(found.Differ, test.differ) || found.Keyless != "" || found.Broken != "" {
					t.Errorf("%s: %s, want %s: %+v", known.what, got, known.want, found)
				}
				if len(found.Keys) > 0 && found.Keys[0].Chosen {
					t.Errorf("%s: ssh would be shown none", known.what)
				}
			}
		})
	}
}

// A signature that is not of the key that was shown proves nothing.
func TestUnproven(t *testing.T) {
	for _, algorithm := range []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoRSA} {
		t.Run(algorithm, func(t *testing.T) {
			shown, signer := hostKey(t, algorithm), hostKey(t, algorithm)
			s := start(t, lab.SSH{HostKeys: []ssh.Signer{liar{signer.(ssh.AlgorithmSigner), shown.PublicKey()}}})
			found := probe(t, &sshprobe.Prober{}, s.Addr())
			if want := "the key exchange failed: the signature does not prove the host key"; found.Broken != want || len(found.Keys) > 0 {
				t.Errorf("%+v", found)
			}
		})
	}
}

// liar shows a key that it does not have.
type liar struct {
	ssh.AlgorithmSigner
	shown ssh.PublicKey
}

func (l liar) PublicKey() ssh.PublicKey { return l.shown }
