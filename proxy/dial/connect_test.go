//go:build unix

package dial_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"rdnsproxy/proxy/dial"
)

// gateway is a proxy on a Unix socket. A client writes "ADDRESS:PORT\n" and reads
// "ok\n" and then the destination's bytes, or the error; to silent addresses it
// says nothing at all.
type gateway struct {
	path   string
	silent netip.AddrPort
	asked  chan string
	ended  chan netip.AddrPort // clients that have hung up
}

func startGateway(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{path: filepath.Join(t.TempDir(), "gw"), asked: make(chan string, 16),
		ended: make(chan netip.AddrPort, 16)}
	l, err := net.Listen("unix", g.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go g.serve(c)
		}
	}()
	return g
}

func (g *gateway) serve(c net.Conn) {
	defer c.Close()
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		return
	}
	target := strings.TrimSpace(line)
	g.asked <- target
	to := netip.MustParseAddrPort(target)
	defer func() { g.ended <- to }()
	if to == g.silent {
		io.Copy(io.Discard, c)
		return
	}
	far, err := net.Dial("tcp", target)
	if err != nil {
		fmt.Fprintln(c, "the gateway cannot reach it")
		return
	}
	defer far.Close()
	fmt.Fprintln(c, "ok")
	go io.Copy(far, c)
	io.Copy(c, far)
}

// connect is a Dialer.Connect through the gateway.
func (g *gateway) connect(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, "unix", g.path)
	if err != nil {
		return nil, fmt.Errorf("gateway: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	fmt.Fprintln(c, to)
	line := ""
	for b := make([]byte, 1); !strings.HasSuffix(line, "\n"); line += string(b) { // and not a byte of what follows
		if _, err := c.Read(b); err != nil {
			c.Close()
			return nil, fmt.Errorf("gateway: %w", errors.Join(err, ctx.Err()))
		}
	}
	if line != "ok\n" {
		c.Close()
		return nil, errors.New(strings.TrimSpace(line))
	}
	return c, nil
}

// The race with Connect is the one over TCP: after a failure comes the next address, and
// the connection that wins is one that Connect has made.
func TestConnect(t *testing.T) {
	g, s := startGateway(t), server(t, "127.0.0.1")
	d := &dial.Dialer{Connect: g.connect, Stagger: never, Interface: "nosuch"}
	mapped := netip.AddrPortFrom(netip.AddrFrom16(s.Addr().Addr().As16()), s.Addr().Port())
	c, a, err := d.Race(limited(t), slices.Values([]netip.AddrPort{shut(t), mapped}))
	if err != nil || a != mapped {
		t.Fatalf("%v %v", a, err)
	}
	defer c.Close()
	if _, ok := c.(*net.UnixConn); !ok {
		t.Errorf("the connection is a %T", c)
	}
	c.SetDeadline(time.Now().Add(patience))
	fmt.Fprint(c, "echo")
	got := make([]byte, 4)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "echo" {
		t.Errorf("%q, %v", got, err)
	}
	<-g.asked
	if asked := <-g.asked; asked != s.Addr().String() {
		t.Errorf("asked for %s, want %s", asked, s.Addr())
	}
}

// A slow Connect is overtaken after Stagger, its connection ends with the race, and
// Accept judges what Connect has made.
func TestConnectLoses(t *testing.T) {
	g, s := startGateway(t), server(t, "127.0.0.1")
	g.silent = netip.MustParseAddrPort("127.0.0.2:22")
	var judged []netip.AddrPort
	d := &dial.Dialer{Connect: g.connect, ResolutionDelay: time.Millisecond, Stagger: time.Millisecond,
		Accept: func(_ context.Context, a netip.AddrPort) error {
			judged = append(judged, a)
			return nil
		}}
	c, a, err := d.Race(limited(t), func(yield func(netip.AddrPort) bool) {
		yield(g.silent)
		<-g.asked
		yield(s.Addr())
	})
	if err != nil || a != s.Addr() || !slices.Equal(judged, []netip.AddrPort{s.Addr()}) {
		t.Fatalf("%v %v, judged %v", a, err, judged)
	}
	defer c.Close()
	if ended := <-g.ended; ended != g.silent {
		t.Errorf("%v ended, want the loser", ended)
	}
}

// An errno in an error of Connect may be the proxy's, so the reason is not taken
// from it, and the text names whose it is.
func TestConnectErrors(t *testing.T) {
	g := startGateway(t)
	g.silent = netip.MustParseAddrPort("127.0.0.2:22")
	away := &gateway{path: filepath.Join(t.TempDir(), "nobody")}
	for name, test := range map[string]struct {
		d    dial.Dialer
		to   netip.AddrPort
		want dial.Reason
		text string
	}{
		"refused by the destination": {dial.Dialer{Connect: g.connect}, shut(t), dial.Failed,
			"the gateway cannot reach it"},
		"no gateway": {dial.Dialer{Connect: away.connect}, g.silent, dial.Failed,
			"gateway: dial unix "},
		"silence": {dial.Dialer{Connect: g.connect, Timeout: 50 * time.Millisecond}, g.silent,
			dial.Timeout, "no answer in time"},
		"a timeout of its own": {dial.Dialer{Connect: func(context.Context, netip.AddrPort) (net.Conn, error) {
			return nil, fmt.Errorf("gateway: it says nothing: %w", context.DeadlineExceeded)
		}}, g.silent, dial.Timeout, "gateway: it says nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := test.d.Race(limited(t), slices.Values([]netip.AddrPort{test.to}))
			if !slices.Equal(reasons(err), []dial.Reason{test.want}) || !strings.Contains(err.Error(), ": "+test.text) {
				t.Errorf("%v %v, want %s, %q", reasons(err), err, test.want, test.text)
			}
			if name == "no gateway" && !errors.Is(err, syscall.ENOENT) {
				t.Errorf("%v has lost its cause", err)
			}
		})
	}
}
