package exporter

import (
	"net/netip"
	"strings"
	"testing"
)

// allowing reads an allow-list from words.
func allowing(t *testing.T, rules string) *Allow {
	t.Helper()
	a := &Allow{}
	for _, w := range strings.Fields(rules) {
		r, err := parseRule(w)
		if err != nil {
			t.Fatal(err)
		}
		a.rules = append(a.rules, r)
	}
	return a
}

func TestAllowTarget(t *testing.T) {
	for _, row := range []struct{ rules, yes, no string }{
		{"*.example.com", "a.example.com A.Example.COM. a.b.example.com a.example.com:22", "example.com a.example.com:2222 a.example.org 192.0.2.1 xexample.com"},
		{"*", "a.example.com localhost", "127.0.0.1 192.0.2.1 ::1 127.1 2130706433 a.example.com:23"},
		{"git.example.com:2222", "git.example.com:2222", "git.example.com git.example.com:22"},
		{"*.example.com !secret*.example.com", "a.example.com", "secret1.example.com secret.example.com"},
		{"!10.0.0.1 10.0.0.0/8", "10.0.0.2", "10.0.0.1 ::ffff:10.0.0.1 10.1"},
		{"192.0.2.0/24 [2001:db8::/32]:2222 2001:db8:1::/48", "192.0.2.9 ::ffff:192.0.2.9 [2001:db8::1]:2222 2001:db8:1::1", "192.0.3.1 2001:db8::1 host.example.com [2001:db8:1::1]:23"},
		{"::ffff:192.0.2.0/120 192.0.3.7", "192.0.2.1 192.0.3.7", "192.0.3.1 192.0.3.8"},
		{"192.0.2.0/24:2222", "192.0.2.1:2222", "192.0.2.1"},
	} {
		a := allowing(t, row.rules)
		for want, words := range map[bool]string{true: row.yes, false: row.no} {
			for _, word := range strings.Fields(words) {
				w, err := ParseWord(word)
				if err != nil {
					t.Fatal(err)
				}
				if got := a.Target(w, false); got != want {
					t.Errorf("%s: %s: %v", row.rules, word, got)
				}
			}
		}
	}
	w := Word{Host: "a.example.com", Port: 2222}
	if !allowing(t, "*.example.com").Target(w, true) || !(*Allow)(nil).Target(w, true) || (*Allow)(nil).Target(w, false) {
		t.Error("DNS alone: ports do not count, and the list need not be")
	}
}

// TestAllowAddress: an allowed name leads to public addresses, and to others only as far as
// a prefix says so. Nothing that IPv6 can spell gets around that.
func TestAllowAddress(t *testing.T) {
	name := Word{Host: "a.example.com", Port: 22}
	at := func(s string) netip.AddrPort { return netip.AddrPortFrom(netip.MustParseAddr(s), 22) }
	for _, s := range []string{
		"127.0.0.1", "127.1.2.3", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "224.0.0.1",
		"255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "192.0.0.8",
		"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::7f00:1",
		"2002:7f00:1::1", "2002:a00:1::", "2001:0:7f00:1::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "fec0::1", "2001:db8::1",
		"2606:4700::1111%eth0", "100::1", "5f00::1",
	} {
		if allowing(t, "*").Address(name, at(s)) {
			t.Errorf("%s is connected to", s)
		}
	}
	for _, s := range []string{"9.9.9.9", "::ffff:9.9.9.9", "2606:4700::1111", "64:ff9b::9.9.9.9", "2002:909:909::1"} {
		if !allowing(t, "*").Address(name, at(s)) {
			t.Errorf("%s is not connected to", s)
		}
		if allowing(t, "* !9.9.9.0/24 !2000::/3 !64:ff9b::/96").Address(name, at(s)) {
			t.Errorf("%s is connected to although it is excluded", s)
		}
	}
	inside := allowing(t, "*.example.com 10.0.0.0/8 [fd00::/8]:22 127.0.0.0/8:2222")
	for s, want := range map[string]bool{"10.1.2.3": true, "::ffff:10.1.2.3": true, "fd12::1": true, "127.0.0.1": false, "192.168.1.1": false} {
		if inside.Address(name, at(s)) != want {
			t.Errorf("%s: %v", s, !want)
		}
	}
	if inside.Address(name, netip.AddrPortFrom(netip.MustParseAddr("9.9.9.9"), 23)) {
		t.Error("another port is connected to")
	}
	address := Word{Host: "10.1.2.3", Address: netip.MustParseAddr("10.1.2.3"), Port: 22}
	if !inside.Address(address, at("10.1.2.3")) || inside.Address(address, at("10.1.2.4")) || allowing(t, "*").Address(address, at("10.1.2.3")) {
		t.Error("an address leads to itself, if a prefix has it")
	}
}
