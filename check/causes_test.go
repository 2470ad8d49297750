package check

import (
	"net/netip"
	"strings"
	"testing"

	"rdnsproxy/resolve"

	"github.com/google/go-cmp/cmp"
)

// TestCauses has a row for each trace of a cause.
func TestCauses(t *testing.T) {
	const pub = "203.0.113.7"
	zone := func(apex string) *resolve.Zone {
		return &resolve.Zone{Apex: resolve.Name(apex), Primary: resolve.Name("ns1." + apex)}
	}
	gone := func(name, soa string) PTRFacts { // NXDOMAIN with this SOA
		p := dead(name, resolve.NXDomain)
		p.Forward.Zone = zone(soa)
		return p
	}
	empty := func(name, soa string) PTRFacts {
		p := dead(name, resolve.NoData)
		p.Forward.Zone = zone(soa)
		return p
	}
	literal := func(f Facts) Facts {
		f.Target.Host = f.Addresses[0].Addr.String()
		return f
	}
	inReverseZone := func(f Facts, apex, primary string) Facts {
		f.Addresses[0].ReverseZone = &resolve.Zone{Apex: resolve.Name(apex), Primary: resolve.Name(primary)}
		return f
	}
	from := func(f Facts, s resolve.Source) Facts {
		f.Addresses[0].Reverse.Source = s
		return f
	}
	for _, c := range []struct {
		name  string
		facts Facts
		want  string // codes
		says  string // a part of the first text
	}{
		{"the article's server", facts("192.168.1.243", resolve.OK,
			dead("192-168-1-243.foo.bar.net", resolve.NXDomain)),
			"never-set-up", "192-168-1-243.foo.bar.net is generated from the address"},
		{"the article's client",
			literal(inReverseZone(facts("140.99.28.179", resolve.OK, gone("179.cureconsulting.deru.net", "deru.net")),
				"28.99.140.in-addr.arpa", "ns1.deru.net")),
			"stale", "previous customer of the provider: the zone deru.net exists"},
		{"below a zone of somebody else",
			literal(inReverseZone(facts("140.99.28.179", resolve.OK, gone("179.cureconsulting.deru.net", "deru.net")),
				"28.99.140.in-addr.arpa", "ns1.example.org")),
			"stale", "previous owner of the address: the zone deru.net"},
		{"domain gone", literal(facts(pub, resolve.OK, gone("www.customer.example", "example"))),
			"stale", "the domain customer.example no longer exists"},
		{"domain gone, of another organisation than the host's",
			facts(pub, resolve.OK, gone("www.customer.net", "net")),
			"stale other-organisation", "customer.net no longer exists"},
		{"domain below a registry gone", literal(facts(pub, resolve.OK, gone("www.customer.co.uk", "co.uk"))),
			"stale", "customer.co.uk no longer exists"},
		{"top-level domain gone", literal(facts(pub, resolve.OK, gone("host.corp.lan", "."))),
			"stale", "corp.lan no longer exists"},
		{"record gone, zone there", facts(pub, resolve.OK, gone("old.example.com", "example.com")),
			"forward-missing", "its zone example.com exists"},
		{"other family only", facts(pub, resolve.OK, empty("old.example.com", "example.com")),
			"forward-missing", "the name still exists"},
		{"no SOA to go by", facts(pub, resolve.OK, dead("old.example.com", resolve.NXDomain)),
			"forward-missing", "removed, or never added"},
		{"SOA of a zone that has no say", facts(pub, resolve.OK, gone("old.example.com", "example.org")),
			"forward-missing", "removed, or never added"},
		{"moved", facts(pub, resolve.OK, ptr("old.example.com", "203.0.113.99")),
			"moved", "old.example.com has moved"},
		{"the host itself has moved", facts(pub, resolve.OK, ptr(host, "203.0.113.99")),
			"moved", host + " has moved"},
		{"moved, seen from the address", literal(facts(pub, resolve.OK, ptr("old.example.net", "203.0.113.99"))),
			"moved", "old.example.net has moved"},
		{"another organisation's", facts(pub, resolve.OK, ptr("www.example.org", "203.0.113.99")),
			"other-organisation", "in the domain example.org, the host in example.com"},
		{"generic and elsewhere", facts(pub, resolve.OK, ptr("ip-203-0-113-7.provider.net", "203.0.113.99")),
			"generic", "provider's generic name"},
		{"generic and confirmed", facts(pub, resolve.OK, ptr("ip-203-0-113-7.provider.net", pub)),
			"generic", "provider's generic name"},
		{"confirmed", facts(pub, resolve.OK, ptr("alias.example.com", pub)), "", ""},
		{"exact", facts(pub, resolve.OK, ptr(host, pub)), "", ""},
		{"address as name", facts(pub, resolve.OK, dead(pub, resolve.NXDomain)),
			"address-as-name", "an address was entered"},
		{"final dot", facts(pub, resolve.OK, gone("my.example.com.113.0.203.in-addr.arpa", "113.0.203.in-addr.arpa")),
			"final-dot", "my.example.com.113.0.203.in-addr.arpa ends in the name of a reverse zone"},
		{"short name", facts(pub, resolve.OK, gone("web1", ".")),
			"short-name", "web1 is a single label"},
		{"the root", facts(pub, resolve.OK, dead(".", resolve.NoData)), "", ""},
		{"malformed", facts(pub, resolve.OK, unasked(`bad\032name`)), "", ""},
		{"undetermined", facts(pub, resolve.OK, dead("old.example.com", resolve.Timeout)), "", ""},
		{"hosts file", from(facts(pub, resolve.OK, ptr("old.example.com", "203.0.113.99")),
			resolve.Source{Kind: resolve.KindHosts, Where: "/etc/hosts", Line: 12}),
			"hosts-file", "is from /etc/hosts:12 on this machine"},
		{"none, zone there", inReverseZone(facts(pub, resolve.NXDomain), "113.0.203.in-addr.arpa", "ns1.example.com"),
			"never-set-up", "its zone 113.0.203.in-addr.arpa exists"},
		{"none, no zone", inReverseZone(facts(pub, resolve.NXDomain), "203.in-addr.arpa", "ns1.registry.example"),
			"no-zone", "203.in-addr.arpa, which a registry runs"},
		{"none, nobody knows", facts(pub, resolve.NXDomain), "", ""},
		{"none, IPv6", inReverseZone(facts("2001:db8::7", resolve.NXDomain), "8.b.d.0.1.0.0.2.ip6.arpa",
			"ns1.example.com"),
			"never-set-up", "as is usual for IPv6"},
		{"none, IPv6, no zone", inReverseZone(facts("2001:db8::7", resolve.NXDomain), "1.0.0.2.ip6.arpa",
			"ns1.registry.example"),
			"no-zone", "a registry runs"},
		{"exempt", inReverseZone(facts("192.168.1.243", resolve.NXDomain), "168.192.in-addr.arpa", "localhost"), "",
			""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newJudgement(c.facts, Policy{})
			a := &f.addresses[0]
			fs := causes(f, a)
			if diff := cmp.Diff(c.want, codesOf(t, "cause.", fs, causeCodes())); diff != "" {
				t.Fatal(diff, fs)
			}
			for _, f := range fs {
				if f.Severity != Pass || f.Address != a.Addr {
					t.Errorf("%+v", f)
				}
			}
			if len(fs) > 0 && !strings.Contains(fs[0].Text, c.says) {
				t.Errorf("%q does not say %q", fs[0].Text, c.says)
			}
		})
	}
}

// codesOf joins the codes of findings without their prefix, and checks that each is in its
// table, with its severity.
func codesOf(t *testing.T, prefix string, fs []Finding, table []CodeDoc) string {
	t.Helper()
	var codes []string
	for _, f := range fs {
		found := false
		for _, row := range table {
			found = found || row.Code == f.Code && row.Severity == f.Severity
		}
		if !found {
			t.Errorf("%s (%s) is not in the table", f.Code, f.Severity)
		}
		codes = append(codes, strings.TrimPrefix(string(f.Code), prefix))
	}
	return strings.Join(codes, " ")
}

func TestEncodes(t *testing.T) {
	for _, c := range []struct {
		addr  string
		names []string
		not   []string
	}{
		{"192.168.1.243",
			[]string{
				"192-168-1-243.foo.bar.net", "ip-192-168-1-243.eu.compute.internal", "static-192-168-1-243.example.net",
				"243.1.168.192.rev.example.net", "243-1-168-192.in-addr.example.net", "host192.168.1.243.example.net",
				"dyn192_168_1_243.example.net", "192.168-1-243.example.net", "192-168-001-243.example.net",
				"p192168001243.example.net", "243001168192.example.net", "c0a801f3.example.net",
				"xc0a801f3p1.example.net",
				"f301a8c0.example.net", "c0-a8-01-f3.example.net", "3232236019.example.net", "168-1-243.example.net",
				"243-1-168.example.net",
			},
			[]string{"my.example.com", "192-168-1-24.example.net", "192-168-1-2430.example.net",
				"1192-168-1-2430.example.net",
				"1-243.example.net", "168.192.example.net", "179.cureconsulting.deru.net", "."}},
		{"10.0.0.1", []string{"ip-10-0-0-1.example.net"},
			[]string{"web1.example.net", "10-0-0-11.example.net", "web10.example.net"}},
		{"2001:db8:1:2:3:4:5:6",
			[]string{"2001-db8-1-2-3-4-5-6.example.net", "2001-0db8-0001-0002-0003-0004-0005-0006.example.net",
				"20010db8000100020003000400050006.example.net", "0003000400050006.dyn.example.net",
				"h-3-4-5-6.example.net",
				"6.0.0.0.5.0.0.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.rev.example.net"},
			[]string{"my.example.com", "2001-db8.example.net", "4-5-6.example.net"}},
		{"2001:db8::7", []string{"2001-db8--7.example.net", "2001-db8-0-0-0-0-0-7.example.net"},
			[]string{"0-0-0-7.example.net", "seven.example.net"}},
	} {
		t.Run(c.addr, func(t *testing.T) {
			for _, n := range c.names {
				if !isGenericName(resolve.Name(n), netip.MustParseAddr(c.addr)) {
					t.Errorf("%s is made of %s", n, c.addr)
				}
			}
			for _, n := range c.not {
				if isGenericName(resolve.Name(n), netip.MustParseAddr(c.addr)) {
					t.Errorf("%s is not made of %s", n, c.addr)
				}
			}
		})
	}
}

func TestRegistrableDomain(t *testing.T) {
	for name, want := range map[resolve.Name]resolve.Name{
		"a.b.example.com": "example.com", "example.com": "example.com", "com": "", ".": "", "": "",
		"a.example.co.uk": "example.co.uk", "example.co.uk": "example.co.uk", "co.uk": "",
		"www.bund.de": "bund.de", "t.co": "t.co", "x.com.au": "x.com.au", "7.113.0.203.in-addr.arpa": "",
	} {
		t.Run(string(name), func(t *testing.T) {
			if got := registrableDomain(name); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		})
	}
}

// isGenericName returns for any name, and recognises a name made with one of the
// spellings.
func FuzzIsGenericName(f *testing.F) {
	f.Add([]byte{192, 168, 1, 243}, "host-", ".example.net", 3)
	f.Add(netip.MustParseAddr("2001:db8::7").AsSlice(), "", ".example.net", 0)
	f.Fuzz(func(t *testing.T, b []byte, before, after string, which int) {
		a, ok := netip.AddrFromSlice(b)
		if !ok {
			return
		}
		isGenericName(resolve.Name(before+after), a)
		var all []string
		for s := range spellings(a) {
			all = append(all, string(s))
		}
		s := all[uint(which)%uint(len(all))]
		if name := "host-" + s + "-" + after; len(after) < 200 && !isGenericName(resolve.Name(name), a) {
			t.Errorf("%s is made of %s", name, a)
		}
	})
}
