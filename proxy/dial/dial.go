// Package dial turns addresses, as they arrive, into one TCP connection: the race
// of RFC 8305, under the options that ssh leaves to a ProxyCommand. It resolves
// nothing and knows no DNS.
//
// # The race
//
// [Dialer.Race] takes an iterator of addresses and starts the next attempt when one
// fails or has not connected within 250 ms. Addresses that are known at the start are
// put in the order of RFC 6724 ([Sort]), alternating between the families.
//
// # Hooks
//
// Dialer.Accept is asked about each address that has connected, before it wins.
// Dialer.Connect makes the connection in place of TCP, for example through a proxy.
//
// It is a leaf, so that a probe, the relay and a wrapper can all dial alike.
package dial

import (
	"context"
	"iter"
	"net"
	"net/netip"
	"slices"
	"time"
)

// The delays of RFC 8305, section 8, and the pause that OpenSSH's ssh_connect
// makes between two rounds.
const (
	resolutionDelay = 50 * time.Millisecond
	stagger         = 250 * time.Millisecond
	roundPause      = time.Second

	// settle is how long a race that starts with an IPv6 address waits for the rest of
	// the same answer before it sorts them.
	settle = time.Millisecond
)

// Dialer holds how to connect. The zero Dialer races as RFC 8305 recommends, with
// ssh's default options. It is safe for concurrent use unless it is being changed.
type Dialer struct {
	// ResolutionDelay is how long the first IPv4 address waits for an IPv6 address
	// that may still come (RFC 8305, section 3). If 0, 50 ms.
	ResolutionDelay time.Duration

	// Stagger is the time between the starts of two attempts while none has
	// failed (RFC 8305, section 5). If 0, 250 ms.
	Stagger time.Duration

	// Timeout ends the whole race, including all rounds and the wait for addresses:
	// ConnectTimeout. If 0, only the context and the kernel end it.
	Timeout time.Duration

	// Attempts is how many rounds are made over all addresses, one second apart:
	// ConnectionAttempts. If 0, one.
	Attempts int

	// Bind holds the local addresses to connect from: BindAddress, resolved by the
	// caller. The first of the destination's family is used; destinations of another
	// family are skipped. If empty, the kernel chooses.
	Bind []netip.Addr

	// Interface names the interface whose address to connect from: BindInterface.
	// As in ssh, Bind takes precedence. If "", any.
	Interface string

	// NoKeepAlive turns SO_KEEPALIVE off: TCPKeepAlive no. If it is on, the intervals
	// are the kernel's, as with ssh, not those of Go's net package.
	NoKeepAlive bool

	// TOS is the byte for IP_TOS and IPV6_TCLASS: IPQoS, as ParseTOS reads it. It is
	// set before the first packet. If 0, the kernel's default.
	TOS int

	// Connect makes the connection to an address in place of TCP, for example through
	// a proxy. Bind, Interface, NoKeepAlive and TOS do not apply then. It gets an
	// IPv4-mapped address as IPv4, should end with its context, and may be called for
	// several addresses at once; a connection that comes too late is closed. The text
	// of its error is shown as it is, since a proxy's refusal is not the destination's.
	// If nil, TCP.
	Connect func(ctx context.Context, to netip.AddrPort) (net.Conn, error)

	// Accept is asked about every address that has connected, in the goroutine of its
	// attempt. An error closes the connection and is this address's failure; it is not
	// tried again. The race goes on meanwhile, as it does beside any slow attempt, so a
	// slow Accept delays the next address by Stagger at most. Accept should end with
	// its context. If nil, the first to connect wins.
	Accept func(ctx context.Context, a netip.AddrPort) error
}

// Race dials the addresses, each exactly as given, zone included, and returns the
// first connection that is accepted, with the address that was dialled. The
// connection is a *net.TCPConn or what Connect has returned. An address given twice
// is dialled once per round.
//
// The iterator runs in a goroutine of its own, so that addresses may arrive while
// others are being dialled; it should end with ctx. The addresses known when the race
// starts are sorted as in RFC 6724, and the families alternate (RFC 8305, section 4).
//
// The error is ErrNoAddress if there was no address, else an *Error, which wraps the
// context's error if that ended the race. An Interface that cannot be used is an
// error before anything is dialled. Losing connections are closed.
func (d *Dialer) Race(ctx context.Context, addrs iter.Seq[netip.AddrPort]) (net.Conn, netip.AddrPort, error) {
	if d.Timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, d.Timeout)
		defer cancel()
		ctx = limited
	}
	from, err := d.local()
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	r := newRace(d, from)
	for n := 1; ; n++ {
		won := r.round(ctx, addrs)
		switch {
		case won.conn != nil:
			return won.conn, won.addr, nil
		case ctx.Err() == nil && len(r.failures) == 0:
			return nil, netip.AddrPort{}, ErrNoAddress
		}
		again := r.worthRetrying()
		if n >= d.Attempts || len(again) == 0 || !sleep(ctx, roundPause) {
			return nil, netip.AddrPort{}, r.lost(ctx)
		}
		addrs = slices.Values(again)
	}
}

// connect makes one attempt on one address.
func (d *Dialer) connect(ctx context.Context, a netip.AddrPort, from sources) (net.Conn, error) {
	if !a.IsValid() || a.Port() == 0 {
		return nil, errNotDiallable
	}
	// Go would not dial a mapped address over IPv6, and the kernel would send IPv4 for it
	// anyway.
	to := netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	if d.Connect == nil {
		return d.tcp(ctx, to, from)
	}
	c, err := d.Connect(ctx, to)
	if err != nil {
		return nil, foreign{err}
	}
	return c, nil
}

// tcp is the connection that ssh itself would make.
func (d *Dialer) tcp(ctx context.Context, to netip.AddrPort, from sources) (net.Conn, error) {
	network := "tcp6"
	if to.Addr().Is4() {
		network = "tcp4"
	}
	// A negative KeepAlive prevents Go's own 15 s.
	dialer := net.Dialer{KeepAlive: -1, ControlContext: mark(d.TOS)}
	if len(from) > 0 {
		source, ok := from.fit(to.Addr())
		if !ok {
			return nil, errOtherFamily
		}
		dialer.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(source, 0))
	}
	c, err := dialer.DialContext(ctx, network, to.String())
	if err != nil {
		return nil, err
	}
	if tcp, ok := c.(*net.TCPConn); ok && !d.NoKeepAlive {
		tcp.SetKeepAlive(true) // as in ssh, an error is ignored
	}
	return c, nil
}

// sleep reports whether it slept to the end.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
