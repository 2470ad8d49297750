package resolve

import (
	"net/netip"
	"strings"
	"testing"
)

// Each row was tried against glibc 2.36's getaddrinfo.
func TestParseLiteral(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.1":       "192.0.2.1",
		"127.1":           "127.0.0.1",
		"0x7f.1":          "127.0.0.1",
		"0X7F.1":          "127.0.0.1",
		"2130706433":      "127.0.0.1",
		"0177.0.0.1":      "127.0.0.1",
		"1.2.3":           "1.2.0.3",
		"1.16777215":      "1.255.255.255",
		"0xffffffff":      "255.255.255.255",
		"037777777777":    "255.255.255.255",
		"00.0.0.0":        "0.0.0.0",
		"0":               "0.0.0.0",
		"::1":             "::1",
		"::ffff:1.2.3.4":  "::ffff:1.2.3.4",
		"1:2:3:4:5:6:7::": "1:2:3:4:5:6:7:0",
		"fe80::1%eth0":    "fe80::1%eth0",
		"":                "", "0x": "", "1.2.3.4.": "", "1.2.3.4 ": "", "08.1.1.1": "", "256.1.1.1": "", "1..2": "",
		"4294967296": "", "1.16777216": "", "1.2.65536": "", "1.2.3.4x": "", "1.2.3.4.5": "", "[::1]": "", "a.b": "",
		"-1": "", "+1": "",
		"1_0": "", "0x1_0": "", "١": "", "::": "::", ":": "", "::%": "",
	} {
		got, ok := ParseLiteral(text)
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%q: %v, %v, want %q", text, got, ok, want)
		}
	}
}

func TestNumeric(t *testing.T) {
	for name, want := range map[Name]bool{"10.1": true, "0x7f.1": true, "2130706433": true, "192.0.2.1": true,
		"host1": false, "1-2-3-4.example": false, ".": false, "": false, `1\046`: false} {
		if got := name.Numeric(); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

func TestReverseName(t *testing.T) {
	for addr, want := range map[string]Name{
		"192.168.1.243":        "243.1.168.192.in-addr.arpa",
		"::ffff:192.168.1.243": "243.1.168.192.in-addr.arpa",
		"2001:db8::1%eth0":     "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
	} {
		if got := ReverseName(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
	if got := ReverseName(netip.Addr{}); got != "." {
		t.Errorf("no address: %s", got)
	}
}

func TestParseName(t *testing.T) {
	for text, want := range map[string]Name{
		"My.Example.COM.": "my.example.com", ".": ".", "": ".", "a b": `a\032b`, "*.a": `\042.a`,
		"a\x1b[2Jb":      `a\027\0912jb`,
		"bücher.example": "xn--bcher-kva.example", "_ssh._tcp": "_ssh._tcp",
	} {
		if got, err := ParseName(text); err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"a..b", ".a", "a..", strings.Repeat("x", 64), strings.Repeat("x.", 127) + "xx"} {
		if got, err := ParseName(text); err == nil {
			t.Errorf("%q is taken as %q", text, got)
		}
	}
}
