// Package sshprobe looks behind an address as ssh would before it logs in: it
// connects, reads the identification, compares the server's lists with ssh's, and
// fetches the host key that ssh would be shown, with ssh's verdict on it. It never
// tries to authenticate, and takes care that no server locks this machine out.
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

// patience is how long each phase may take where nothing else is said.
const patience = 10 * time.Second

// Prober holds how to probe for a target. A zero Prober connects as the newest ssh
// without configuration, and knows no host key. It is safe for many goroutines as
// long as nobody changes it.
type Prober struct {
	// Dialer says how to connect; it gets one address at a time. If its Timeout
	// is 0, 10 s.
	Dialer dial.Dialer

	// Known is what ssh's known_hosts files hold. If nil, nothing.
	Known *knownhosts.File

	// Rules are ssh's settings for host keys, and Lists for all else that is
	// negotiated; Client says where they are from. If zero, the newest ssh's.
	Rules  knownhosts.Rules
	Lists  Lists
	Client string

	// Settle sets Rules, Lists, Client and Strict of a copy where they take a while
	// to be known; the connection is made meanwhile, as far as the server's
	// identification. Where it fails it gives what is said instead. If nil, they stand.
	Settle func(context.Context, *Prober) (instead *check.Probe)

	// Strict says that ssh refuses a key that is unknown to it instead of asking.
	Strict bool

	// Behind says that ssh connects by a ProxyCommand, and so knows no address.
	Behind bool

	// Expected are the fingerprints, SHA256:…, of keys that are right although
	// known_hosts does not know them. If empty, none.
	Expected []string

	// AllKeys fetches the keys that ssh would not be shown as well, each over a
	// connection of its own.
	AllKeys bool

	// Identification ends the wait for a server's identification. If 0, 10 s.
	Identification time.Duration

	// Handshake ends each key exchange. If 0, 10 s.
	Handshake time.Duration

	// Visits are the connections of the run. If nil, those of each Probe are its own.
	Visits *Visits

	// Since is from when on what was seen counts; what other targets saw before is
	// looked at again.
	Since time.Time

	// Now is when certificates are looked at. If nil, time.Now.
	Now func() time.Time
}

var _ check.Prober = (*Prober)(nil)

// Probe looks behind one address of a target and says what it found there, or was
// found before in the same Visits. An end of ctx ends it in whatever phase it is;
// what was found by then stands.
//
// One connection is made, for the key that ssh would be shown; further ones with
// AllKeys, and where none of Expected or of the target's Seek has been seen, until
// one is. A server that speaks SSH 1 alone is not SSH.
func (p *Prober) Probe(ctx context.Context, t check.Target, a netip.AddrPort) check.Probe {
	visits := p.Visits
	if visits == nil {
		visits = new(Visits)
		defer visits.Wait()
	}
	d, entered := visits.enter(ctx, a)
	if !entered {
		return check.Probe{Connect: check.ConnectCutShort, Cut: check.PhaseQueue, Error: givenUp, HostKnown: p.knows(t, a)}
	}
	v := &visit{Prober: p, visits: visits, door: d, addr: a, name: t.Host}
	defer visits.leave(func() { // the next one may come when this one has gone
		v.leaving.Wait()
		<-d.turn
	})
	return v.probe(ctx, t)
}

const givenUp = "given up"

// probe says what the target finds at the door.
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
	s := v.sight(ctx, func() []string {
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
		for k, f := range s.keys { // lists that are longer than what is kept
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
	b := &basket{visit: v, sight: s}
	chosen, ok := kindFor(algorithm)
	if ok {
		b.fetch(ctx, chosen)
	} else {
		b.missing = append(b.missing, "ssh would be shown a key by "+safetext.Cut(safetext.Line(algorithm), maxQuoted)+", which this program does not have")
	}
	b.further(ctx, t, chosen.keyType)
	found.KeyFetching += b.took
	found.Keys, found.Keyless = v.judge(ctx, login, b.keys, chosen), strings.Join(b.missing, "; ")
	found.Broken, found.Cut = b.broken, b.cut
	if b.hindered != nil {
		found.Hindered = new(b.hindered.probe())
	}
	return found
}

// settle completes what the target knows of ssh's settings.
func (v *visit) settle(ctx context.Context) (instead *check.Probe) {
	if v.Settle == nil {
		return nil
	}
	p := *v.Prober
	instead = p.Settle(ctx, &p)
	v.Prober = &p
	return instead
}

// login is what ssh would decide with.
func (v *visit) login(t check.Target) *knownhosts.Login {
	l := &knownhosts.Login{Known: v.Known, Rules: v.Rules, Host: hostOf(t, v.addr), Now: v.Now}
	if !v.Behind {
		l.Addr = v.addr.Addr()
	}
	return l
}

// hostOf is the name by which known_hosts is asked.
func hostOf(t check.Target, a netip.AddrPort) knownhosts.Host {
	return knownhosts.Host{Name: t.Host, Port: cmp.Or(t.Port, a.Port()), Alias: t.KeyName}
}

// knows reports whether known_hosts has a key for the target, or an authority.
func (p *Prober) knows(t check.Target, a netip.AddrPort) bool {
	return p.Known != nil && p.Known.Knows(hostOf(t, a))
}

// probe is what a sight is to check, but for the keys.
func (s *sight) probe() check.Probe {
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
		p.Error = fmt.Sprintf("not connected to: too many connections without a login were made to it lately, and one more could make its sshd "+
			"lock this machine out (PerSourcePenalties); the next may be made in %.0f s", max(1, s.held.Seconds()))
	case s.cut != "":
		p.Error = givenUp
	}
	return p
}

// contains compares fingerprints, with or without base64's padding.
func contains(fingerprints []string, key ssh.PublicKey) bool {
	is := ssh.FingerprintSHA256(plain(key))
	return slices.ContainsFunc(fingerprints, func(f string) bool { return strings.TrimRight(f, "=") == is })
}
