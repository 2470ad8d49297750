// Package network tells one network that this machine is in from another: by the
// machine's addresses, and by the routes to where it asks.
package network

import (
	"errors"
	"net/netip"
)

// faraway are addresses in the internet: those of a root server. The route to them is the
// default route, or what a VPN has put before it. Nothing is sent there.
var faraway = []netip.Addr{netip.MustParseAddr("198.41.0.4"), netip.MustParseAddr("2001:503:ba3e::2:30")}

// maxState bounds what is read about addresses, in bytes: some 3,000 of them.
const maxState = 256 << 10

var errTooMany = errors.New("this machine has too many addresses to compare")
