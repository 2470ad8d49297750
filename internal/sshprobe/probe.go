// Package sshprobe does to an address what ssh does before it logs in: it connects,
// reads the identification, compares the server's algorithms with ssh's, and fetches
// the host key that ssh would be shown, with ssh's verdict on it.
//
// # Connections
//
// A probe makes one connection, and more only for further keys. It never tries to
// authenticate. sshd counts connections without a login (MaxStartups,
// PerSourcePenalties), so targets of a run share what was seen ([Visits]), and a count
// across processes ([Contacts]) keeps this machine from being locked out.
//
// # What it does not know
//
// It reads neither flags nor ssh's configuration. The caller puts ssh's settings into
// a [Prober], whose zero value is the newest ssh without configuration.
package sshprobe

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
	"rdnsproxy/internal/knownhosts"
	"rdnsproxy/proxy/dial"
	"rdnsproxy/safetext"
)

// patience bounds each phase for which no limit is set.
const patience = 10 * time.Second

// Prober says how to probe for a target. A zero Prober connects as the newest ssh
// would without configuration, and knows no host key. It is safe for many goroutines
// as long as nobody changes it.
type Prober struct {
	// Dialer connects; it gets one address at a time. If its Timeout is 0, 10 s.
	Dialer dial.Dialer

	// Via names the proxies that Dialer connects through, for the result; "" if none.
	Via string

	// Known is the content of ssh's known_hosts files. If nil, nothing.
	Known *knownhosts.File

	// Rules are ssh's settings for host keys, Lists those for everything else that is
	// negotiated. Client says where they come from. If zero, the newest ssh's.
	Rules  knownhosts.Rules
	Lists  Lists
	Client string

	// Settle sets Rules, Lists, Client and Strict of a copy of the Prober, if it takes
	// time to find them out: the probe meanwhile connects and reads the server's
	// identification. If it fails, it returns the result to report instead. If nil,
	// the fields hold as they are.
	Settle func(context.Context, *Prober) (instead *check.Probe)

	// Strict says that ssh refuses an unknown key instead of asking
	// (StrictHostKeyChecking yes).
	Strict bool

	// Behind says that ssh connects through a ProxyCommand, and so knows no address.
	Behind bool

	// Expected are fingerprints, SHA256:…, of keys that are right although known_hosts
	// does not have them.
	Expected []string

	// AllKeys also fetches the keys that ssh would not be shown, each over a connection
	// of its own.
	AllKeys bool

	// Identification bounds the wait for the server's identification. If 0, 10 s.
	Identification time.Duration

	// Handshake bounds each key exchange. If 0, 10 s.
	Handshake time.Duration

	// Visits are the connections of the run, which its targets share. If nil, each
	// Probe makes its own.
	Visits *Visits

	// Since is how old what another target saw may be; older observations are repeated.
	Since time.Time

	// Now is the time by which certificates are judged. If nil, time.Now.
	Now func() time.Time
}

var _ check.Prober = (*Prober)(nil)

// Probe reports what answers at one address of a target. If the same Visits have it
// already, no connection is made. The end of ctx ends it in any phase; what was found
// by then is in the result.
//
// One connection is made, for the key that ssh would be shown. More are made with
// AllKeys, and to look for a key of Expected or of the target's Seek until one is
// seen. A server that speaks only version 1 of the protocol does not count as SSH.
func (p *Prober) Probe(ctx context.Context, t check.Target, a netip.AddrPort) check.Probe {
	visits := p.Visits
	if visits == nil {
		visits = new(Visits)
		defer visits.Wait()
	}
	d, entered := visits.enter(ctx, a)
	if !entered {
		return check.Probe{Connect: check.ConnectCutShort, Cut: check.PhaseQueue, Error: interrupted, HostKnown: p.knows(t, a)}
	}
	v := &visit{Prober: p, visits: visits, endpoint: d, addr: a, name: t.Host}
	defer visits.inBackground(func() { // the next target may connect when this one's connections are closed
		v.closing.Wait()
		<-d.turn
		visits.leave(a, d)
	})
	found := v.probe(ctx, t)
	found.Via = p.Via
	return found
}

const interrupted = "given up"

// probe is the result for the target.
func (v *visit) probe(ctx context.Context, t check.Target) check.Probe {
	var (
		login      *knownhosts.Login
		algorithms []string
		instead    *check.Probe
	)
	settle := sync.OnceFunc(func() {
		if instead = v.settle(ctx); instead == nil {
			login = v.login(t)
			algorithms = login.Algorithms(ctx)
		}
	})
	s := v.observation(ctx, func() []string {
		if settle(); instead != nil {
			return nil
		}
		return withAllOthers(fetchable(algorithms))
	})
	if settle(); instead != nil {
		return *instead
	}
	found := s.probe()
	found.Client, found.Strict, found.HostKnown = v.Client, v.Strict, login.Knows(ctx)
	if s.greeting.identity != check.IdentitySSH || s.cut != "" {
		return found
	}
	if s.offer == nil {
		found.Broken, found.Keyless = s.broken, s.missing
		for k, f := range s.keys { // the lists were longer than what is kept
			found.Keys = v.judge(ctx, login, []ssh.PublicKey{f.key}, k)
		}
		return found
	}
	algorithm, differ := v.Lists.negotiate(algorithms, s.offer, s.greeting.software())
	if differ != "" {
		found.Differ = safetext.Cut(safetext.Line(differ), maxOffer)
		found.Keys = v.proven(ctx, login, s)
		return found
	}
	if s.broken != "" {
		found.Broken = s.broken
		return found
	}
	b := &keySet{visit: v, first: s}
	chosen, ok := kindFor(algorithm)
	if ok {
		b.add(ctx, chosen)
	} else {
		b.missing = append(b.missing, "ssh would be shown a key by "+safetext.Cut(safetext.Line(algorithm), maxQuoted)+", which this program does not support")
	}
	b.fetchMissing(ctx, t, chosen.keyType)
	found.KeyFetching += b.took
	found.Keys, found.Keyless = v.judge(ctx, login, b.keys, chosen), strings.Join(b.missing, "; ")
	found.Broken, found.Cut = b.broken, b.cut
	if b.hindered != nil {
		found.Hindered = new(b.hindered.probe())
	}
	return found
}

// settle has Settle complete the target's settings.
func (v *visit) settle(ctx context.Context) (instead *check.Probe) {
	if v.Settle == nil {
		return nil
	}
	p := *v.Prober
	instead = p.Settle(ctx, &p)
	v.Prober = &p
	return instead
}

// login is what ssh would judge host keys by.
func (v *visit) login(t check.Target) *knownhosts.Login {
	l := &knownhosts.Login{Known: v.Known, Rules: v.Rules, Host: hostOf(t, v.addr), Now: v.Now}
	if !v.Behind {
		l.Addr = v.addr.Addr()
	}
	return l
}

// hostOf is what known_hosts is searched for.
func hostOf(t check.Target, a netip.AddrPort) knownhosts.Host {
	return knownhosts.Host{Name: t.Host, Port: cmp.Or(t.Port, a.Port()), Alias: t.KeyName}
}

// knows reports whether known_hosts has a key or an authority for the target.
func (p *Prober) knows(t check.Target, a netip.AddrPort) bool {
	return p.Known != nil && p.Known.Knows(hostOf(t, a))
}

// probe is an observation in check's terms, without the keys.
func (s *observation) probe() check.Probe {
	p := check.Probe{
		Connect:     s.connect,
		Identity:    s.greeting.identity,
		Version:     s.greeting.version,
		Error:       s.trouble,
		Cut:         s.cut,
		Connecting:  s.connecting,
		Identifying: s.identifying,
		KeyFetching: s.exchanging,
	}
	switch {
	case s.held > 0:
		p.Error = fmt.Sprintf("not connected: this machine has made too many connections without a login lately, and one more "+
			"could make sshd lock it out (PerSourcePenalties); the next is possible in %.0f s", max(1, s.held.Seconds()))
	case s.cut != "":
		p.Error = interrupted
	}
	return p
}

// contains reports whether a key has one of the fingerprints, with or without base64's
// padding.
func contains(fingerprints []string, key ssh.PublicKey) bool {
	is := ssh.FingerprintSHA256(plain(key))
	return slices.ContainsFunc(fingerprints, func(f string) bool { return strings.TrimRight(f, "=") == is })
}
