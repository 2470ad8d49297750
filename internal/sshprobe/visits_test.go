package sshprobe_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
	"rdnsproxy/internal/lab"
	"rdnsproxy/internal/penalty"
	"rdnsproxy/internal/sshprobe"
)

// visitAll lets targets with these names visit an address at once.
func visitAll(t *testing.T, p *sshprobe.Prober, a netip.AddrPort, names ...string) []check.Probe {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	found := make([]check.Probe, len(names))
	var visits sync.WaitGroup
	for i, name := range names {
		visits.Go(func() { found[i] = p.Probe(ctx, check.Target{Host: name, Port: a.Port()}, a) })
	}
	visits.Wait()
	p.Visits.Wait()
	if ctx.Err() != nil {
		t.Fatal("hangs")
	}
	return found
}

func hostNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("web%d.example.com", i)
	}
	return names
}

// All names of a server share one connection, and each gets its own verdict; names
// that ssh would be shown other keys for make one more, and never two at once.
func TestOneConnectionForAllNames(t *testing.T) {
	ed, rsa := hostKey(t, ssh.KeyAlgoED25519), hostKey(t, ssh.KeyAlgoRSA)
	s := start(t, lab.SSH{HostKeys: []ssh.Signer{ed, rsa, hostKey(t, ssh.KeyAlgoECDSA256)}})
	line := func(name string, key ssh.Signer) string {
		return fmt.Sprintf("[%s]:%d %s", name, s.Addr().Port(), ssh.MarshalAuthorizedKey(key.PublicKey()))
	}
	names := hostNames(20)
	p := &sshprobe.Prober{Visits: new(sshprobe.Visits), Known: known(t, line(names[3], ed)+line(names[4], hostKey(t, ssh.KeyAlgoED25519)))}
	for i, found := range visitAll(t, p, s.Addr(), names...) {
		want := "ssh-ed25519=unknown"
		switch i {
		case 3:
			want = "ssh-ed25519=known"
		case 4:
			want = "ssh-ed25519=changed"
		}
		if got := statuses(found.Keys); got != want || !found.Keys[0].Chosen {
			t.Errorf("%s: %s, want %s", names[i], got, want)
		}
	}
	if n := len(s.Visits()); n != 1 {
		t.Errorf("%d connections for 20 names", n)
	}

	p = &sshprobe.Prober{Visits: new(sshprobe.Visits), Known: known(t, line(names[3], rsa)+line(names[4], ed))}
	found := visitAll(t, p, s.Addr(), names...)
	if got := statuses(found[3].Keys) + " " + statuses(found[4].Keys); got != "ssh-rsa=known ssh-ed25519=known" {
		t.Errorf("two types: %s", got)
	}
	if n := len(s.Visits()) - 1; n != 2 {
		t.Errorf("%d connections for two types of keys", n)
	}
}

// At most one connection at a time goes to an address and port.
func TestOneConnectionAtATime(t *testing.T) {
	s := start(t, lab.SSH{HostKeys: []ssh.Signer{hostKey(t, ssh.KeyAlgoED25519), hostKey(t, ssh.KeyAlgoRSA), hostKey(t, ssh.KeyAlgoECDSA256)}})
	through := &lab.Gate{To: s.Addr()}
	gate, err := lab.StartTCP("", through.Serve)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { gate.Close() })
	p := &sshprobe.Prober{Visits: new(sshprobe.Visits), AllKeys: true}
	for _, found := range visitAll(t, p, gate.Addr(), hostNames(8)...) {
		if len(found.Keys) != 3 || found.Keyless != "" {
			t.Errorf("%s %s", statuses(found.Keys), found.Keyless)
		}
	}
	if n := len(gate.Clients()); n != 3 || through.Most() != 1 {
		t.Errorf("%d connections, %d at once", n, through.Most())
	}
}

// Who was turned away is not asked again in the run, by any name, until somebody
// wants to know anew.
func TestTurnedAwayOnce(t *testing.T) {
	gate := startGate(t, netip.AddrPort{}, 0)
	p := &sshprobe.Prober{Visits: new(sshprobe.Visits)}
	for _, found := range visitAll(t, p, gate.Addr(), hostNames(20)...) {
		if found.Identity != check.IdentityAway || found.Version.Raw() != "Exceeded MaxStartups" {
			t.Errorf("%+v", found)
		}
	}
	if n := len(gate.Clients()); n != 1 {
		t.Errorf("%d connections", n)
	}
	p.Since = time.Now()
	visitAll(t, p, gate.Addr(), hostNames(5)...)
	if n := len(gate.Clients()); n != 2 {
		t.Errorf("%d connections by the second try", n)
	}
}

// A failure of one target's own limits is not another's.
func TestLimitsAreOnesOwn(t *testing.T) {
	slow, err := lab.StartTCP("", func(c *net.TCPConn) {
		time.Sleep(2 * soon)
		io.WriteString(c, "SSH-1.5-old\n")
		lab.Discard(c)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { slow.Close() })
	visits := new(sshprobe.Visits)
	hasty := &sshprobe.Prober{Visits: visits, Identification: soon / 4}
	if found := visitAll(t, hasty, slow.Addr(), "a")[0]; found.Identity != check.IdentitySilent {
		t.Errorf("hasty: %+v", found)
	}
	if found := visitAll(t, hasty, slow.Addr(), "b")[0]; found.Identity != check.IdentitySilent || len(slow.Clients()) != 1 {
		t.Errorf("as hasty: %+v, %d connections", found, len(slow.Clients()))
	}
	if found := visitAll(t, &sshprobe.Prober{Visits: visits}, slow.Addr(), "c")[0]; found.Identity != check.IdentityOld {
		t.Errorf("patient: %+v", found)
	}
}

// A key that is expected, or that a line was written with, is looked for among the
// other types, no further than it takes, and the verdict is still on ssh's own.
func TestSeek(t *testing.T) {
	ed, rsa, ec := hostKey(t, ssh.KeyAlgoED25519), hostKey(t, ssh.KeyAlgoRSA), hostKey(t, ssh.KeyAlgoECDSA256)
	s := start(t, lab.SSH{HostKeys: []ssh.Signer{ed, rsa, ec}})
	print := func(key ssh.Signer) string { return ssh.FingerprintSHA256(key.PublicKey()) }
	seen := 0
	for _, test := range []struct {
		what           string
		expected, seek []string
		want           string
		connections    int
	}{
		{"ssh's own", []string{print(ed)}, nil, "ssh-ed25519=expected", 1},
		{"another", []string{print(rsa)}, nil, "ssh-ed25519=unknown ssh-rsa=expected", 2},
		{"one of two", []string{print(ec), print(rsa)}, nil, "ssh-ed25519=unknown ssh-rsa=expected", 2},
		{"a noted one", nil, []string{print(ec)}, "ssh-ed25519=unknown ssh-rsa=unknown ecdsa-sha2-nistp256=unknown", 3},
		{"none", []string{print(hostKey(t, ssh.KeyAlgoRSA))}, nil, "ssh-ed25519=unknown ssh-rsa=unknown ecdsa-sha2-nistp256=unknown", 3},
	} {
		p := &sshprobe.Prober{Expected: test.expected}
		found := p.Probe(t.Context(), check.Target{Host: name, Port: s.Addr().Port(), Seek: test.seek}, s.Addr())
		if got := statuses(found.Keys); got != test.want || !found.Keys[0].Chosen || found.Keyless != "" {
			t.Errorf("%s: %s %s", test.what, got, found.Keyless)
		}
		if n := len(s.Visits()) - seen; n != test.connections {
			t.Errorf("%s: %d connections", test.what, n)
		}
		seen = len(s.Visits())
	}
}

// One check after another stays below the penalty from which sshd locks a machine
// out: it waits as long as its time suffices, and else does not connect.
func TestContactsAreSpared(t *testing.T) {
	s := start(t, lab.SSH{})
	contacts := &penalty.Ledger{}
	var waits []time.Duration
	var mu sync.Mutex
	run := func(limit time.Duration) check.Probe {
		visits := &sshprobe.Visits{Contacts: contacts, Waiting: func(_ netip.AddrPort, d time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			waits = append(waits, d)
		}}
		defer visits.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		return (&sshprobe.Prober{Visits: visits}).Probe(ctx, check.Target{Host: name, Port: s.Addr().Port()}, s.Addr())
	}
	// As nine checks before have left it. By a coarse clock the last of them waits for
	// a millisecond.
	for contacts.Reserve("web", s.Addr()) < time.Second/2 {
	}
	if found := run(soon / 4); found.Connect != check.ConnectHeldBack || !strings.Contains(found.Error, "PerSourcePenalties") || len(s.Visits()) > 0 {
		t.Errorf("%+v, %d connections", found, len(s.Visits()))
	}
	if found := run(patience); len(found.Keys) != 1 || len(waits) == 0 || waits[0] > time.Second+soon {
		t.Errorf("%+v, waited %v", found, waits)
	}

	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().(*net.TCPAddr).AddrPort()
	closed.Close()
	for range 30 { // nobody there, and so no penalty
		visits := &sshprobe.Visits{Contacts: contacts}
		if found := (&sshprobe.Prober{Visits: visits}).Probe(t.Context(), check.Target{Host: name}, nobody); found.Connect != check.ConnectRefused {
			t.Fatalf("%+v", found)
		}
	}
}

// A connection does not wait for what ssh says until it needs it; where ssh says
// nothing, others still look.
func TestConnectsBeforeItSettles(t *testing.T) {
	s := start(t, lab.SSH{HostKeys: []ssh.Signer{hostKey(t, ssh.KeyAlgoED25519)}})
	connected := make(chan struct{}, 8)
	through := &lab.Gate{To: s.Addr()}
	gate, err := lab.StartTCP("", func(c *net.TCPConn) {
		connected <- struct{}{}
		through.Serve(c)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { gate.Close() })
	settle := func(ctx context.Context, p *sshprobe.Prober) *check.Probe {
		select {
		case <-connected:
		case <-ctx.Done():
			t.Error("it was asked before there was a connection")
		}
		p.Client = "ssh"
		return nil
	}
	visits := new(sshprobe.Visits)
	no := check.Probe{Connect: check.ConnectCutShort, Cut: check.PhaseAsk}
	p := &sshprobe.Prober{Visits: visits, Settle: func(context.Context, *sshprobe.Prober) *check.Probe { <-connected; return &no }}
	if found := visitAll(t, p, gate.Addr(), "web")[0]; found.Cut != check.PhaseAsk || len(found.Keys) > 0 {
		t.Errorf("%+v", found)
	}
	p = &sshprobe.Prober{Visits: visits, Settle: settle}
	if found := visitAll(t, p, gate.Addr(), "web")[0]; statuses(found.Keys) != "ssh-ed25519=unknown" || found.Client != "ssh" {
		t.Errorf("%+v", found)
	}
	if p.Client != "" {
		t.Error("settled for others")
	}
}

// TestForget: a process that probes again and again sees each time what is there now, keeps
// nothing, and still makes one connection at a time.
func TestForget(t *testing.T) {
	s := start(t, lab.SSH{HostKeys: []ssh.Signer{hostKey(t, ssh.KeyAlgoED25519)}})
	p := &sshprobe.Prober{Visits: &sshprobe.Visits{Forget: true}}
	for round := 1; round <= 3; round++ {
		visitAll(t, p, s.Addr(), "web.example.com")
		if n := len(s.Visits()); n != round {
			t.Errorf("%d connections after %d probes", n, round)
		}
	}
	if n := sshprobe.Endpoints(p.Visits); n != 0 {
		t.Errorf("%d endpoints are kept", n)
	}
	visitAll(t, p, s.Addr(), hostNames(8)...) // those that wait share what the first has seen
	if n := len(s.Visits()); n != 4 {
		t.Errorf("%d connections for 8 probes at once", n-3)
	}
}
