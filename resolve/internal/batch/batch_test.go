package batch

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience tells "hangs" from "does not".
const patience = 30 * time.Second

// peer is a UDP socket on loopback.
func peer(t *testing.T, addr string) (*net.UDPConn, netip.AddrPort) {
	t.Helper()
	p, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addr)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	p.SetReadBuffer(4 << 20)
	p.SetReadDeadline(time.Now().Add(patience))
	return p, p.LocalAddr().(*net.UDPAddr).AddrPort()
}

func dial(t *testing.T, to netip.AddrPort) *Conn {
	t.Helper()
	c, err := Dial(to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// Each datagram arrives once and whole, whatever the lengths in a list are.
func TestDatagramsArriveAsTheyAre(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0"} {
		for name, length := range map[string]func(i int) int{
			"equal": func(int) int { return 60 }, "mixed": func(i int) int { return 40 + i*7%50 },
			"growing": func(i int) int { return 1 + i }, "one longer": func(i int) int { return 50 + i/199 },
		} {
			t.Run(name+addr, func(t *testing.T) {
				p, to := peer(t, addr)
				c := dial(t, to)
				var sent, want []string
				var list [][]byte
				for i := range 200 {
					d := bytes.Repeat([]byte{byte(i)}, length(i))
					list, want = append(list, d), append(want, string(d))
				}
				if err := c.Send(list); err != nil {
					t.Fatal(err)
				}
				b := make([]byte, 4096)
				for range want {
					n, from, err := p.ReadFromUDPAddrPort(b)
					if err != nil || from.Port() != c.Port() {
						t.Fatal(len(sent), from, err)
					}
					sent = append(sent, string(b[:n]))
				}
				slices.Sort(sent)
				slices.Sort(want)
				if !slices.Equal(sent, want) {
					t.Error("other datagrams arrived")
				}
			})
		}
	}
}

// Receive takes what has come from the peer, in order, and nothing from anybody else.
func TestReceive(t *testing.T) {
	p, to := peer(t, "127.0.0.1:0")
	stranger, _ := peer(t, "127.0.0.1:0")
	c := dial(t, to)
	here := netip.AddrPortFrom(to.Addr(), c.Port())
	stranger.WriteToUDPAddrPort([]byte("forged"), here)
	const many = 3 * Datagrams
	for i := range many {
		p.WriteToUDPAddrPort(fmt.Appendf(nil, "datagram %d", i), here)
	}
	p.WriteToUDPAddrPort(bytes.Repeat([]byte("x"), 2*Size), here)
	var b Batch
	for got := 0; got <= many; {
		if err := c.Receive(&b); err != nil {
			t.Fatal(err)
		}
		for i := range b.Len() {
			want := fmt.Sprintf("datagram %d", got)
			if got == many {
				want = string(bytes.Repeat([]byte("x"), Size))
			}
			if s := string(b.Datagram(i)); s != want {
				t.Errorf("%.40q, want %.40q", s, want)
			}
			got++
		}
	}
}

// Close ends a Receive, and an unreachable peer is an error.
func TestErrors(t *testing.T) {
	p, to := peer(t, "127.0.0.1:0")
	c := dial(t, to)
	ended := make(chan error)
	go func() { ended <- c.Receive(new(Batch)) }()
	c.Close()
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	c = dial(t, to)
	p.Close()
	if err := c.Send([][]byte{[]byte("x")}); err != nil {
		t.Error(err)
	}
	if err := c.Receive(new(Batch)); err == nil || errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

// After Sweep, what is there comes first, then once nothing, and then Receive waits again.
func TestSweep(t *testing.T) {
	p, to := peer(t, "127.0.0.1:0")
	c := dial(t, to)
	here := netip.AddrPortFrom(to.Addr(), c.Port())
	var b Batch
	for round, many := range []int{0, 1, Datagrams + 1, 0, 3} {
		for range many {
			p.WriteToUDPAddrPort([]byte("x"), here)
		}
		c.Sweep()
		got := 0
		for {
			if err := c.Receive(&b); err != nil {
				t.Fatal(round, err)
			}
			if b.Len() == 0 {
				break
			}
			got += b.Len()
		}
		if got != many {
			t.Errorf("round %d: %d datagrams, want %d", round, got, many)
		}
	}
	go func() {
		time.Sleep(20 * time.Millisecond)
		p.WriteToUDPAddrPort([]byte("x"), here)
	}()
	if err := c.Receive(&b); err != nil || b.Len() != 1 {
		t.Error(b.Len(), err)
	}
	c.Sweep()
	c.Close()
	if err := c.Receive(&b); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}
