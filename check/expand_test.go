package check_test

import (
	"strings"
	"testing"

	"rdnsproxy/check"
	"rdnsproxy/internal/lab"
	"rdnsproxy/resolve"

	"github.com/google/go-cmp/cmp"
)

// TestExpand: names that only Kerberos looks up are looked up, and nothing is asked for
// machines that do not use it.
func TestExpand(t *testing.T) {
	w := newWorld(t, "127.0.0.1 localhost\n",
		lab.Zone("example.com", "web A 203.0.113.7", "web AAAA 2001:db8::7", "id CNAME real", "real A 203.0.113.8",
			"real A 203.0.113.9"),
		lab.Zone("example.net", "node CNAME deep", "deep A 203.0.113.7", "deep A 203.0.113.10"),
		lab.Zone("113.0.203.in-addr.arpa", "7 PTR node.example.net.", "8 PTR eight.example.net.", "10 PTR ten.example.net."),
		lab.Zone("8.b.d.0.1.0.0.2.ip6.arpa", "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR six.example.net."),
	)
	w.family = resolve.IPv4
	client := func(change func(*check.Client)) *check.Client {
		c := &check.Client{GSSAPI: check.Setting{On: true},
			Kerberos: &check.Kerberos{RDNS: check.Setting{On: true}, Canonicalize: check.Setting{On: true}}}
		change(c)
		return c
	}
	for _, c := range []struct {
		name   string
		client *check.Client
		want   string
		asks   bool // about other names, or the other family
	}{
		{"nobody", nil, "", false},
		{"no Kerberos", client(func(c *check.Client) { c.GSSAPIIdentity, c.Kerberos = "id.example.com", nil }), "", false},
		{"no GSSAPI", client(func(c *check.Client) { c.GSSAPIIdentity, c.GSSAPI.On = "id.example.com", false }), "", false},
		{"without DNS", client(func(c *check.Client) {
			c.GSSAPIIdentity, c.Kerberos.Canonicalize.On = "id.example.com", false
		}), "host/id.example.com", false},
		{"the other family", client(func(*check.Client) {}), "host/node.example.net host/six.example.net", true},
		{"an identity", client(func(c *check.Client) { c.GSSAPIIdentity = "id.example.com" }),
			"host/eight.example.net host/real.example.com", true},
		{"an identity without an address", client(func(c *check.Client) { c.GSSAPIIdentity = "gone.example.com" }),
			"host/gone.example.com", true},
		{"a name that DNS is trusted about", client(func(c *check.Client) { c.GSSAPITrustDNS.On = true }),
			"host/node.example.net host/ten.example.net", true},
		{"the same, rdns off", client(func(c *check.Client) { c.GSSAPITrustDNS.On, c.Kerberos.RDNS.On = true, false }),
			"host/deep.example.net", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			ask := w.ask("web.example.com")
			ask.Client = c.client
			var got []string
			for _, x := range w.Check(t.Context(), ask).Tickets {
				got = append(got, x.Principal)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
			asked := 0
			for _, n := range []string{"id.example.com", "gone.example.com", "deep.example.net"} {
				asked += w.Asked(n, 1)
			}
			if asked += w.Asked("web.example.com", 28); asked > 0 && !c.asks {
				t.Errorf("%d questions that nobody needs", asked)
			}
		})
	}
}
