// Package via connects through proxies: SOCKS5 (RFC 1928) and HTTP CONNECT (RFC 9110,
// section 9.3.6), one or several in a row. It looks up no names.
//
// # What a proxy is asked for
//
// [Chain.Connect] asks the last proxy for an address, so that what was judged is what is
// connected to. [Chain.ConnectName] asks it for a name, which the proxy looks up: nobody
// here knows to which address that leads.
//
// # No byte too many
//
// Of a proxy's answer exactly its bytes are read, however it arrives: what follows is the
// destination's. So the connection through SOCKS and plain HTTP is the *net.TCPConn itself,
// whose descriptor can be handed on.
//
// golang.org/x/net/proxy reads as exactly, and races as well as we let it. But its errors
// are texts, without the reply's code; it does not look at the method that the proxy has
// chosen if there is no password; and it knows no CONNECT.
package via

import (
	"context"
	"crypto/tls"
	"errors"
	"iter"
	"net"
	"net/netip"
	"strconv"
	"time"

	"rdnsproxy/limits"
	"rdnsproxy/proxy/dial"
)

// Chain is proxies in a row, the nearest first. It is safe for concurrent use as long as
// nobody changes it.
type Chain struct {
	// Proxies are not empty. What one of them has learned about its proxy is shared by
	// all chains that have it: one that has refused the password is not asked again.
	Proxies []*Proxy

	// Dialer connects to the nearest proxy. The context is the only limit of time if its
	// Timeout is 0.
	Dialer dial.Dialer

	// Lookup yields the addresses of a proxy's name as they arrive, and the reasons of
	// lookups that gave none. If nil, only proxies with an address can be reached.
	Lookup func(ctx context.Context, host string) iter.Seq2[netip.Addr, error]

	// TLS is used for proxies of the scheme https. If nil, the system's certificates count.
	TLS *tls.Config
}

// destination is what a proxy is asked for: an address, or a name.
type destination struct {
	addr netip.Addr // if not valid, host
	host string
	port uint16
}

func (d destination) String() string {
	host := d.host
	if d.addr.IsValid() {
		host = d.addr.String()
	}
	return net.JoinHostPort(host, strconv.Itoa(int(d.port)))
}

// Connect connects to an address. It is a dial.Dialer's Connect. The error is an *Error,
// which says which proxy it is about. It comes a little before the deadline of ctx, so that
// it is told instead of the deadline.
func (c *Chain) Connect(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	if to.Addr().Zone() != "" {
		return nil, &Error{Proxy: c.last(), Kind: Denied, Text: "an address of a network interface of this machine (%" + to.Addr().Zone() + ") means nothing to it"}
	}
	return c.through(ctx, len(c.Proxies)-1, destination{addr: to.Addr().Unmap(), port: to.Port()})
}

// ConnectName has the last proxy look the host up, and connect to it. host is a name in
// A-labels.
func (c *Chain) ConnectName(ctx context.Context, host string, port uint16) (net.Conn, error) {
	return c.through(ctx, len(c.Proxies)-1, destination{host: host, port: port})
}

// ByName reports whether the last proxy is to look up names itself: ConnectName, then.
func (c *Chain) ByName() bool { return c.last().ByName }

// Encrypts reports whether what goes over the connection is inside TLS, so that its
// descriptor alone is of no use.
func (c *Chain) Encrypts() bool {
	for _, p := range c.Proxies {
		if p.Scheme == HTTPS {
			return true
		}
	}
	return false
}

func (c *Chain) last() *Proxy { return c.Proxies[len(c.Proxies)-1] }

// earlier is how long before the deadline an attempt gives up, at most: who waits for it
// then hears which proxy it was.
const earlier = 250 * time.Millisecond

// through connects to a destination through the proxies up to the i-th.
func (c *Chain) through(ctx context.Context, i int, to destination) (net.Conn, error) {
	if end, limited := ctx.Deadline(); limited {
		sooner, cancel := context.WithDeadline(ctx, end.Add(-min(earlier, time.Until(end)/5)))
		defer cancel()
		ctx = sooner
	}
	p := c.Proxies[i]
	if no := p.refused.Load(); no != nil {
		return nil, no
	}
	conn, err := c.reach(ctx, i)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, limits.ProxyTime)
	defer cancel()
	if p.User != "" {
		p.first.wait(ctx)
		defer p.first.end()
		if no := p.refused.Load(); no != nil {
			conn.Close()
			return nil, no
		}
	}
	open, err := c.shake(ctx, p, conn, to)
	if err != nil {
		conn.Close()
		failed := p.failure(err, to)
		if failed.Kind == Login {
			p.refused.Store(failed)
		}
		return nil, failed
	}
	return open, nil
}

// reach connects to the i-th proxy itself. Its addresses race like those of any host.
func (c *Chain) reach(ctx context.Context, i int) (net.Conn, error) {
	p, d := c.Proxies[i], c.Dialer
	addr, err := netip.ParseAddr(p.Host)
	literal := err == nil
	if i > 0 {
		if before := c.Proxies[i-1]; before.ByName && !literal {
			return c.through(ctx, i-1, destination{host: p.Host, port: p.Port})
		}
		d = dial.Dialer{Connect: func(ctx context.Context, a netip.AddrPort) (net.Conn, error) {
			return c.through(ctx, i-1, destination{addr: a.Addr(), port: a.Port()})
		}}
	}
	var notFound error
	addrs := func(yield func(netip.AddrPort) bool) {
		if literal {
			yield(netip.AddrPortFrom(addr, p.Port))
			return
		}
		if c.Lookup == nil {
			return
		}
		for a, err := range c.Lookup(ctx, p.Host) {
			if err != nil {
				notFound = err
			} else if !yield(netip.AddrPortFrom(a, p.Port)) {
				return
			}
		}
	}
	conn, _, err := d.Race(ctx, addrs)
	switch {
	case err == nil:
		return conn, nil
	case errors.Is(err, dial.ErrNoAddress):
		return nil, p.notFound(notFound)
	}
	return nil, p.unreached(err, literal)
}

// shake asks the proxy at the other end of conn for the destination. What it returns is
// conn, or the TLS connection inside.
func (c *Chain) shake(ctx context.Context, p *Proxy, conn net.Conn, to destination) (net.Conn, error) {
	if p.Scheme == HTTPS {
		inside := tls.Client(conn, p.tls(c.TLS))
		if err := inside.HandshakeContext(ctx); err != nil {
			return nil, &tlsError{err}
		}
		conn = inside
	}
	return conn, within(ctx, conn, func() error {
		if p.Scheme == SOCKS5 {
			return p.socks5(conn, to)
		}
		return p.httpConnect(conn, to)
	})
}

// past is a deadline that ends pending reads and writes.
var past = time.Unix(1, 0)

// within runs run, which reads from and writes to conn, and ends it with ctx. Without an
// error, conn has no deadline afterwards.
func within(ctx context.Context, conn net.Conn, run func() error) error {
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(past) })
	err := run()
	if !stop() {
		return ctx.Err()
	}
	return err
}
