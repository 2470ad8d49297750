package lab

import (
	"io"
	"net"
	"net/netip"
	"sync"
)

// Gate passes connections on to a server, and counts how many there are at once.
type Gate struct {
	To netip.AddrPort

	mu         sync.Mutex
	open, most int
}

// Serve passes one connection on until the client ends it. It is for StartTCP.
func (g *Gate) Serve(c *net.TCPConn) {
	g.count(1)
	defer g.count(-1)
	to, err := net.Dial("tcp", g.To.String())
	if err != nil {
		return
	}
	defer to.Close()
	go func() {
		io.Copy(c, to)
		c.CloseWrite()
	}()
	io.Copy(to, c)
}

func (g *Gate) count(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open += n
	g.most = max(g.most, g.open)
}

// Most returns how many connections there were at once at most.
func (g *Gate) Most() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.most
}
