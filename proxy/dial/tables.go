package dial

import (
	"net/netip"
	"os"
	"runtime"
)

// tables are the policy tables of RFC 6724, section 2.1.
type tables struct {
	glibc       bool      // glibc's tables and rules
	labels      []network // longest prefix first, the last fits all
	precedences []network // likewise
	scopes      []network // of IPv4 addresses, likewise
}

// network is a prefix and its value.
type network struct {
	prefix netip.Prefix
	value  int
}

// The scopes of RFC 4291, section 2.7, that unicast addresses have.
const (
	scopeLink   = 0x2
	scopeSite   = 0x5
	scopeGlobal = 0xe
)

func networks(list ...any) []network {
	all := make([]network, 0, len(list)/2)
	for i := 0; i < len(list); i += 2 {
		all = append(all, network{netip.MustParsePrefix(list[i].(string)), list[i+1].(int)})
	}
	return all
}

// rfcTables are the defaults of RFC 6724.
func rfcTables() *tables {
	return &tables{
		labels: networks("::1/128", 0, "::ffff:0:0/96", 4, "::/96", 3, "2001::/32", 5, "2002::/16", 2,
			"3ffe::/16", 12, "fec0::/10", 11, "fc00::/7", 13, "::/0", 1),
		precedences: networks("::1/128", 50, "::ffff:0:0/96", 35, "::/96", 1, "2001::/32", 5, "2002::/16", 30,
			"3ffe::/16", 1, "fec0::/10", 1, "fc00::/7", 3, "::/0", 40),
		scopes: ipv4Scopes(),
	}
}

// glibcTables are glibc's defaults, which are older: RFC 3484's, with more labels.
func glibcTables() *tables {
	return &tables{
		glibc: true,
		labels: networks("::1/128", 0, "::/96", 3, "::ffff:0:0/96", 4, "2001::/32", 7, "2002::/16", 2,
			"fec0::/10", 5, "fc00::/7", 6, "::/0", 1),
		precedences: networks("::1/128", 50, "::/96", 20, "::ffff:0:0/96", 10, "2002::/16", 30, "::/0", 40),
		scopes:      ipv4Scopes(),
	}
}

// ipv4Scopes: private IPv4 addresses are global, loopback ones link-local (RFC
// 6724, section 3.2).
func ipv4Scopes() []network {
	return networks("169.254.0.0/16", scopeLink, "127.0.0.0/8", scopeLink, "0.0.0.0/0", scopeGlobal)
}

func (t *tables) label(a netip.Addr) int      { return find(t.labels, netip.AddrFrom16(a.As16())) }
func (t *tables) precedence(a netip.Addr) int { return find(t.precedences, netip.AddrFrom16(a.As16())) }

// scope is that of RFC 6724, section 3.1.
func (t *tables) scope(a netip.Addr) int {
	switch {
	case !a.IsValid():
		return scopeGlobal
	case a.Is4():
		return find(t.scopes, a)
	case a.IsMulticast():
		b := a.As16()
		return int(b[1] & 0xf)
	case a.IsLoopback(), a.IsLinkLocalUnicast():
		return scopeLink
	case sameBits(a, siteLocal()) >= 10:
		return scopeSite
	}
	return scopeGlobal
}

// siteLocal is fec0::/10 (RFC 3879, deprecated).
func siteLocal() netip.Addr { return netip.AddrFrom16([16]byte{0xfe, 0xc0}) }

// find compares bits, because Prefix.Contains never matches a mapped address, and the
// tables hold IPv4 addresses as mapped ones.
func find(list []network, a netip.Addr) int {
	skip := 0
	if a.Is4() {
		skip = 96
	}
	for _, n := range list {
		if sameBits(n.prefix.Addr(), a) >= skip+n.prefix.Bits() {
			return n.value
		}
	}
	return 0
}

// systemTables are those of this system's libc.
func systemTables() *tables {
	if !hasGlibc() {
		return rfcTables()
	}
	t := glibcTables()
	if f, err := os.Open(gaiConf); err == nil {
		defer f.Close()
		t.configure(f)
	}
	return t
}

// muslNames are musl's names of the architectures that Linux runs Go on.
var muslNames = map[string]string{
	"amd64": "x86_64", "arm64": "aarch64", "386": "i386", "arm": "armhf",
	"riscv64": "riscv64", "ppc64le": "powerpc64le", "s390x": "s390x",
}

// hasGlibc assumes glibc on Linux unless musl's loader is in its place.
func hasGlibc() bool {
	if runtime.GOOS != "linux" {
		return false
	}
	_, err := os.Stat("/lib/ld-musl-" + muslNames[runtime.GOARCH] + ".so.1")
	return err != nil
}
