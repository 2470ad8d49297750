package sshprobe

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
	"rdnsproxy/internal/lab"
	"rdnsproxy/safetext"
)

func TestParseOffer(t *testing.T) {
	want := offer{KeyExchanges: []string{"a", "ext-info-s"}, HostKeys: []string{"rsa-sha2-256", "ssh-ed25519", "odd", "ssh-rsa"}, GuessFollows: true}
	init := packet(ssh.Marshal(want))
	ignore := packet([]byte{msgIgnore, 0, 0, 0, 0})
	for what, b := range map[string][]byte{"alone": init, "behind others": slices.Concat(ignore, ignore, init), "before others": append(slices.Clone(init), 1, 2, 3)} {
		got, ok := parseOffer(b)
		if !ok || !slices.Equal(got.KeyExchanges, want.KeyExchanges) || !slices.Equal(got.HostKeys, want.HostKeys) || !got.GuessFollows {
			t.Fatalf("%s: %+v", what, got)
		}
		known, unknown := got.kinds()
		if !slices.Equal(known, []kind{{ssh.KeyAlgoRSA, false}, {ssh.KeyAlgoED25519, false}}) || !slices.Equal(unknown, []string{"odd"}) ||
			!slices.Equal(known[0].algorithms(got.HostKeys), []string{ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSA}) {
			t.Errorf("%s: %v, unknown %v", what, known, unknown)
		}
	}
	for what, b := range map[string][]byte{
		"nothing": nil, "cut": init[:len(init)-1], "another message": packet([]byte{30}),
		"no payload": {0, 0, 0, 2, 1, 0}, "all padding": {0, 0, 0, 4, 9, 20, 0, 0}, "too long": {255, 255, 255, 255, 4, 20, 0, 0},
	} {
		if _, ok := parseOffer(b); ok {
			t.Errorf("%s is an offer", what)
		}
	}
}

// Whatever a server sends, its types are few, ours, each there once, and asked
// for by nothing that it did not offer; and what is said of the rest is fit to
// print.
func FuzzParseOffer(f *testing.F) {
	f.Add(packet(ssh.Marshal(offer{HostKeys: []string{"ssh-ed25519", "rsa-sha2-512", "\x1b]0;x\x07", "ext-info-c"}})))
	f.Add(append(packet([]byte{msgDebug}), packet(ssh.Marshal(offer{HostKeys: []string{"ssh-rsa", "ssh-rsa"}}))...))
	f.Add([]byte{0, 0, 0, 12, 10, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		o, ok := parseOffer(b)
		if !ok {
			return
		}
		known, unknown := o.kinds()
		seen := map[string]bool{}
		for _, k := range known {
			all := k.algorithms(o.HostKeys)
			if seen[k.keyType] || len(all) == 0 || slices.ContainsFunc(all, func(a string) bool { return !slices.Contains(o.HostKeys, a) }) {
				t.Errorf("kind %v of %q", k, o.HostKeys)
			}
			seen[k.keyType] = true
		}
		_, differ := Lists{}.negotiate([]string{"none such"}, o, "")
		for _, text := range []string{noneOf("types", unknown), noneOf("key exchanges", o.KeyExchanges), safetext.Cut(safetext.Line(differ), maxOffer)} {
			if text != safetext.Line(text) || len(text) > 1000 {
				t.Errorf("says %q", text)
			}
		}
	})
}

// An identification is the first line that starts with SSH-, whatever stood
// before it, and what stands behind it is left for the key exchange.
func TestGreeting(t *testing.T) {
	for _, test := range []struct {
		said, version string
		ok            bool
	}{
		{"SSH-2.0-x\r\nrest", "SSH-2.0-x", true},
		{"SSH-2.0-x\nrest", "SSH-2.0-x", true},
		{"SSH-1.99-x y z\r\nrest", "SSH-1.99-x y z", true},
		{"SSH-2.1-x\nrest", "SSH-2.1-x", true},
		{"be warned\r\n\r\nSSH\nSSH-2.0-x\r\nrest", "SSH-2.0-x", true},
		{strings.Repeat("\n", maxLines-1) + "SSH-2.0-x\nrest", "SSH-2.0-x", true},
		{"SSH-2.0-" + strings.Repeat("v", 4000) + "\nrest", "SSH-2.0-" + strings.Repeat("v", maxShown-8), true},
		{strings.Repeat("\n", maxLines) + "SSH-2.0-x\n", "", false},
		{"be \x00warned\nSSH-2.0-x\n", "be \x00", false},
		{"be \rwarned\nSSH-2.0-x\n", "be \rw", false},
		{"SSH-2.0\n", "SSH-2.0", false},
		{"SSH-2.0-\n", "SSH-2.0-", false},
		{"SSH-3.0-x\n", "SSH-3.0-x", false},
		{"SSH-99999999999999999999.0-x\n", "SSH-99999999999999999999.0-x", false},
		{"\nSSH-1.5-x\n", "SSH-1.5-x", false},
		{"one\ntwo\nHTTP/1.0 200 OK\n", "one", false},
		{"a line without an end", "a line without an end", false},
	} {
		var g greeting
		r := bufio.NewReader(strings.NewReader(test.said))
		err := g.read(r)
		g.conclude(err)
		rest, _ := io.ReadAll(r)
		if g.version.Raw() != test.version || (g.identity == check.IdentitySSH) != test.ok || (g.trouble == "") != test.ok ||
			test.ok && string(rest) != "rest" {
			t.Errorf("%.40q: %s %q %s, left %q", test.said, g.identity, g.version.Raw(), g.trouble, rest)
		}
	}
}

// Whatever a server says, it is read to a bound, what is told of it is short and
// fit to print, and an identification comes whole.
func FuzzGreeting(f *testing.F) {
	for _, seed := range []string{"SSH-2.0-x\r\n", "\x1b[2J\nSSH-1.99-y\n\x00", "HTTP/1.1 400\r\n", "\x15\x03\x01\x00\x02\x02\x46", "a\rb", ""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		in := bytes.NewReader(b)
		r := bufio.NewReader(in)
		var g greeting
		g.conclude(g.read(r))
		if read := len(b) - in.Len() - r.Buffered(); read > maxPreface+maxLine {
			t.Errorf("read %d bytes", read)
		}
		if len(g.version.Raw()) > maxShown || g.trouble != safetext.Line(g.trouble) || (g.identity == check.IdentitySSH) != (g.trouble == "") {
			t.Errorf("%s %q %q", g.identity, g.version, g.trouble)
		}
		if g.identity == check.IdentitySSH && (!bytes.HasPrefix(g.line, []byte("SSH-")) || !bytes.Contains(b, g.line) || g.line[len(g.line)-1] != '\n') {
			t.Errorf("identification %q", g.line)
		}
	})
}

// Who is left hears an end, not a reset, although nobody had read its last words.
func TestLeave(t *testing.T) {
	ended := make(chan error, 1)
	said := make(chan struct{})
	s, err := lab.StartTCP("", func(c *net.TCPConn) {
		c.Write(make([]byte, 8<<10))
		close(said)
		_, err := io.Copy(io.Discard, c)
		ended <- err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	<-said
	newWire(c).hangUp(t.Context())
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
}
