// Package sshprobe looks behind an address as ssh would before it logs in: it
// connects, reads the identification, and fetches every host key with ssh's
// verdict on it. It never tries to authenticate.
package sshprobe

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/knownhosts"
	"rdnsproxy/internal/limits"
	"rdnsproxy/internal/safetext"
	"rdnsproxy/proxy/dial"
)

// patience is how long each phase may take where nothing else is said.
const patience = 10 * time.Second

// Prober holds how to probe. A zero Prober connects as an ssh without
// configuration, and knows no host key. It is safe for many goroutines as long
// as nobody changes it.
type Prober struct {
	// Dialer says how to connect; it gets one address at a time. If its Timeout
	// is 0, 10 s.
	Dialer dial.Dialer

	// Known is what ssh's known_hosts files hold. If nil, nothing.
	Known *knownhosts.File

	// Expected are the fingerprints, SHA256:…, of keys that are right although
	// known_hosts does not know them. If empty, none.
	Expected []string

	// Identification ends the wait for a server's identification. If 0, 10 s.
	Identification time.Duration

	// Handshake ends each of the key exchanges, of which there is one for each
	// type of key, two at a time. If 0, 10 s.
	Handshake time.Duration

	// Now is when certificates are looked at. If nil, what Known says.
	Now func() time.Time
}

var _ check.Prober = (*Prober)(nil)

// Probe looks behind one address of a target and says what it found there. An
// end of ctx ends it in whatever phase it is; what was found by then stands.
//
// Error is of connecting and of the identification, Keyless of the key
// exchanges. A server that speaks SSH 1 alone is not SSH: no ssh of today talks
// to it.
func (p *Prober) Probe(ctx context.Context, t check.Target, a netip.AddrPort) check.Probe {
	v := &visit{Prober: p, addr: a, host: knownhosts.Host{Name: t.Host, Port: cmp.Or(t.Port, a.Port()), Alias: t.KeyName}}
	defer v.leaving.Wait()
	found := check.Probe{HostKnown: v.known().Knows(v.host)}

	release, err := limits.Connection(ctx)
	if err != nil {
		found.Connect, found.Error = check.ConnectExhausted, "no connection of this process became free in time"
		return found
	}
	defer release()
	start := time.Now()
	c, err := v.connect(ctx)
	found.Connecting = time.Since(start)
	if err != nil {
		found.Connect, found.Error = unconnected(err)
		return found
	}
	found.Connect = check.ConnectOK

	start = time.Now()
	g := c.greet(ctx, v.Identification)
	found.Identifying = time.Since(start)
	found.Identity, found.Version, found.Error = g.identity, g.version, g.trouble
	if g.identity != check.IdentitySSH {
		c.Close()
		return found
	}

	start = time.Now()
	h := v.collect(ctx, c)
	found.KeyFetching = time.Since(start)
	found.Keys, found.Keyless = v.judge(h.keys, h.chosen), h.missing
	found.Stalled = h.stalled
	return found
}

// visit is one probe under way.
type visit struct {
	*Prober
	addr    netip.AddrPort
	host    knownhosts.Host
	leaving sync.WaitGroup // connections that take their leave
}

// connect makes one connection.
func (v *visit) connect(ctx context.Context) (*wire, error) {
	d := v.Dialer
	d.Timeout = cmp.Or(d.Timeout, patience)
	c, _, err := d.Race(ctx, slices.Values([]netip.AddrPort{v.addr}))
	if err != nil {
		return nil, err
	}
	return newWire(c), nil
}

// statuses says in check's words what the dialler says in its own.
var statuses = map[dial.Reason]check.ConnectStatus{
	dial.Refused:     check.ConnectRefused,
	dial.Timeout:     check.ConnectTimeout,
	dial.Unreachable: check.ConnectUnreachable,
	dial.Skipped:     check.ConnectSkipped,
	dial.Exhausted:   check.ConnectExhausted,
}

// unconnected is how a connection failed, and in words, without the address.
func unconnected(err error) (check.ConnectStatus, string) {
	var lost *dial.Error
	switch {
	case !errors.As(err, &lost):
	case len(lost.Failures) > 0:
		f := lost.Failures[0]
		_, text, _ := strings.Cut(f.Error(), ": ")
		return cmp.Or(statuses[f.Reason], check.ConnectFailed), text
	case errors.Is(lost, context.DeadlineExceeded):
		return check.ConnectTimeout, "no answer in time"
	}
	return check.ConnectFailed, safetext.Line(err.Error())
}
