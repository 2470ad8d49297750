//go:build linux

package e2e

import (
	"os"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"golang.org/x/sys/unix"

	dnslab "rdnsproxy/internal/lab"
)

// refused checks that hosts add writes nothing, says in one line why and what to do, and
// that its exit status distinguishes temporary from permanent reasons.
func (v *visit) refused(status int, why string, argv ...string) {
	v.t.Helper()
	before := v.content("/etc/hosts")
	o := v.asRoot(append([]string{"rdnsproxy", "hosts", "add", "--yes"}, argv...)...)
	if o.status != status || o.out != "" || strings.Count(o.err, "\n") != 1 || !strings.HasPrefix(o.err, "rdnsproxy: error: ") || !strings.HasSuffix(o.err, ")\n") {
		v.t.Errorf("%q: status %d, want %d and one line\n%s%s", argv, o.status, status, o.out, o.err)
	}
	if !strings.Contains(o.err, why) {
		v.t.Errorf("%q: %s, want %q", argv, o.err, why)
	}
	if again := "try again later"; strings.Contains(o.err, again) != (status == 3) {
		v.t.Errorf("%q: %s", argv, o.err)
	}
	if after := v.content("/etc/hosts"); after != before {
		v.t.Errorf("%q: the file was %q and is %q", argv, before, after)
	}
}

// unmapped is a zone of PTR records whose names do not exist, so that lines are needed.
func unmapped() []dnslab.DNSZone {
	return []dnslab.DNSZone{dnslab.Zone("100.51.198.in-addr.arpa", "10 PTR a.bar.net.", "11 PTR b.bar.net."), dnslab.Zone("bar.net")}
}

// Addresses for which no line may be written.
func TestHostsRefusesAddresses(t *testing.T) {
	v := newVisit(t)
	v.dns(append(unmapped(), dnslab.Zone("example.com",
		"nat64 AAAA 64:ff9b::c633:640a",
		"multicast A 224.0.0.251", "multicast6 AAAA ff02::fb",
		"unspecified A 0.0.0.0", "unspecified6 AAAA ::",
		"link A 169.254.0.1", "link6 AAAA fe80::1",
		"beside A 198.51.100.10", "beside A 224.0.0.251",
		"taken A 198.51.100.10",
		"host A 198.51.100.10"))...)
	v.write("/etc/hosts", pristine["hosts"]+"192.0.2.1 taken.example.com\n")
	for host, why := range map[string]string{
		"nat64":        "64:ff9b::c633:640a is synthesised by NAT64",
		"multicast":    "224.0.0.251 is not the address of one host",
		"multicast6":   "ff02::fb is not the address of one host",
		"unspecified":  "0.0.0.0 is not the address of one host",
		"unspecified6": ":: is not the address of one host",
		"link":         "169.254.0.1 is valid on one link only",
		"link6":        "fe80::1 is valid on one link only",
		"beside":       "224.0.0.251 is not the address of one host",
		"nowhere":      "nowhere.example.com has no address in DNS",
		"taken":        "/etc/hosts:3 already maps taken.example.com to 192.0.2.1",
	} {
		v.refused(1, why, host+".example.com")
		v.refused(1, why, "--force", host+".example.com")
	}
	v.refused(1, "198.51.100.10 is an address", "198.51.100.10")
	v.refused(1, "192.0.2.9 is not an address of host.example.com in DNS", "--address", "192.0.2.9", "host.example.com")
}

// A failed lookup may succeed later.
func TestHostsRefusesUnknown(t *testing.T) {
	v := newVisit(t)
	server := v.dns(append(unmapped(), dnslab.Zone("example.com", "some A 198.51.100.10", "some A 198.51.100.11", "half A 198.51.100.10"))...)
	server.Fault("11.100.51.198.in-addr.arpa", dnslab.ServFail)
	server.Fault("half.example.com", func(x *dnslab.DNSExchange) {
		if x.Query.Question[0].Qtype == dns.TypeAAAA {
			dnslab.ServFail(x)
		}
	})
	v.refused(3, "198.51.100.11", "some.example.com")
	v.refused(3, "the IPv6 addresses of half.example.com could not be looked up (SERVFAIL)", "half.example.com")
	v.refused(3, "elsewhere.example.org", "elsewhere.example.org") // which this server refuses
	// A single address that could be checked is enough if only that one is requested.
	if o := v.asRoot("rdnsproxy", "hosts", "add", "--yes", "--address", "198.51.100.10", "some.example.com"); o.status != 0 || strings.Count(o.out, "\n+198.51.100.1") != 1 {
		t.Errorf("--address: %+v", o)
	}
}

// This machine's own names.
func TestHostsRefusesOwnNames(t *testing.T) {
	own, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Sethostname([]byte(own)) }) // in the tests' own UTS namespace
	v := newVisit(t)
	v.dns(append(unmapped(), dnslab.Zone("example.com", "pc A 198.51.100.10"), dnslab.Zone("localhost", "@ A 198.51.100.10", "sub A 198.51.100.10"))...)
	v.write("/etc/resolv.conf", "nameserver 127.0.0.99\nsearch example.com\n")
	for hostname, hosts := range map[string][]string{
		"pc":             {"pc", "PC", "pc.example.com", "localhost", "LOCALHOST.", "sub.localhost"},
		"pc.example.com": {"pc", "pc.example.com", "PC.Example.Com."},
	} {
		v.must(unix.Sethostname([]byte(hostname)))
		for _, host := range hosts {
			v.refused(1, strings.ToLower(strings.TrimSuffix(host, "."))+" is this machine", "--dns-only", host)
			v.refused(1, " is this machine", "--dns-only", "--force", "--replace", host)
		}
	}
}
