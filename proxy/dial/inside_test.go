package dial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// The rows are the examples of RFC 6724, section 10.2, that the rules here
// decide, and more; sources are what the kernel would choose.
func TestOrder(t *testing.T) {
	for _, test := range []struct {
		rule   string
		routes map[string]string // destination: source, "" for no route
		given  string
		want   string
	}{
		{"1 unusable last", map[string]string{"2001:db8:1::1": "", "198.51.100.121": "198.51.100.117"},
			"2001:db8:1::1 198.51.100.121", "198.51.100.121 2001:db8:1::1"},
		{"1 all unusable", map[string]string{"2001:db8:1::1": "", "198.51.100.121": ""},
			"198.51.100.121 2001:db8:1::1", "2001:db8:1::1 198.51.100.121"},
		{"2 matching scope", map[string]string{"2001:db8:1::1": "2001:db8:1::2", "198.51.100.121": "169.254.13.78"},
			"198.51.100.121 2001:db8:1::1", "2001:db8:1::1 198.51.100.121"},
		{"2 matching scope, IPv4", map[string]string{"2001:db8:1::1": "fe80::1", "198.51.100.121": "198.51.100.117"},
			"2001:db8:1::1 198.51.100.121", "198.51.100.121 2001:db8:1::1"},
		{"5 matching label", map[string]string{"2002:c633:6401::1": "2002:c633:6401::2",
			"2001:db8:1::1": "2002:c633:6401::2"},
			"2001:db8:1::1 2002:c633:6401::1", "2002:c633:6401::1 2001:db8:1::1"},
		{"5 a ULA source for a global address", map[string]string{"2001:db8:1::1": "fd00::2",
			"198.51.100.121": "10.1.2.4"},
			"2001:db8:1::1 198.51.100.121", "198.51.100.121 2001:db8:1::1"},
		{"6 higher precedence", map[string]string{"2001:db8:1::1": "2001:db8:1::2", "10.1.2.3": "10.1.2.4"},
			"10.1.2.3 2001:db8:1::1", "2001:db8:1::1 10.1.2.3"},
		{"6 higher precedence, 6to4", map[string]string{"2002:c633:6401::1": "2002:c633:6401::2",
			"2001:db8:1::1": "2001:db8:1::2"},
			"2002:c633:6401::1 2001:db8:1::1", "2001:db8:1::1 2002:c633:6401::1"},
		{"6 IPv4 before ULA", map[string]string{"fd00::1": "fd00::2", "10.1.2.3": "10.1.2.4"},
			"fd00::1 10.1.2.3", "10.1.2.3 fd00::1"},
		{"8 smaller scope", map[string]string{"2001:db8:1::1": "2001:db8:1::2", "fe80::1%eth0": "fe80::2"},
			"2001:db8:1::1 fe80::1%eth0", "fe80::1%eth0 2001:db8:1::1"},
		{"9 longest prefix", map[string]string{"2001:db8:1::1": "2001:db8:1::2",
			"2001:db8:3ffe::1": "2001:db8:3f44::2"},
			"2001:db8:3ffe::1 2001:db8:1::1", "2001:db8:1::1 2001:db8:3ffe::1"},
		{"9 not beyond 64 bits", map[string]string{"2001:db8::8": "2001:db8::9", "2001:db8::1": "2001:db8::9"},
			"2001:db8::1 2001:db8::8", "2001:db8::1 2001:db8::8"},
		{"9 not for IPv4", map[string]string{"198.51.100.121": "203.0.113.5", "203.0.113.6": "203.0.113.5"},
			"198.51.100.121 203.0.113.6", "198.51.100.121 203.0.113.6"},
		{"10 as given", map[string]string{"10.1.2.3": "10.1.2.4", "10.1.2.9": "10.1.2.4", "10.1.2.1": "10.1.2.4"},
			"10.1.2.3 10.1.2.9 10.1.2.1", "10.1.2.3 10.1.2.9 10.1.2.1"},
		{"mapped is IPv4", map[string]string{"10.1.2.3": "10.1.2.4", "fd00::1": "fd00::2"},
			"fd00::1 ::ffff:10.1.2.3", "::ffff:10.1.2.3 fd00::1"},
		{"loopback", map[string]string{"127.0.0.1": "127.0.0.1", "::1": "::1"},
			"127.0.0.1 ::1", "::1 127.0.0.1"},
	} {
		o := newOrder(nil)
		o.tables = rfcTables()
		o.probe = func(a netip.Addr) netip.Addr {
			source, known := test.routes[a.String()]
			if !known {
				t.Errorf("%s: %s is not in the row", test.rule, a)
			}
			got, _ := netip.ParseAddr(source)
			return got
		}
		var addrs []netip.AddrPort
		for s := range strings.FieldsSeq(test.given) {
			addrs = append(addrs, netip.AddrPortFrom(netip.MustParseAddr(s), 22))
		}
		o.sort(addrs)
		var got []string
		for _, a := range addrs {
			got = append(got, a.Addr().String())
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("rule %s: %v, want %s", test.rule, got, test.want)
		}
	}
}

// compare is a strict weak order over any addresses, a zero one included, or
// sorting would not end in one order.
func TestOrderIsTransitive(t *testing.T) {
	addrs := []netip.Addr{{}}
	for _, s := range []string{"::", "::1", "::2", "fe80::1%x", "fec0::1", "ff02::1", "fd00::1", "2001::1", "2002::1",
		"2001:db8::1", "2001:db9::1", "3ffe::1", "::ffff:10.0.0.1", "10.0.0.1", "127.0.0.1", "169.254.0.1", "224.0.0.1",
		"192.0.2.1"} {
		addrs = append(addrs, netip.MustParseAddr(s))
	}
	for _, tables := range []*tables{rfcTables(), glibcTables()} {
		transitive(t, tables, addrs)
	}
}

func transitive(t *testing.T, tables *tables, addrs []netip.Addr) {
	o := newOrder(nil)
	o.tables = tables
	o.probe = func(a netip.Addr) netip.Addr {
		if !a.IsValid() {
			return a
		}
		if a.Is4() {
			return netip.MustParseAddr("10.0.0.9")
		}
		return netip.MustParseAddr("2001:db8::9")
	}
	for _, a := range addrs {
		for _, b := range addrs {
			if x, y := o.compare(a, b), o.compare(b, a); x > 0 != (y < 0) {
				t.Errorf("%s and %s: %d and %d", a, b, x, y)
			}
			for _, c := range addrs {
				if o.compare(a, b) <= 0 && o.compare(b, c) <= 0 && o.compare(a, c) > 0 {
					t.Errorf("%s, %s, %s go in a circle", a, b, c)
				}
			}
		}
	}
}

func TestRouteSource(t *testing.T) {
	for _, s := range []string{"127.0.0.1", "::1"} {
		a := netip.MustParseAddr(s)
		if got := routeSource(a); got != a {
			t.Errorf("%s is reached from %s", a, got)
		}
	}
	if got := routeSource(netip.Addr{}); got.IsValid() {
		t.Errorf("nothing is reached from %s", got)
	}
}

func TestReason(t *testing.T) {
	call := func(name string, no syscall.Errno) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError(name, no)}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, test := range []struct {
		err    error
		routed bool
		want   Reason
		text   string
	}{
		{call("connect", errnoRefused), true, Refused, "connection refused"},
		{call("connect", errnoTimedOut), true, Timeout, "no answer in time"},
		{call("connect", errnoHostUnreachable), true, Unreachable, "unreachable"},
		{call("connect", errnoNetUnreachable), true, Unreachable, "unreachable"},
		{call("connect", errnoNetUnreachable), false, Skipped, "no route from this machine"},
		{call("connect", errnoNoLocalAddress), false, Skipped, "no route from this machine"},
		{call("socket", errnoNoFamily), false, Skipped, "no route from this machine"},
		{call("connect", errnoNoLocalAddress), true, Exhausted, "this machine cannot open another connection: "},
		{call("socket", errnosExhausted[0]), true, Exhausted, "this machine cannot open another connection: "},
		{call("socket", errnosExhausted[0]), false, Exhausted, "this machine cannot open another connection: "},
		{call("bind", errnoNoLocalAddress), false, Bind, "cannot use the local address: "},
		{call("connect", syscall.EPERM), true, Failed, ""},
		{errOtherFamily, false, Skipped, errOtherFamily.Error()},
		{errNotDiallable, false, Failed, errNotDiallable.Error()},
		{ctx.Err(), true, Cancelled, "given up"},
		{context.DeadlineExceeded, true, Timeout, "no answer in time"},
		{os.ErrDeadlineExceeded, true, Timeout, "no answer in time"},
		{errors.New("\x1b[2J"), true, Failed, `\027[2J`},
	} {
		t.Run(fmt.Sprintf("%q, routed %t", test.err, test.routed), func(t *testing.T) {
			got := reason(test.err, func() bool { return test.routed })
			f := Failure{Addr: netip.MustParseAddrPort("[fe80::1%eth0]:22"), Reason: got, Err: test.err}
			if got != test.want || !strings.HasPrefix(f.Error(), "fe80::1%eth0 port 22: "+test.text) {
				t.Errorf("%s, %q", got, f)
			}
			if !errors.Is(f, test.err) {
				t.Error("the error is lost")
			}
		})
	}
}

// However many addresses fail, the text stays short.
func TestErrorIsShort(t *testing.T) {
	e := &Error{}
	for i := range 500 {
		a := netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), 22)
		e.Failures = append(e.Failures, Failure{Addr: a, Reason: Refused, Err: errnoRefused})
	}
	if got := e.Error(); len(got) > 400 || !strings.HasSuffix(got, "; and 496 more") {
		t.Errorf("%q", got)
	}
	if !errors.Is(e, errnoRefused) {
		t.Error("it does not say that they refuse")
	}
}

func TestUsable(t *testing.T) {
	var held []net.Addr
	for _, s := range []string{"127.0.0.1/8", "fe80::1/64", "192.0.2.7/24", "::1/128", "2001:db8::7/64"} {
		ip, n, err := net.ParseCIDR(s)
		if err != nil {
			t.Fatal(err)
		}
		n.IP = ip
		held = append(held, n)
	}
	got := fmt.Sprint(usable(held, "eth0"))
	if want := "[192.0.2.7 2001:db8::7 127.0.0.1 fe80::1%eth0 ::1]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestParseTOS(t *testing.T) {
	for s, want := range map[string]int{
		"none": 0, "cs0": 0, "cs1": 0x20, "cs7": 0xe0, "af11": 0x28, "af12": 0x30, "af13": 0x38, "af21": 0x48,
		"AF43": 0x98,
		"ef":   0xb8, "EF": 0xb8, "le": 0x04, "lowdelay": 0x10, "throughput": 0x08, "reliability": 0x04,
		"0": 0, "40": 40, "0x28": 40, "0XB8": 0xb8, "050": 40, "255": 255,
	} {
		t.Run(s, func(t *testing.T) {
			if got, err := ParseTOS(s); err != nil || got != want {
				t.Errorf("%#x, %v; want %#x", got, err, want)
			}
		})
	}
	for _, s := range []string{"", "af", "af14", "af10", "af51", "cs8", "cs", "256", "-1", "0b11", "0o7", "1_0", "x",
		"\x1b[2J", "ef af21"} {
		if got, err := ParseTOS(s); err == nil || strings.ContainsRune(err.Error(), '\x1b') {
			t.Errorf("%q: %#x, %v", s, got, err)
		}
	}
}

// FuzzParseTOS: whatever the text, the result fits the byte, and case does not
// matter.
func FuzzParseTOS(f *testing.F) {
	for _, s := range []string{"af11", "cs7", "ef", "0x28", "none", "999999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseTOS(s)
		if got < 0 || got > 255 || err != nil && got != 0 {
			t.Errorf("%q: %d, %v", s, got, err)
		}
		if upper, uerr := ParseTOS(strings.ToUpper(s)); isASCII(s) && (upper != got || (uerr == nil) != (err == nil)) {
			t.Errorf("%q: upper case gives %d, %v", s, upper, uerr)
		}
	})
}

func isASCII(s string) bool {
	return !slices.ContainsFunc([]byte(s), func(c byte) bool { return c >= 0x80 })
}
