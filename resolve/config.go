package resolve

import (
	"net/netip"
	"time"
)

// Config is what resolv.conf and nsswitch.conf say.
type Config struct {
	Servers  []netip.AddrPort
	Explicit bool // the servers were named by the user: they are asked about loopback and link-local addresses too
	Search   []Name
	Ndots    int
	Timeout  time.Duration
	Attempts int
	Rotate   bool
	UseVC    bool
	TrustAD  bool
}
