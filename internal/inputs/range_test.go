package inputs

import (
	"context"
	"errors"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/internal/console"
)

func TestParseRange(t *testing.T) {
	tests := []struct {
		text, want string // FIRST LAST SIZE; "": not a range; else the error, and the hint in parentheses
	}{
		{"192.0.2.0/24", "192.0.2.0 192.0.2.255 256"},
		{"192.0.2.7/32", "192.0.2.7 192.0.2.7 1"},
		{"192.0.2.6/31", "192.0.2.6 192.0.2.7 2"},
		{"10.0.0.0/8", "10.0.0.0 10.255.255.255 16777216"},
		{"0.0.0.0/0", "0.0.0.0 255.255.255.255 4294967296"},
		{"192.0.2.10-40", "192.0.2.10 192.0.2.40 31"},
		{"192.0.2.10-10", "192.0.2.10 192.0.2.10 1"},
		{"192.0.2.10-192.0.3.7", "192.0.2.10 192.0.3.7 254"},
		{"2001:db8::/120", "2001:db8:: 2001:db8::ff 256"},
		{"2001:DB8::/120", "2001:db8:: 2001:db8::ff 256"},
		{"2001:db8::1-2001:db8::1:0", "2001:db8::1 2001:db8::1:0 65536"},
		{"2001:db8::/64", "2001:db8:: 2001:db8::ffff:ffff:ffff:ffff 18446744073709551615"},
		{"::/0", ":: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 18446744073709551615"},

		{"192.0.2.1", ""},
		{"2001:db8::1", ""},
		{"[2001:db8::1]:22", ""},
		{"192.0.2.1:22", ""},
		{"fe80::1%eth0-1", ""},
		{"[fe80::1%eth0-1]:22", ""},
		{"web1-2", ""},
		{"10-40", ""},
		{"10-40.example.com", ""},
		{"192.0.2.1-2.example.com", ""},
		{"192-0-2-1.example.com", ""},
		{"john-smith@192.0.2.1", ""},
		{"ssh://192.0.2.1/", ""},
		{"a/b", ""},
		{"", ""},
		{"/", ""},
		{"-", ""},

		{"192.0.2.0/33", `"192.0.2.0/33" is not a range: the prefix of an IPv4 address has 0 to 32 bits`},
		{"2001:db8::/129", `"2001:db8::/129" is not a range: the prefix of an IPv6 address has 0 to 128 bits`},
		{"192.0.2.0/999999999999", `"192.0.2.0/999999999999" is not a range: the prefix of an IPv4 address has 0 to 32 bits`},
		{"192.0.2.0/", `"192.0.2.0/" is not a range: the prefix of an IPv4 address has 0 to 32 bits`},
		{"192.0.2.0/-1", `"192.0.2.0/-1" is not a range`},
		{"192.0.2.0/255.255.255.0", `"192.0.2.0/255.255.255.0" is not a range`},
		{"192.0.2.0/x", `"192.0.2.0/x" is not a range`},
		{"192.0.2.1/24", `"192.0.2.1/24" has bits set beyond the 24 of its prefix (192.0.2.0/24 is the range, 192.0.2.1 the address alone)`},
		{"2001:db8::1/64", `"2001:db8::1/64" has bits set beyond the 64 of its prefix (2001:db8::/64 is the range, 2001:db8::1 the address alone)`},
		{"192.0.2.40-10", `"192.0.2.40-10" ends before it begins (write 192.0.2.10-40)`},
		{"192.0.3.7-192.0.2.10", `"192.0.3.7-192.0.2.10" ends before it begins (write 192.0.2.10-192.0.3.7)`},
		{"2001:db8::2-2001:db8::1", `"2001:db8::2-2001:db8::1" ends before it begins (write 2001:db8::1-2001:db8::2)`},
		{"192.0.2.10-300", `"192.0.2.10-300" is not a range: the last number of an IPv4 address is at most 255`},
		{"192.0.2.10-3.7", `"192.0.2.10-3.7" is not a range: "3.7" is not an IPv4 address (write all four numbers: 3.7.0.0)`},
		{"192.0.2.10-", ""},
		{"192.0.2.10-2001:db8::1", `"192.0.2.10-2001:db8::1" is not a range: one end is an IPv4 address, the other an IPv6 address`},
		{"2001:db8::10-40", `"2001:db8::10-40" is not a range of IPv6 addresses (write the last address as a whole: 2001:db8::1-2001:db8::ff)`},
		{"10/8", `"10/8" is not a range: "10" is not an IPv4 address (write all four numbers: 10.0.0.0)`},
		{"192.0.2/24", `"192.0.2/24" is not a range: "192.0.2" is not an IPv4 address (write all four numbers: 192.0.2.0)`},
		{"192.0.2.256/24", `"192.0.2.256/24" is not a range: "192.0.2.256" is not an address`},
		{"192.0.2.0/24:22", `"192.0.2.0/24:22": a range has no port`},
		{"[2001:db8::]/120", `"[2001:db8::]/120" is not a range: "[2001:db8::]" is not an address`},
		{"root@192.0.2.0/24", `"root@192.0.2.0/24": a range has no user`},
		{"fe80::%eth0/64", ""}, // a zone may be called so
		{"::ffff:192.0.2.0/120", `"::ffff:192.0.2.0/120" is a range of IPv4-mapped addresses (write its IPv4 addresses, such as 192.0.2.0)`},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			r, ok, err := ParseRange(tt.text)
			got := ""
			var refused *console.Refusal
			switch {
			case errors.As(err, &refused) && refused.Hint == rangeHint:
				got = refused.Text
			case errors.As(err, &refused):
				got = refused.Text + " (" + refused.Hint + ")"
			case err != nil:
				t.Fatalf("%v has no hint", err)
			case ok:
				got = r.First.String() + " " + r.Last.String() + " " + uitoa(r.Size())
			}
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("%v %s\nwant %s", ok, got, tt.want)
			}
		})
	}
}

func uitoa(n uint64) string {
	var b []byte
	for {
		b = append(b, byte('0'+n%10))
		if n /= 10; n == 0 {
			slices.Reverse(b)
			return string(b)
		}
	}
}

func texts(all ...string) Items {
	return func(yield func(Item, error) bool) {
		for i, text := range all {
			if !yield(Item{Text: text, Where: "list:" + uitoa(uint64(i+1))}, nil) {
				return
			}
		}
	}
}

func TestExpand(t *testing.T) {
	told := ""
	x := Expander{
		Ranged: func(text string) { told += text + ";" },
		Walk: func(_ context.Context, first, last netip.Addr) iter.Seq2[netip.Addr, error] {
			return func(yield func(netip.Addr, error) bool) {
				_ = yield(first.Next(), nil) && yield(netip.Addr{}, errors.New("a branch is dark")) && yield(last, nil)
			}
		},
	}
	got := show(x.Expand(context.Background(),
		texts("web1", "192.0.2.0/33", "192.0.2.254-192.0.3.1", "2001:db8::/32", "0.0.0.0/0", "2001:db8::/127", "web2")))
	want := []string{
		"list:1 web1",
		`list:2 192.0.2.0/33 bad: "192.0.2.0/33" is not a range: the prefix of an IPv4 address has 0 to 32 bits`,
		"list:3 192.0.2.254 dns-only", "list:3 192.0.2.255 dns-only", "list:3 192.0.3.0 dns-only", "list:3 192.0.3.1 dns-only",
		"list:4 2001:db8::1 dns-only",
		`list:4 2001:db8::/32 bad: 2001:db8::/32: a branch is dark`,
		"list:4 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff dns-only",
		`list:5 0.0.0.0/0 bad: "0.0.0.0/0" has 4294967296 addresses: a range has at most 16777216`,
		"list:6 2001:db8:: dns-only", "list:6 2001:db8::1 dns-only",
		"list:7 web2",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s\nwant %s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if told != "192.0.2.254-192.0.3.1;" {
		t.Errorf("told of %q: once, of the first range", told)
	}
}

// TestExpandIsLazy: a range of millions is not in memory, and ends where its reader does.
func TestExpandIsLazy(t *testing.T) {
	n := 0
	for item, err := range (Expander{}).Expand(context.Background(), texts("10.0.0.0/8", "172.16.0.0/12")) {
		if err != nil || item.Err != nil || !item.DNSOnly {
			t.Fatalf("%+v, %v", item, err)
		}
		if n++; n == 1000 {
			if item.Text != "10.0.3.231" {
				t.Errorf("the 1000th is %s", item.Text)
			}
			return
		}
	}
}

// FuzzRange: whatever is written, a range has its ends in order and inside, its size is
// right, and a refusal has a hint.
func FuzzRange(f *testing.F) {
	for _, s := range []string{"192.0.2.0/24", "192.0.2.10-40", "192.0.2.10-192.0.3.7", "2001:db8::/120", "::/0", "1.2.3.4-::1",
		"fe80::%e/64", "10/8", "a@1.2.3.0/24", "[::]/0", "::ffff:1.2.3.4/128", "1.2.3.4-5-6", "1.2.3.4/5/6", "-", "/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, ok, err := ParseRange(text)
		if !ok && err != nil {
			t.Fatalf("%q is no range, and wrong: %v", text, err)
		}
		var refused *console.Refusal
		if err != nil && (!errors.As(err, &refused) || refused.Hint == "") {
			t.Fatalf("%q: %v: no hint", text, err)
		}
		if !ok || err != nil {
			return
		}
		if r.Last.Less(r.First) || r.First.BitLen() != r.Last.BitLen() || r.First.Is4In6() {
			t.Fatalf("%q is %v", text, r)
		}
		if r.Size() > 1000 {
			return
		}
		n := uint64(0)
		var last netip.Addr
		for a := range r.Addresses() {
			n, last = n+1, a
		}
		if n != r.Size() || last != r.Last {
			t.Fatalf("%q has %d addresses up to %v, want %d up to %v", text, n, last, r.Size(), r.Last)
		}
	})
}
