package knownhosts

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// testKey is some key.
var testKey = func() ssh.PublicKey {
	key, _, _, _,
		err := ssh.ParseAuthorizedKey([]byte("ssh-ed25519 " +
		"AAAAC3NzaC1lZDI1NTE5AAAAIPaqJb1pRGCjvMTH4qkGuVKlyRiF3PxMI1q3cXq0NOB2"))
	if err != nil {
		panic(err)
	}
	return key
}()

var emptyKRL = krlMagic + "\x00\x00\x00\x01" + strings.Repeat("\x00", 8+8+8+4+4)

// section is one of a key revocation list.
func section(kind byte, content string) string {
	return string([]byte{kind}) + text(content)
}

// text is a string of RFC 4251, section 5.
func text(s string) string { return string(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) + s }

// FuzzKRL: no list is trouble to the reader, and what a list that can be read
// revokes is revoked with any further section as well.
func FuzzKRL(f *testing.F) {
	for _, seed := range []string{
		"", section(krlKeys, text("key")), section(krlSHA1, text(strings.Repeat("x", 20))),
		section(krlSHA256, text(strings.Repeat("x", 32))),
		section(krlCertificates, text("")+text("")+section(krlSerials, strings.Repeat("\x00", 7)+"\x05")),
		section(krlCertificates, text(string(testKey.Marshal()))+text("")+section(krlSerialRange,
			strings.Repeat("\x00", 7)+"\x05"+strings.Repeat("\xff", 8))),
		section(krlCertificates, text("")+text("")+section(krlSerialBits, strings.Repeat("\xff", 8)+text("\x03"))),
		section(krlCertificates, text("")+text("")+section(krlKeyIDs, text("id"))+section(krlCertExt,
			text("x@y")+"\x00"+text(""))),
		section(krlExtension, text("x@y")+"\x01"+text("")), section(krlSignature, "key") + text("signature"),
		section(9, ""),
	} {
		f.Add([]byte(seed))
	}
	cert := &ssh.Certificate{Key: testKey, SignatureKey: testKey, Serial: 5, KeyId: "id"}
	f.Fuzz(func(t *testing.T, sections []byte) {
		list, err := parseKRL([]byte(emptyKRL + string(sections)))
		if err != nil {
			return
		}
		plain, _ := list.revokes(testKey, Release{})
		certified, _ := list.revokes(cert, Release{})
		if plain && !certified {
			t.Error("the certificate of a revoked key is not revoked")
		}
		more, err := parseKRL([]byte(emptyKRL + section(krlKeys, text(string(testKey.Marshal()))) + string(sections)))
		if err != nil {
			t.Fatal(err)
		}
		if revoked, err := more.revokes(testKey, Release{}); err != nil || !revoked {
			t.Errorf("%v, %v", revoked, err)
		}
	})
}

// FuzzRevocations: plain files of any content. A file that revokes a key goes on
// to do so whatever is written behind it.
func FuzzRevocations(f *testing.F) {
	line := string(ssh.MarshalAuthorizedKey(testKey))
	for _, seed := range []string{"", line, "# x\n\n" + line, "junk\n", "ssh-ed25519 AAAA\n", "\x00", krlMagic,
		"no-pty " + line} {
		f.Add([]byte(seed), []byte(line))
	}
	f.Fuzz(func(t *testing.T, before, after []byte) {
		list, err := parseRevocations(before)
		if err != nil || strings.HasPrefix(string(before), krlMagic) {
			return
		}
		revoked, err := list.revokes(testKey, Release{})
		if !revoked {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		more := parsePlainList(slices.Concat(before, []byte("\n"), after))
		if revoked, err := more.revokes(testKey, Release{}); err != nil || !revoked {
			t.Errorf("with more behind it: %v, %v", revoked, err)
		}
	})
}

// FuzzCommandLine: words that are quoted as ssh quotes them come back, and nothing
// that is expanded breaks.
func FuzzCommandLine(f *testing.F) {
	f.Add("a b", `"`, "%H")
	f.Add("", `\'"`, "${X}%%%")
	f.Add("é\t", "\\", "%")
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	f.Fuzz(func(t *testing.T, a, b, c string) {
		words, err := splitArgs(`"` + quote.Replace(a) + `" "` + quote.Replace(b) + `" x`)
		if err != nil || !slices.Equal(words, []string{a, b, "x"}) {
			t.Errorf("%q, %v", words, err)
		}
		words, err = splitArgs(c)
		if err == nil && len(words) == 0 {
			t.Error("no word and no error")
		}
		command := Command{Tokens: map[byte]string{'h': "host"},
			Getenv: func(string) (string, bool) { return "value", true }}
		if out, err := command.expand(c, map[byte]string{'H': "name"}); err == nil && !strings.ContainsAny(c,
			"%$") && out != c {
			t.Errorf("%q became %q", c, out)
		}
	})
}

// FuzzCertificate: any key that can be read, a certificate for one, is judged, and
// certified only by an authority that is there.
func FuzzCertificate(f *testing.F) {
	f.Add(testKey.Marshal())
	cert := &ssh.Certificate{Key: testKey, SignatureKey: testKey, CertType: ssh.HostCert,
		ValidPrincipals: []string{"host"}, ValidBefore: ssh.CertTimeInfinity,
		Signature: &ssh.Signature{Format: ssh.KeyAlgoED25519, Blob: make([]byte, 64)}}
	f.Add(cert.Marshal())
	authority := Line{Path: "file", N: 1, Marker: CertAuthority, Key: testKey}
	f.Fuzz(func(t *testing.T, blob []byte) {
		key, err := ssh.ParsePublicKey(blob)
		if err != nil {
			return
		}
		l := Login{Known: &File{Lines: []Line{authority}}, Host: Host{Name: "host"}}
		if v := l.Judge(t.Context(), key); v.Status == StatusCertified {
			t.Errorf("certified by %v", v.Line) // nobody can sign with the authority's key
		}
	})
}

// What releases make of lists of a later day.
func TestKRLReleases(t *testing.T) {
	for name, sections := range map[string]string{
		"extension": section(krlExtension, text("x@y")+"\x00"+text("")),
		"extension of a section": section(krlCertificates,
			text("")+text("")+section(krlCertExt, text("x@y")+"\x00"+text(""))),
		"signature": section(krlSignature, "key") + text("signature"),
	} {
		list, err := parseKRL([]byte(emptyKRL + sections))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := list.revokes(testKey, Release{9, 2}); err == nil {
			t.Errorf("%s: ssh 9.2 does not take it", name)
		}
		if revoked, err := list.revokes(testKey, Release{9, 4}); err != nil || revoked {
			t.Errorf("%s: %v, %v", name, revoked, err)
		}
	}
	for name, sections := range map[string]string{
		"critical extension": section(krlExtension, text("x\x1by")+"\x01"+text("")),
		"unknown":            section(9, ""),
		"unknown part":       section(krlCertificates, text("")+text("")+section(0x30, "")),
		"after a signature":  section(krlSignature, "key") + text("signature") + section(krlKeys, ""),
		"serial 0": section(krlCertificates,
			text("")+text("")+section(krlSerials, strings.Repeat("\x00", 8))),
		"backwards": section(krlCertificates,
			text("")+text("")+section(krlSerialRange, strings.Repeat("\x01", 8)+strings.Repeat("\x00", 8))),
		"a negative bitmap": section(krlCertificates,
			text("")+text("")+section(krlSerialBits, strings.Repeat("\x00", 8)+text("\x80"))),
		"a digest too short": section(krlSHA1, text("x")),
	} {
		if _, err := parseKRL([]byte(emptyKRL + sections)); err == nil || strings.ContainsRune(err.Error(), 0x1b) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
