package sshprobe_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
	"rdnsproxy/internal/knownhosts"
	"rdnsproxy/internal/lab"
	"rdnsproxy/internal/sshprobe"
	"rdnsproxy/safetext"
)

// patience tells a hang from a slow machine; soon is what a test waits for in
// vain.
const (
	patience = 30 * time.Second
	soon     = 200 * time.Millisecond
)

const name = "my.example.com"

func start(t *testing.T, setup lab.SSH) *lab.SSHServer {
	t.Helper()
	s, err := lab.StartSSH(setup)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// says starts a server that says something and hangs up.
func says(t *testing.T, words string) netip.AddrPort {
	t.Helper()
	s, err := lab.StartTCP("", func(c *net.TCPConn) {
		io.WriteString(c, words)
		c.CloseWrite()
		lab.Discard(c)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s.Addr()
}

func hostKey(t *testing.T, algorithm string) ssh.Signer {
	t.Helper()
	key, err := lab.NewHostKey(algorithm)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func certify(t *testing.T, authority, host ssh.Signer, names ...string) ssh.Signer {
	t.Helper()
	cert, err := lab.Certify(authority, host, names...)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func known(t *testing.T, text string) *knownhosts.File {
	t.Helper()
	lines, err := knownhosts.Parse(strings.NewReader(text), "known_hosts")
	if err != nil {
		t.Fatal(err)
	}
	return &knownhosts.File{Lines: lines}
}

// probe probes within the time that tells a hang.
func probe(t *testing.T, p *sshprobe.Prober, a netip.AddrPort) check.Probe {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	found := p.Probe(ctx, check.Target{Host: name, Port: a.Port()}, a)
	if ctx.Err() != nil {
		t.Fatalf("hangs: %+v", found)
	}
	for _, text := range []string{found.Error, found.Keyless, found.Broken, found.Differ} {
		if text != safetext.Line(text) || len(text) > 600 {
			t.Errorf("not fit to print: %q", text)
		}
	}
	return found
}

// statuses writes keys as type=status, a certificate's with a plus.
func statuses(keys []check.Key) string {
	var all []string
	for _, k := range keys {
		plus := ""
		if k.Certificate {
			plus = "+"
		}
		all = append(all, fmt.Sprintf("%s%s=%s", k.Type, plus, k.Status))
	}
	return strings.Join(all, " ")
}

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
		found := probe(t, &sshprobe.Prober{Known: known(t, test.known), Expected: test.expected, AllKeys: true}, s.Addr())
		if got := statuses(found.Keys); got != test.want || found.Keyless != "" {
			t.Errorf("%s:\ngot  %s %s\nwant %s", test.what, got, found.Keyless, test.want)
			continue
		}
		var evidence []string
		for _, k := range found.Keys {
			evidence = append(evidence, k.Evidence)
		}
		if got := strings.Join(evidence, " "); got != test.evidence {
			t.Errorf("%s: evidence %q, want %q", test.what, got, test.evidence)
		}
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
		!strings.HasSuffix(found.Keyless, `; of types that this program does not have: ssh-\027[2J`) {
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

func (k oddKey) Type() string    { return k.s.algorithm }
func (k oddKey) Marshal() []byte { return k.s.blob }

// What is not SSH is not down, and what is down is not silent.
func TestNotSSH(t *testing.T) {
	at := func(fault lab.SSHFault) netip.AddrPort { return start(t, lab.SSH{Fault: fault}).Addr() }
	for _, test := range []struct {
		what     string
		addr     netip.AddrPort
		identity check.Identity
		version  string
		trouble  string
	}{
		{"web server", at(lab.SpeaksHTTP), check.IdentityOther, "HTTP/1.1 400 Bad Request", "it speaks HTTP, not SSH"},
		{"hostile", at(lab.Hostile), check.IdentityOther, lab.HostileGreeting[:strings.IndexByte(lab.HostileGreeting, 0)+1], "it speaks, but not SSH"},
		{"silent", at(lab.Silent), check.IdentitySilent, "", "it connects, and says nothing in time"},
		{"resets", at(lab.Resets), check.IdentityClosed, "", "it hung up before it said anything"},
		{"hangs up", says(t, ""), check.IdentityClosed, "", "it hung up before it said anything"},
		{"mail", says(t, "220 mail.example.com ESMTP\r\n"), check.IdentityOther, "220 mail.example.com ESMTP", "it speaks, but hung up without identifying itself as SSH"},
		{"old", says(t, "SSH-1.5-1.2.27\n"), check.IdentityOld, "SSH-1.5-1.2.27", "it speaks SSH 1 alone, which no ssh of today does"},
		{"cut", says(t, "SSH-2.0-Open"), check.IdentityClosed, "SSH-2.0-Open", "it hung up in the middle of its identification"},
		{"full", says(t, "Exceeded MaxStartups\r\n"), check.IdentityAway, "Exceeded MaxStartups",
			"sshd turns newcomers away: too many have not logged in yet (MaxStartups)"},
		{"penalised", says(t, "Not allowed at this time\r\n"), check.IdentityAway, "Not allowed at this time",
			"sshd turns this machine's address away for a while (PerSourcePenalties)"},
		{"endless line", says(t, strings.Repeat("x", 1<<20)), check.IdentityOther, strings.Repeat("x", 255), "it speaks and speaks, but not SSH"},
		{"endless lines", says(t, strings.Repeat("y\n", 1<<20)), check.IdentityOther, "y", "it speaks and speaks, but not SSH"},
	} {
		found := probe(t, &sshprobe.Prober{Identification: soon * 5}, test.addr)
		if found.Connect != check.ConnectOK || found.Identity != test.identity || found.Version.Raw() != test.version ||
			found.Error != test.trouble || found.Keyless != "" || len(found.Keys) > 0 {
			t.Errorf("%s: %+v", test.what, found)
		}
	}
}

// Of a server whose key this program cannot fetch, although ssh could, it says so.
func TestKeyless(t *testing.T) {
	at := func(s lab.SSH) netip.AddrPort { return start(t, s).Addr() }
	for _, test := range []struct {
		what string
		addr netip.AddrPort
		want string
	}{
		{"sntrup761", at(lab.SSH{Fault: lab.Sntrup}),
			"the server offers only key exchanges that this program does not have: sntrup761x25519-sha512@openssh.com"},
		{"long, and old", says(t, "SSH-2.0-"+strings.Repeat("v", 300)+"\r\n"+string(packet(kexInit("ecdh-sha2-nistp256", "ssh-ed25519")))),
			"the server's identification is longer than 255 bytes, and it has no Curve25519: this program cannot exchange keys with it"},
	} {
		found := probe(t, &sshprobe.Prober{Handshake: soon * 5}, test.addr)
		if found.Identity != check.IdentitySSH || found.Error != "" || found.Keyless != test.want || len(found.Keys) > 0 || found.Broken != "" || found.Differ != "" {
			t.Errorf("%s: %+v", test.what, found)
		}
	}
}

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

// A server that does not go on after its identification is of no use to ssh,
// whatever it does instead, and wherever it stops.
func TestBroken(t *testing.T) {
	init := string(packet(kexInit("curve25519-sha256", "ssh-ed25519")))
	disconnect := string(packet(ssh.Marshal(struct {
		Reason        uint32 `sshtype:"1"`
		Text, English string
	}{2, "go \x1b[2Jaway", ""})))
	for _, test := range []struct {
		what, says string
		then       func(*net.TCPConn)
		want       string
	}{
		{"silent before its lists", "", lab.Discard, "the server did not begin the key exchange in time"},
		{"gone before its lists", "", nil, "the server hung up before the key exchange"},
		{"a reset before its lists", "", lab.ResetAfter(0), "the server hung up before the key exchange"},
		{"half a packet", init[:9], lab.Discard, "the server did not begin the key exchange in time"},
		{"silent after its lists", init, lab.Discard, "the server did not finish the key exchange in time"},
		{"gone after its lists", init, nil, "the server hung up during the key exchange"},
		{"a reset after its lists", init, lab.ResetAfter(400), "the server hung up during the key exchange"},
		{"disconnects", init + disconnect, lab.Discard, `the server ends the connection (reason 2): go \027[2Jaway`},
		{"disconnects at once", disconnect, lab.Discard, `the server ends the connection (reason 2): go \027[2Jaway`},
		{"garbage", "\xff\xff\xff\xff garbage", lab.Discard, "the key exchange failed: the server sent a packet of an impossible length"},
		{"more padding than packet", "\x00\x00\x00\x0c\xff garbage   ", lab.Discard, "the key exchange failed: the server sent a packet of an impossible length"},
		{"a login before its lists", string(packet([]byte{52})), lab.Discard, "the key exchange failed: the server sent a message out of turn"},
		{"a login after its lists", init + string(packet([]byte{52})), lab.Discard, "the key exchange failed: the server sent a message out of turn"},
		{"a malformed reply", init + string(packet([]byte{31, 0, 0})), lab.Discard, "the key exchange failed: the server sent a malformed message"},
		{"malformed lists", string(packet([]byte{20, 0, 0})), lab.Discard, "the key exchange failed: the server sent a malformed message"},
	} {
		s, err := lab.StartTCP("", func(c *net.TCPConn) {
			io.WriteString(c, "SSH-2.0-x\r\n"+test.says)
			if test.then != nil {
				test.then(c)
				return
			}
			c.CloseWrite()
			lab.Discard(c)
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		found := probe(t, &sshprobe.Prober{Handshake: soon * 5}, s.Addr())
		if found.Identity != check.IdentitySSH || found.Error != "" || found.Broken != test.want || found.Keyless != "" || len(found.Keys) > 0 {
			t.Errorf("%s: %+v", test.what, found)
		}
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

// kexInit is what a server says that has these algorithms, and else what all have.
func kexInit(exchange, hostKey string) []byte {
	ciphers, macs, none := []string{"aes128-ctr"}, []string{"hmac-sha2-256"}, []string{"none"}
	return ssh.Marshal(struct {
		Cookie                                                                        [16]byte `sshtype:"20"`
		Exchanges, HostKeys, CiphersUp, CiphersDown, MACsUp, MACsDown, Up, Down, A, B []string
		Guess                                                                         bool
		Reserved                                                                      uint32
	}{Exchanges: []string{exchange}, HostKeys: []string{hostKey}, CiphersUp: ciphers, CiphersDown: ciphers, MACsUp: macs, MACsDown: macs, Up: none, Down: none})
}

// packet wraps a message as long as nothing is encrypted (RFC 4253, section 6).
func packet(payload []byte) []byte {
	padding := 16 - (5+len(payload))%8
	b := binary.BigEndian.AppendUint32(nil, uint32(1+len(payload)+padding))
	return append(append(append(b, byte(padding)), payload...), make([]byte, padding)...)
}

// A server that answers once and never again keeps what it gave, and is not asked
// again.
func TestFirstKeyAlone(t *testing.T) {
	s := start(t, lab.SSH{HostKeys: []ssh.Signer{hostKey(t, ssh.KeyAlgoRSA), hostKey(t, ssh.KeyAlgoED25519), hostKey(t, ssh.KeyAlgoECDSA256), hostKey(t, ssh.KeyAlgoECDSA384)}})
	door := startDoor(t, s.Addr(), 1)
	found := probe(t, &sshprobe.Prober{AllKeys: true}, door.Addr())
	if got := statuses(found.Keys); got != "ssh-ed25519=unknown" || !found.Keys[0].Chosen {
		t.Errorf("%s: %+v", got, found)
	}
	if h := found.Hindered; h == nil || h.Identity != check.IdentityAway || found.Keyless != "" || found.Broken != "" {
		t.Errorf("%+v", found)
	}
	if n := len(door.Clients()); n != 2 {
		t.Errorf("%d connections: it goes on asking", n)
	}
}

// startDoor starts a server that lets the first few through to another, and turns
// the others away as a full sshd does.
func startDoor(t *testing.T, behind netip.AddrPort, few int32) *lab.TCPServer {
	t.Helper()
	var taken atomic.Int32
	door, err := lab.StartTCP("", func(c *net.TCPConn) {
		if taken.Add(1) > few {
			io.WriteString(c, "Exceeded MaxStartups\r\n")
			c.CloseWrite()
			lab.Discard(c)
			return
		}
		to, err := net.Dial("tcp", behind.String())
		if err != nil {
			return
		}
		go func() {
			defer to.Close()
			io.Copy(to, c)
		}()
		io.Copy(c, to)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { door.Close() })
	return door
}

// Fifty at once, a tenth of them at a server that hangs: all right, none waits
// for another.
func TestFiftyAtOnce(t *testing.T) {
	s := start(t, lab.SSH{HostKeys: []ssh.Signer{hostKey(t, ssh.KeyAlgoED25519), hostKey(t, ssh.KeyAlgoECDSA256), hostKey(t, ssh.KeyAlgoRSA)}})
	silent := start(t, lab.SSH{Fault: lab.Silent})
	p := &sshprobe.Prober{Identification: 10 * soon, Known: known(t, s.KnownHostsLine(name))}
	results := make([]check.Probe, 50)
	var probing sync.WaitGroup
	began := time.Now()
	for i := range results {
		probing.Go(func() {
			a := s.Addr()
			if i%10 == 0 {
				a = silent.Addr()
			}
			results[i] = p.Probe(t.Context(), check.Target{Host: name, Port: a.Port()}, a)
		})
	}
	probing.Wait()
	if took := time.Since(began); took > patience {
		t.Errorf("took %v", took)
	}
	for i, found := range results {
		switch {
		case i%10 == 0 && found.Identity != check.IdentitySilent:
			t.Errorf("probe %d: %+v", i, found)
		case i%10 != 0 && (len(found.Keys) != 1 || slices.ContainsFunc(found.Keys, func(k check.Key) bool { return k.Status != check.KeyKnown })):
			t.Errorf("probe %d: %s %s %s", i, statuses(found.Keys), found.Keyless, found.Error)
		}
	}
}
