//go:build !unix

package lab

import (
	"errors"
	"net/netip"
)

// Full is not available on this system.
type Full struct{}

// StartFull always fails on this system.
func StartFull(string) (*Full, error) {
	return nil, errors.New("a full backlog cannot be made on this system")
}

// Addr returns nothing.
func (f *Full) Addr() netip.AddrPort { return netip.AddrPort{} }

// Close does nothing.
func (f *Full) Close() error { return nil }
