package resolve

import (
	"fmt"

	"rdnsproxy/safetext"
)

// Kind is the kind of source that an answer is from.
type Kind string

// The kinds of source.
const (
	KindHosts   Kind = "hosts"   // a hosts file; Where is its path, Line the line
	KindDNS     Kind = "dns"     // a DNS server; Where is the Server
	KindCache   Kind = "cache"   // a DNS server, some time ago; Where is the Server
	KindNSS     Kind = "nss"     // another module of nsswitch.conf, through getent; Where is the module
	KindSystem  Kind = "system"  // the system's own API (macOS, Windows)
	KindZone    Kind = "zone"    // a zone at hand (Zones); Where is its file, Line the record's; empty: it has none
	KindLiteral Kind = "literal" // the name was an address
	KindBuiltin Kind = "builtin" // known without asking: localhost (RFC 6761), names that must not leak to DNS
)

// Source says where an answer is from. Printed: hosts:/etc/hosts:12,
// dns:192.0.2.53, dns:[2001:db8::53]:5353, cache:192.0.2.53, nss:mdns4_minimal, system.
type Source struct {
	Kind  Kind
	Where string
	Line  int
	File  bool // Where is a zone file that the user has given, and can correct
}

// Records reports whether an answer is made of records: those of a server, now or
// some time ago, or of a zone at hand.
func (s Source) Records() bool { return s.Kind == KindDNS || s.Kind == KindCache || s.Kind == KindZone }

func (s Source) String() string {
	switch {
	case s.Where == "":
		return string(s.Kind)
	case s.Line > 0:
		return fmt.Sprintf("%s:%s:%d", s.Kind, safetext.Line(s.Where), s.Line)
	}
	return string(s.Kind) + ":" + safetext.Line(s.Where)
}
