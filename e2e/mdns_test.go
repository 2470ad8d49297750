//go:build linux

package e2e

import (
	"bufio"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"

	laboratory "rdnsproxy/internal/lab"
)

// nameServer is the system's DNS server, with answers that a test can change.
func (v *visit) nameServer(zones ...laboratory.DNSZone) *laboratory.DNSServer {
	v.t.Helper()
	s, err := laboratory.StartDNSAt(netip.MustParseAddrPort("127.0.0.2:53"), zones...)
	v.must(err)
	v.t.Cleanup(func() { s.Close() })
	v.resolver("127.0.0.2")
	return s
}

// hostsLine sets nsswitch.conf's sources.
func (v *visit) hostsLine(sources string) {
	v.write("/etc/nsswitch.conf", strings.Replace(pristine["nsswitch.conf"], "files dns", sources, 1))
}

// libc returns getaddrinfo's first address; "" if there is none.
func (v *visit) libc(host string) string {
	first, _, _ := strings.Cut(v.run("getent", "ahosts", host).out, " ")
	return first
}

// ours returns check's first address.
func (v *visit) ours(host string) string {
	if r := v.check(host)[0]; len(r.Addresses) > 0 {
		return r.Addresses[0].Address
	}
	return ""
}

// sameAsLibc compares the lookups of libc and of check.
func (v *visit) sameAsLibc(what string, want map[string]string) {
	v.t.Helper()
	for host, addr := range want {
		if libc := v.libc(host); libc != addr {
			v.t.Errorf("%s: unexpected of libc: %s is %q, want %q", what, host, libc, addr)
		}
		if got := v.ours(host); got != addr {
			v.t.Errorf("%s: check finds %q for %s, libc %q", what, got, host, addr)
		}
	}
}

// avahi runs the real daemon, which answers for printer.local and this machine.
func (v *visit) avahi() {
	v.t.Helper()
	const conf, socket = lab + "/avahi.conf", "/run/avahi-daemon/socket"
	v.must(os.MkdirAll("/run/avahi-daemon", 0o755))
	v.must(os.MkdirAll("/etc/avahi", 0o755))
	v.write(conf, "[server]\nhost-name=here\nuse-ipv6=no\nenable-dbus=no\n[publish]\npublish-hinfo=no\n[rlimits]\n")
	v.write("/etc/avahi/hosts", "192.0.2.77 printer.local\n")
	v.t.Cleanup(func() { os.Remove(socket) })
	v.serve(exec.Command("avahi-daemon", "--no-drop-root", "--no-chroot", "--no-rlimits", "-f", conf))
	v.eventually("Avahi knows its printer", func() bool {
		c, err := net.Dial("unix", socket)
		if err != nil {
			return false
		}
		defer c.Close()
		fmt.Fprintln(c, "RESOLVE-HOSTNAME-IPV4 printer.local") // what nss-mdns sends to it
		answer, _ := bufio.NewReader(c).ReadString('\n')
		return strings.HasPrefix(answer, "+")
	})
}

// TestUnicastLocal: a company zone under .local, as with Active Directory, and the hosts
// line of nsswitch.conf of a desktop, with the real nss-mdns. Names that multicast DNS
// does not claim reach DNS, in libc and here.
func TestUnicastLocal(t *testing.T) {
	const desktop = "files mdns4_minimal [NOTFOUND=return] dns"
	zone := laboratory.Zone("corp.local", "@ A 198.51.100.10", "dc A 198.51.100.10")
	printer := laboratory.Zone("printer.local", "@ A 198.51.100.18")
	v := newVisit(t)
	v.nameServer(zone, printer)
	v.hostsLine(desktop)
	v.sameAsLibc("Avahi is off", map[string]string{
		"dc.corp.local": "198.51.100.10", "corp.local": "198.51.100.10", "printer.local": "198.51.100.18", "other.local": "",
	})
	if o := v.ssh("dc.corp.local", "echo hello"); o.out != "hello\n" {
		t.Errorf("%+v", o)
	}
	v.avahi()
	v.sameAsLibc("Avahi runs", map[string]string{"dc.corp.local": "198.51.100.10", "printer.local": "192.0.2.77"})
	if o := v.ssh("dc.corp.local", "echo hello"); o.out != "hello\n" {
		t.Errorf("%+v", o)
	}
	v.hostsLine("files mdns4_minimal [UNAVAIL=return] dns")
	v.sameAsLibc("unavailable ends it", map[string]string{"dc.corp.local": "", "printer.local": "192.0.2.77"})
	v.hostsLine("files mdns4 [NOTFOUND=return] dns")
	v.write("/etc/mdns.allow", ".example\n")
	v.sameAsLibc("mdns.allow", map[string]string{"dc.corp.local": "198.51.100.10", "printer.local": "198.51.100.18"})
	v.must(os.Remove("/etc/mdns.allow"))
}

// If DNS has a zone local, nss-mdns leaves its names to DNS.
func TestUnicastLocalZone(t *testing.T) {
	v := newVisit(t)
	v.nameServer(laboratory.Zone("local", "dc A 198.51.100.10", "printer A 198.51.100.18"))
	v.hostsLine("files mdns4_minimal [NOTFOUND=return] dns")
	v.avahi()
	v.sameAsLibc("local has a SOA", map[string]string{"dc.local": "198.51.100.10", "printer.local": "198.51.100.18"})
}

// TestNSSwitchActions: how an action, a module that is not installed, and a line that
// glibc refuses affect a lookup.
func TestNSSwitchActions(t *testing.T) {
	const known, dnsOnly = "known.test", "other.test"
	for sources, want := range map[string][2]string{ // for the two names
		"files dns":                                {"198.51.100.11", "198.51.100.10"},
		"nonesuch [NOTFOUND=return] files dns":     {"198.51.100.11", "198.51.100.10"},
		"files nonesuch [UNAVAIL=return] dns":      {"198.51.100.11", ""},
		"files [SUCCESS=continue] dns":             {"198.51.100.10", "198.51.100.10"},
		"dns [SUCCESS=continue] files":             {"198.51.100.11", ""},
		"files [SUCCESS=merge] dns":                {"", "198.51.100.10"},
		"files [NOTFOUND=continue] [A=return] dns": {"198.51.100.11", ""},
		"files # dns":                              {"198.51.100.11", "198.51.100.10"},
		"[NOTFOUND=return] dns":                    {"", ""},
		"files [NOTFOUND=retrun] dns":              {"", ""},
		"files [FOUND=return] dns":                 {"", ""},
		"files [":                                  {"", ""},
	} {
		t.Run(sources, func(t *testing.T) {
			v := newVisit(t)
			v.nameServer(laboratory.Zone("test", "known A 198.51.100.10", "other A 198.51.100.10"))
			v.write("/etc/hosts", pristine["hosts"]+"198.51.100.11 "+known+"\n")
			v.hostsLine(sources)
			v.sameAsLibc(sources, map[string]string{known: want[0], dnsOnly: want[1]})
		})
	}
}
