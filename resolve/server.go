package resolve

import (
	"fmt"
	"net/netip"
	"strings"
)

// Server is a DNS server to ask, over UDP and, where an answer does not fit, TCP.
// It is comparable. How else a server is asked, and the name that it must prove,
// are fields to come; ParseServer and String are the only places that spell it.
type Server struct {
	Addr netip.AddrPort
}

// dnsPort is where DNS servers listen (RFC 1035, section 4.2).
const dnsPort = 53

// ParseServer reads a DNS server's address as people write it: 192.0.2.53,
// 192.0.2.53:5353, 2001:db8::53, [2001:db8::53], [fe80::53%eth0]:5353. The port
// is 53 where none is written.
func ParseServer(s string) (Server, error) {
	bare := s
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		bare = s[1 : len(s)-1]
	}
	if a, err := netip.ParseAddr(bare); err == nil && (bare == s || a.Is6()) {
		return Server{netip.AddrPortFrom(a, dnsPort)}, nil
	}
	if ap, err := netip.ParseAddrPort(s); err == nil && ap.Port() != 0 {
		return Server{ap}, nil
	}
	return Server{}, fmt.Errorf("%s is not a DNS server address: want 192.0.2.53, 192.0.2.53:5353 or "+
		"[2001:db8::53]:5353", quote(s))
}

// String is the shortest spelling that ParseServer reads: without the port where
// that is 53.
func (s Server) String() string {
	if s.Addr.Port() == dnsPort {
		return s.Addr.Addr().String()
	}
	return s.Addr.String()
}

// source is the server as an answer names it.
func (s Server) source() Source { return Source{Kind: KindDNS, Where: s.String()} }
