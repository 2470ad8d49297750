//go:build unix

package sshprobe_test

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/lab"
	"rdnsproxy/internal/sshprobe"
	"rdnsproxy/proxy/dial"
)

// How connecting fails is told apart.
func TestUnconnected(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	full, err := lab.StartFull("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { full.Close() })
	v6 := netip.MustParseAddr("::1")
	for _, test := range []struct {
		what   string
		dialer dial.Dialer
		addr   netip.AddrPort
		want   check.ConnectStatus
		text   string
	}{
		{"closed port", dial.Dialer{}, closed.Addr().(*net.TCPAddr).AddrPort(), check.ConnectRefused, "connection refused"},
		{"full backlog", dial.Dialer{Timeout: soon}, full.Addr(), check.ConnectTimeout, "no answer in time"},
		{"other family", dial.Dialer{Bind: []netip.Addr{v6}}, full.Addr(), check.ConnectSkipped, "no local address of its family to connect from"},
		{"no interface", dial.Dialer{Interface: "no\x1b"}, full.Addr(), check.ConnectFailed, ""},
		{"no port", dial.Dialer{}, netip.AddrPortFrom(v6, 0), check.ConnectFailed, ""},
	} {
		found := probe(t, &sshprobe.Prober{Dialer: test.dialer}, test.addr)
		if found.Connect != test.want || found.Identity != "" || found.Error == "" || test.text != "" && found.Error != test.text {
			t.Errorf("%s: %+v", test.what, found)
		}
	}
}

// The context ends every phase, and nothing is then said of the server that is
// not known.
func TestContext(t *testing.T) {
	full, err := lab.StartFull("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { full.Close() })
	for _, test := range []struct {
		what string
		addr netip.AddrPort
		want check.Probe
	}{
		{"connecting", full.Addr(), check.Probe{Connect: check.ConnectCutShort, Cut: check.PhaseConnect, Error: "given up"}},
		{"identifying", start(t, lab.SSH{Fault: lab.Silent}).Addr(), check.Probe{Connect: check.ConnectOK, Cut: check.PhaseIdentify, Error: "given up"}},
		{"keys", start(t, lab.SSH{Fault: lab.Stalls}).Addr(), check.Probe{Connect: check.ConnectOK, Identity: check.IdentitySSH, Cut: check.PhaseKeys, Error: "given up"}},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(soon, cancel)
		began := time.Now()
		found := (&sshprobe.Prober{}).Probe(ctx, check.Target{Host: name}, test.addr)
		if time.Since(began) > patience/6 {
			t.Errorf("%s: took %v", test.what, time.Since(began))
		}
		if found.Connect != test.want.Connect || found.Identity != test.want.Identity || found.Error != test.want.Error || found.Cut != test.want.Cut || found.Broken != "" {
			t.Errorf("%s: %+v", test.what, found)
		}
	}
}
