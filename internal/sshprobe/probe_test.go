package sshprobe_test

import (
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
		{"hostile", at(lab.Hostile), check.IdentityOther, lab.HostileGreeting[:strings.IndexByte(lab.HostileGreeting, 0)+1], "it does not speak SSH"},
		{"silent", at(lab.Silent), check.IdentitySilent, "", "it sent nothing in time"},
		{"resets", at(lab.Resets), check.IdentityClosed, "", "it closed the connection without sending anything"},
		{"hangs up", says(t, ""), check.IdentityClosed, "", "it closed the connection without sending anything"},
		{"mail", says(t, "220 mail.example.com ESMTP\r\n"), check.IdentityOther, "220 mail.example.com ESMTP", "it closed the connection without an SSH banner"},
		{"old", says(t, "SSH-1.5-1.2.27\n"), check.IdentityOld, "SSH-1.5-1.2.27", "it speaks only SSH 1, which OpenSSH dropped in 7.6"},
		{"cut", says(t, "SSH-2.0-Open"), check.IdentityClosed, "SSH-2.0-Open", "it closed the connection in the middle of its SSH banner"},
		{"full", says(t, "Exceeded MaxStartups\r\n"), check.IdentityAway, "Exceeded MaxStartups",
			"sshd is refusing new connections (MaxStartups)"},
		{"penalised", says(t, "Not allowed at this time\r\n"), check.IdentityAway, "Not allowed at this time",
			"sshd is refusing this machine's address for a while (PerSourcePenalties)"},
		{"endless line", says(t, strings.Repeat("x", 1<<20)), check.IdentityOther, strings.Repeat("x", 255), "too much data before an SSH banner"},
		{"endless lines", says(t, strings.Repeat("y\n", 1<<20)), check.IdentityOther, "y", "too much data before an SSH banner"},
	} {
		t.Run(test.what, func(t *testing.T) {
			found := probe(t, &sshprobe.Prober{Identification: soon * 5}, test.addr)
			if found.Connect != check.ConnectOK || found.Identity != test.identity || found.Version.Raw() != test.version ||
				found.Error != test.trouble || found.Keyless != "" || len(found.Keys) > 0 {
				t.Errorf("%s: %+v", test.what, found)
			}
		})
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
			"the server offers only key exchanges that this program does not support: sntrup761x25519-sha512@openssh.com"},
		{"long, and old", says(t, "SSH-2.0-"+strings.Repeat("v", 300)+"\r\n"+string(packet(kexInit("ecdh-sha2-nistp256", "ssh-ed25519")))),
			"the server's identification is longer than 255 bytes, and it has no Curve25519: this program cannot exchange keys with it"},
	} {
		t.Run(test.what, func(t *testing.T) {
			found := probe(t, &sshprobe.Prober{Handshake: soon * 5}, test.addr)
			if found.Identity != check.IdentitySSH || found.Error != "" || found.Keyless != test.want || len(found.Keys) > 0 || found.Broken != "" || found.Differ != "" {
				t.Errorf("%s: %+v", test.what, found)
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
		{"gone before its lists", "", nil, "the server closed the connection before the key exchange"},
		{"a reset before its lists", "", lab.ResetAfter(0), "the server closed the connection before the key exchange"},
		{"half a packet", init[:9], lab.Discard, "the server did not begin the key exchange in time"},
		{"silent after its lists", init, lab.Discard, "the server did not finish the key exchange in time"},
		{"gone after its lists", init, nil, "the server closed the connection during the key exchange"},
		{"a reset after its lists", init, lab.ResetAfter(400), "the server closed the connection during the key exchange"},
		{"disconnects", init + disconnect, lab.Discard, `the server disconnected (reason 2): go \027[2Jaway`},
		{"disconnects at once", disconnect, lab.Discard, `the server disconnected (reason 2): go \027[2Jaway`},
		{"garbage", "\xff\xff\xff\xff garbage", lab.Discard, "the key exchange failed: the server sent a packet of an impossible length"},
		{"more padding than packet", "\x00\x00\x00\x0c\xff garbage   ", lab.Discard, "the key exchange failed: the server sent a packet of an impossible length"},
		{"a login before its lists", string(packet([]byte{52})), lab.Discard, "the key exchange failed: the server sent a message out of turn"},
		{"a login after its lists", init + string(packet([]byte{52})), lab.Discard, "the key exchange failed: the server sent a message out of turn"},
		{"a malformed reply", init + string(packet([]byte{31, 0, 0})), lab.Discard, "the key exchange failed: the server sent a malformed message"},
		{"malformed lists", string(packet([]byte{20, 0, 0})), lab.Discard, "the key exchange failed: the server sent a malformed message"},
	} {
		t.Run(test.what, func(t *testing.T) {
			t.Parallel() // some wait for the timeout
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
				t.Errorf("%+v", found)
			}
		})
	}
}

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
	gate := startGate(t, s.Addr(), 1)
	found := probe(t, &sshprobe.Prober{AllKeys: true}, gate.Addr())
	if got := statuses(found.Keys); got != "ssh-ed25519=unknown" || !found.Keys[0].Chosen {
		t.Errorf("%s: %+v", got, found)
	}
	if h := found.Hindered; h == nil || h.Identity != check.IdentityAway || found.Keyless != "" || found.Broken != "" {
		t.Errorf("%+v", found)
	}
	if n := len(gate.Clients()); n != 2 {
		t.Errorf("%d connections: it goes on asking", n)
	}
}

// startGate starts a server that lets the first few through to another, and turns
// the others away as a full sshd does.
func startGate(t *testing.T, behind netip.AddrPort, few int32) *lab.TCPServer {
	t.Helper()
	var taken atomic.Int32
	through := &lab.Gate{To: behind}
	gate, err := lab.StartTCP("", func(c *net.TCPConn) {
		if taken.Add(1) > few {
			io.WriteString(c, "Exceeded MaxStartups\r\n")
			c.CloseWrite()
			lab.Discard(c)
			return
		}
		through.Serve(c)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { gate.Close() })
	return gate
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
