//go:build bench

package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"
)

// A server that is far away: as netem would make it, but without root, and on kernels that
// do not have that.
const (
	farWay  = 100 * time.Millisecond // there, and the same back
	farLoss = 20                     // of as many questions one gets no answer
)

// bulkFar checks hosts whose server is far away. Every verdict has to be right all the
// same; verdicts sees to that.
func bulkFar(ctx context.Context, s *stage, print func(row)) error {
	if err := needs("nsd"); err != nil {
		return err
	}
	n := min(s.hosts, 20_000)
	server, err := nsd(ctx, s, n)
	if err != nil {
		return err
	}
	f, err := farFrom(server)
	if err != nil {
		return err
	}
	defer f.Close()
	c, err := s.verdicts(ctx, f.LocalAddr().String(), hosts{n: n}, "--check-timeout", "60s", "--target-timeout", "60s")
	if err != nil {
		return err
	}
	print(row{what: "bulk, 5 % loss, 200 ms, hosts", unit: perSecond, ours: []float64{c.rate()}})
	return nil
}

// far passes datagrams to a server and back, late and not all.
type far struct {
	*net.UDPConn
	server  netip.AddrPort
	mu      sync.Mutex
	clients map[netip.AddrPort]*net.UDPConn // a socket at the server for each port of a client
}

func farFrom(server string) (*far, error) {
	addr, err := netip.ParseAddrPort(server)
	if err != nil {
		return nil, err
	}
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	f := &far{UDPConn: conn, server: addr, clients: map[netip.AddrPort]*net.UDPConn{}}
	conn.SetReadBuffer(8 << 20)
	go f.there()
	return f, nil
}

// there passes questions on until the socket is closed.
func (f *far) there() {
	defer f.end()
	buffer := make([]byte, 4096)
	for {
		n, client, err := f.ReadFromUDPAddrPort(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		to, err := f.of(client)
		if err != nil {
			continue
		}
		question := append([]byte(nil), buffer[:n]...)
		time.AfterFunc(farWay, func() { to.Write(question) })
	}
}

// of returns the socket for a client, and begins to pass answers back.
func (f *far) of(client netip.AddrPort) (*net.UDPConn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.clients[client]; c != nil {
		return c, nil
	}
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(f.server))
	if err != nil {
		return nil, err
	}
	c.SetReadBuffer(4 << 20)
	f.clients[client] = c
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := c.Read(buffer)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil || rand.IntN(farLoss) == 0 {
				continue
			}
			answer := append([]byte(nil), buffer[:n]...)
			time.AfterFunc(farWay, func() { f.WriteToUDPAddrPort(answer, client) })
		}
	}()
	return c, nil
}

func (f *far) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.clients {
		c.Close()
	}
}
