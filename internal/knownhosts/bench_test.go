package knownhosts_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh/knownhosts"

	ours "rdnsproxy/internal/knownhosts"
)

// BenchmarkFile reads and asks a file of a thousand hosts, half of them hashed.
func BenchmarkFile(b *testing.B) {
	c := newKeys(b)
	var text strings.Builder
	for i := range 500 {
		name := fmt.Sprintf("host%d.example.com", i)
		fmt.Fprintf(&text, "%s {ed}\n%s {rsa}\n", name, knownhosts.HashHostname(name))
	}
	data, key := c.lines.Replace(text.String()), c.keys["ed"].PublicKey()
	b.Run("Parse", func(b *testing.B) {
		for b.Loop() {
			if _, err := ours.Parse(strings.NewReader(data), ""); err != nil {
				b.Fatal(err)
			}
		}
	})
	f := parse(b, data)
	b.Run("Judge", func(b *testing.B) {
		for b.Loop() {
			if v := (&ours.Login{Known: f, Host: ours.Host{Name: "host400.example.com", Port: 2222}}).Judge(b.Context(),
				key); v.Status != ours.StatusKnown {
				b.Fatal(v.Status)
			}
		}
	})
}
