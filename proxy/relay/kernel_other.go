//go:build !linux

package relay

import "net"

// kernel has no faster path here.
func (p Pipes) kernel(c *net.TCPConn) (Stats, error) { return p.plain(c) }
