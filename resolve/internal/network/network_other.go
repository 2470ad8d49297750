//go:build !linux

package network

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// State returns bytes that are equal while the machine has the same addresses, and sends
// from the same ones to the internet and to the servers. Addresses that every machine or
// every link has do not count.
func State(servers []netip.Addr) ([]byte, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	var words []string
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
			words = append(words, n.String())
		}
	}
	slices.Sort(words)
	for _, to := range slices.Concat(faraway, servers) {
		words = append(words, fmt.Sprint("to ", to, " from ", source(to)))
	}
	state := []byte(strings.Join(words, "\n"))
	if len(state) > maxState {
		return nil, errTooMany
	}
	return state, nil
}

// source is the address that this machine sends from; connecting a UDP socket sends
// nothing.
func source(to netip.Addr) netip.Addr {
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(to, 53)))
	if err != nil {
		return netip.Addr{}
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Addr()
}
