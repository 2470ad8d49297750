package vouch

import (
	"strings"
	"testing"
)

const (
	ed25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIPEX4n4W9x3nSjTkQIjD4iG7l1iVg3uXJ6kPZdXlFpWZ"
	rsaType = "ssh-rsa"
)

// TestSubject: what ssh looks up is the name that DNS is asked about, or nothing is asked.
func TestSubject(t *testing.T) {
	for lookedUp, want := range map[string]string{
		"my.example.com":        "my.example.com",
		"[my.example.com]:2222": "my.example.com",
		"MY.example.com":        "my.example.com",
		"my.example.com.":       "my.example.com",
		"web_1.example.com":     "web_1.example.com",

		"":                                "",
		".":                               "",
		"192.0.2.1":                       "",
		"[192.0.2.1]:2222":                "",
		"127.1":                           "",
		"0x7f000001":                      "",
		"2001:db8::1":                     "",
		"[2001:db8::1]:2222":              "",
		"fe80::1%eth0":                    "",
		"*.example.com":                   "",
		"my.example.com,other":            "",
		"!my.example.com":                 "",
		"|1|abc=|def=":                    "",
		"my.example.com ssh-rsa AAAA":     "",
		"my.example.com\nother":           "",
		"#my.example.com":                 "",
		"@revoked":                        "",
		"[my.example.com]":                "",
		"[my.example.com]:":               "",
		"[my.example.com]:99999":          "",
		"[my.example.com]:22,*":           "",
		"münchen.example.com":             "",
		"-my.example.com":                 "",
		"a..b":                            "",
		strings.Repeat("a.", 200) + "com": "",
	} {
		t.Run(lookedUp, func(t *testing.T) {
			_, name, why := offer{lookedUp: lookedUp}.subject()
			if string(name) != want || (why == "") != (want != "") {
				t.Errorf("%q, %q", name, why)
			}
		})
	}
}

// TestOffered: the line is about the key that ssh has, and about no other.
func TestOffered(t *testing.T) {
	for _, c := range []struct{ keyType, key, line string }{
		{"ssh-ed25519", ed25519, "h ssh-ed25519 " + ed25519 + "\n"},
		{rsaType, ed25519, ""},
		{"ssh-ed25519", ed25519[:40], ""},
		{"ssh-ed25519", ed25519 + "AAAA", ""},
		{"ssh-ed25519", "not base64", ""},
		{"ssh-ed25519", "", ""},
		{"NONE", "NONE", ""},
		{"ssh-ed25519-cert-v01@openssh.com", ed25519, ""},
	} {
		k, line, why := offer{lookedUp: "h", keyType: c.keyType, key: c.key}.offered()
		if line != c.line || (why == "") != (c.line != "") || c.line != "" && k.Type != c.keyType {
			t.Errorf("%s %s: %q, %q", c.keyType, c.key, line, why)
		}
	}
}
