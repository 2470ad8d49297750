package check

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"rdnsproxy/limits"
	"rdnsproxy/resolve"

	"github.com/google/go-cmp/cmp"
)

// TestTickets: what Kerberos is asked for, by the rules of MIT's sn2princ.c. e2e compares more
// of them with a KDC's log.
func TestTickets(t *testing.T) {
	const pub = "203.0.113.7"
	other := func() Facts { return facts(pub, resolve.OK, ptr("alias.example.net", pub)) }
	none := func() Facts { return facts(pub, resolve.NXDomain) }
	two := func() Facts {
		f := other()
		second := facts("203.0.113.8", resolve.OK, ptr("b.example.net", "203.0.113.8"))
		f.Addresses = append(f.Addresses, second.Addresses...)
		f.Forward[0].Addrs = append(f.Forward[0].Addrs, second.Addresses[0].Addr)
		return f
	}
	as := func(f Facts, host string) Facts { f.Target.Host = host; return f }
	client := func(change ...func(*Client)) *Client {
		c := &Client{GSSAPI: Setting{On: true}, Kerberos: &Kerberos{
			RDNS: Setting{On: true}, Canonicalize: Setting{On: true}, Realm: "EXAMPLE.COM", Domain: "example.org"}}
		for _, f := range change {
			f(c)
		}
		return c
	}
	noDNS := func(c *Client) { c.Kerberos.Canonicalize.On = false }
	fallback := func(c *Client) { c.Kerberos.Canonicalize.On, c.Kerberos.Fallback = false, true }
	noRDNS := func(c *Client) { c.Kerberos.RDNS.On = false }
	trust := func(c *Client) { c.GSSAPITrustDNS.On = true }
	for _, c := range []struct {
		name   string
		facts  Facts
		client *Client
		want   string
	}{
		{"nobody looked", other(), nil, ""},
		{"no GSSAPI", other(), client(func(c *Client) { c.GSSAPI.On = false }), ""},
		{"no Kerberos", other(), client(func(c *Client) { c.Kerberos = nil }), ""},
		{"reverse", other(), client(), "1 host/alias.example.net@EXAMPLE.COM reverse"},
		{"rdns off", other(), client(noRDNS), "1 host/my.example.com@EXAMPLE.COM given"},
		{"no name", none(), client(), "1 host/my.example.com@EXAMPLE.COM given"},
		{"libc returns no such name", facts(pub, resolve.OK, unasked(`a\032b.example.com`)), client(),
			"1 host/my.example.com@EXAMPLE.COM given"},
		{"two addresses", two(), client(),
			"1 host/alias.example.net@EXAMPLE.COM reverse 203.0.113.7, 1 host/b.example.net@EXAMPLE.COM reverse 203.0.113.8"},
		{"two addresses, rdns off", two(), client(noRDNS), "1 host/my.example.com@EXAMPLE.COM given"},
		{"two names", facts(pub, resolve.OK, ptr("b.example.net", pub), ptr("a.example.net", pub)), client(),
			"1 host/b.example.net@EXAMPLE.COM reverse, 1 host/a.example.net@EXAMPLE.COM reverse"},
		{"short, no DNS", as(other(), "My"), client(noDNS), "1 host/my.example.org@EXAMPLE.COM completed"},
		{"short, no DNS, no domain", as(other(), "my"), client(noDNS, func(c *Client) { c.Kerberos.Domain = "" }),
			"1 host/my@EXAMPLE.COM given"},
		{"a final dot", as(other(), "my.example.com."), client(noDNS), "1 host/my.example.com@EXAMPLE.COM given"},
		{"fallback", other(), client(fallback),
			"1 host/my.example.com@EXAMPLE.COM given, 2 host/alias.example.net@EXAMPLE.COM reverse"},
		{"fallback, the same name", none(), client(fallback), "1 host/my.example.com@EXAMPLE.COM given"},
		{"fallback, two addresses", two(), client(fallback), "1 host/my.example.com@EXAMPLE.COM given, " +
			"2 host/alias.example.net@EXAMPLE.COM reverse 203.0.113.7, 2 host/b.example.net@EXAMPLE.COM reverse 203.0.113.8"},
		{"an address", as(other(), pub), client(), "1 host/alias.example.net@EXAMPLE.COM reverse"},
		{"an address, no DNS", as(other(), pub), client(noDNS), "1 host/203.0.113.7@EXAMPLE.COM given"},
		{"an address of IPv6, no DNS", as(facts("2001:db8::1", resolve.NXDomain), "2001:DB8::1"), client(noDNS),
			"1 host/2001:db8::1.example.org@EXAMPLE.COM completed"},
		{"trusted", other(), client(trust, noDNS), "1 host/alias.example.net@EXAMPLE.COM given GSSAPITrustDns"},
		{"trusted, behind a proxy", other(), client(trust, noDNS, func(c *Client) { c.Proxied = true }),
			"1 host/my.example.com@EXAMPLE.COM given"},
		{"not to be trusted", facts(pub, resolve.OK, dead("old.example.net", resolve.NXDomain)), client(trust, noRDNS),
			"1 host/203.0.113.7@EXAMPLE.COM given GSSAPITrustDns"},
		{"not to be trusted, but Kerberos does", facts(pub, resolve.OK, dead("old.example.net", resolve.NXDomain)),
			client(trust),
			"1 host/old.example.net@EXAMPLE.COM reverse GSSAPITrustDns"},
		{"an identity that nobody has looked up", other(),
			client(func(c *Client) { c.GSSAPIIdentity = "id.example.net" }), ""},
		{"an identity, no DNS", other(), client(noDNS, func(c *Client) { c.GSSAPIIdentity = "id.example.net" }),
			"1 host/id.example.net@EXAMPLE.COM given GSSAPIServerIdentity"},
		{"realms", other(), client(func(c *Client) {
			c.Kerberos.RealmOf = func(host string) (string, bool) { return "NET", strings.HasSuffix(host, ".net") }
		}), "1 host/alias.example.net@NET reverse"},
		{"no realm", other(), client(func(c *Client) { c.Kerberos.Realm = "" }), "1 host/alias.example.net reverse"},
		{"not complete", func() Facts { f := other(); f.Pending = true; return f }(), client(), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, x := range Judge(c.facts, Policy{Client: c.client}).Tickets {
				text := fmt.Sprintf("%d %s %s", x.Try, x.Principal, x.From)
				if x.GivenBy != GivenByHost {
					text += " " + string(x.GivenBy)
				}
				if x.Address != (netip.Addr{}) {
					text += " " + x.Address.String()
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTicketsAreBounded: a stranger's DNS decides how many addresses and names there are, and
// how long they are.
func TestTicketsAreBounded(t *testing.T) {
	f := facts("203.0.113.7", resolve.NXDomain)
	f.Addresses = nil
	for i := range limits.Addresses {
		addr := netip.AddrFrom4([4]byte{203, 0, 113, byte(i)})
		var names []PTRFacts
		for j := range 200 {
			names = append(names, ptr(fmt.Sprintf("n%d-%d.%s.test", i, j, strings.Repeat("x", 60)), addr.String()))
		}
		f.Addresses = append(f.Addresses, facts(addr.String(), resolve.OK, names...).Addresses...)
		f.Forward[0].Addrs = append(f.Forward[0].Addrs, addr)
	}
	c := &Client{GSSAPI: Setting{On: true}, Kerberos: &Kerberos{RDNS: Setting{On: true}, Canonicalize: Setting{On: true}}}
	for _, trust := range []bool{false, true} {
		c.GSSAPITrustDNS.On = trust
		r := Judge(f, Policy{Client: c})
		if n := len(r.Tickets); n == 0 && !trust || n > limits.Tickets { // trusted names were not looked up
			t.Errorf("%d principals", n)
		}
		for _, fd := range r.Findings {
			if len(fd.Text) > 600 {
				t.Errorf("%d bytes: %s", len(fd.Text), fd.Text)
			}
		}
	}
}
