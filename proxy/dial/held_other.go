//go:build !linux

package dial

import "net/netip"

// held is what the kernel knows about an address of this machine. It is asked only on
// Linux, for glibc's rules.
type held struct {
	index, bits      int
	deprecated, home bool
}

func heldAddresses() map[netip.Addr]held { return map[netip.Addr]held{} }

func tunnel(int) bool { return false }
