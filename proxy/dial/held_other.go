//go:build !linux

package dial

import "net/netip"

// held is what the kernel says of an address of this machine; it is asked on Linux
// alone, where glibc is.
type held struct {
	index, bits      int
	deprecated, home bool
}

func heldAddresses() map[netip.Addr]held { return map[netip.Addr]held{} }

func tunnel(int) bool { return false }
