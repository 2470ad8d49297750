package dial

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
)

func TestGaiConf(t *testing.T) {
	a := netip.MustParseAddr
	for _, tt := range []struct {
		text                             string
		label, precedence, scope, global int // of fd00::1, 10.0.0.1, 10.0.0.1 and 2001:db8::1's precedence
	}{
		{"", 6, 10, scopeGlobal, 40},
		{"#precedence ::ffff:0:0/96 100\n", 6, 10, scopeGlobal, 40},
		{"precedence ::ffff:0:0/96  100 # IPv4 first\n", 6, 100, scopeGlobal, 40},
		{"precedence ::ffff:0:0/96\n", 6, 0, scopeGlobal, 40},
		{"precedence ::/0 3\nprecedence ::/0 4\n", 6, 3, scopeGlobal, 3},
		{"label fd00::/8 99\n", 99, 10, scopeGlobal, 40},
		{"label 2002::/16 2\n", 1, 10, scopeGlobal, 40}, // the built-in table has gone
		{"scopev4 10.0.0.0/8 5\nscopev4 ::ffff:10.0.0.0/112 4\n", 6, 10, 4, 40},
		{"scopev4 ::ffff:10.0.0.0/95 4\nscopev4 10.0.0.0/33 3\nscopev4 fd00::/8 1\n", 6, 10, scopeGlobal, 40},
		{"label fd00::/129 9\nlabel fd00::/8 -1\nlabel 10.0.0.0/8 9\nlabel fd00::%x/8 9\nlabel fd00::/8 9x\nlabels " +
			"fd00::/8 9\nreload yes\nlabel", 6, 10, scopeGlobal, 40},
	} {
		tables := glibcTables()
		tables.configure(strings.NewReader(tt.text))
		if l, p, s, g := tables.label(a("fd00::1")), tables.precedence(a("10.0.0.1")), tables.scope(a("10.0.0.1")),
			tables.precedence(a("2001:db8::1")); l != tt.label || p != tt.precedence || s != tt.scope ||
			g != tt.global {
			t.Errorf("%q: label %d, precedence %d, scope %d, precedence %d", tt.text, l, p, s, g)
		}
	}
}

// FuzzGaiConf: whatever the file holds, each table fits every address.
func FuzzGaiConf(f *testing.F) {
	for _, s := range []string{"precedence ::ffff:0:0/96 100\n", "label ::/0 1", "scopev4 1.2.3.4/32 14\n",
		"label ::1/ +7\n\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tables := glibcTables()
		tables.configure(strings.NewReader(text))
		for _, list := range [][]network{tables.labels, tables.precedences, tables.scopes} {
			if len(list) == 0 || list[len(list)-1].prefix.Bits() != 0 ||
				!slices.IsSortedFunc(list, func(a, b network) int { return b.prefix.Bits() - a.prefix.Bits() }) {
				t.Fatalf("%q: %v", text, list)
			}
			for _, n := range list {
				if n.value < 0 || !n.prefix.IsValid() {
					t.Fatalf("%q: %v", text, n)
				}
			}
		}
	})
}
