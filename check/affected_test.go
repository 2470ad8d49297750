package check

import (
	"net/netip"
	"strings"
	"testing"

	"rdnsproxy/resolve"

	"github.com/google/go-cmp/cmp"
)

func TestAffected(t *testing.T) {
	const pub = "203.0.113.7"
	off := func() Facts { return facts(pub, resolve.OK, dead("old.example.net", resolve.NXDomain)) }
	other := func() Facts { return facts(pub, resolve.OK, ptr("alias.example.net", pub)) }
	exact := func() Facts { return facts(pub, resolve.OK, ptr(host, pub)) }
	literal := func(f Facts) Facts {
		f.Target.Host = f.Addresses[0].Addr.String()
		return f
	}
	cname := func(f Facts, canonical resolve.Name) Facts {
		f.Forward[0].Canonical = canonical
		return f
	}
	two := func(f, g Facts) Facts {
		f.Addresses = append(f.Addresses, g.Addresses...)
		return f
	}
	identified := func(f Facts) Facts {
		other := facts("203.0.113.9", resolve.OK, ptr("real.example.net", "203.0.113.9"))
		f.Expanded = []Expansion{{Host: "id.example.com", Forward: other.Forward,
			Addrs: []netip.Addr{other.Addresses[0].Addr}, Reverse: []resolve.Answer{other.Addresses[0].Reverse}}}
		return f
	}
	set := func(origin string) Setting { return Setting{On: true, Origin: origin} }
	client := func(change ...func(*Client)) *Client { // the defaults of Debian's ssh and MIT's library, with a realm
		c := &Client{GSSAPI: set("/etc/ssh/ssh_config:50"),
			Kerberos: &Kerberos{RDNS: set("default"), Canonicalize: set("default"), File: "/etc/krb5.conf"}}
		for _, f := range change {
			f(c)
		}
		return c
	}
	trust := func(c *Client) { c.GSSAPITrustDNS = set("~/.ssh/config:3") }
	for _, c := range []struct {
		name   string
		facts  Facts
		client *Client
		want   string // codes
		says   string // a part of the first text
	}{
		{"nobody looked", off(), nil, "", ""},
		{"off, nothing set up", off(), &Client{}, "nobody", "off by default since OpenSSH 6.8"},
		{"off, GSSAPI without Kerberos", off(), client(func(c *Client) { c.Kerberos = nil }, trust), "nobody", ""},
		{"off, Kerberos without GSSAPI", off(), client(func(c *Client) { c.GSSAPI.On = false }, trust), "nobody", ""},
		{"off", off(), client(), "kerberos",
			"requests host/old.example.net instead of host/my.example.com because it canonicalizes through reverse " +
				"DNS (rdns is on, default)"},
		{"off, rdns off", off(), client(func(c *Client) { c.Kerberos.RDNS.On = false }), "nobody", ""},
		{"off, no canonical names", off(), client(func(c *Client) { c.Kerberos.Canonicalize.On = false }), "nobody",
			""},
		{"off, fallback", off(), client(func(c *Client) {
			c.Kerberos.Canonicalize, c.Kerberos.Fallback = Setting{false, "/etc/krb5.conf:4"}, true
		}),
			"kerberos", "requests host/my.example.com, and if that is unknown host/old.example.net"},
		{"off, identity given", off(), client(func(c *Client) { c.GSSAPIIdentity = "other.example.com" }), "nobody",
			""},
		{"off, malformed: libc keeps it to itself", facts(pub, resolve.OK, unasked(`a\032b.example.com`)), client(),
			"nobody", ""},
		{"elsewhere", facts(pub, resolve.OK, ptr("www.example.org", "203.0.113.99")), client(), "kerberos",
			"host/www.example.org"},
		{"resolves elsewhere though it is the host's name", facts(pub, resolve.OK, ptr(host, "203.0.113.99")), client(),
			"nobody", ""},
		{"confirmed by another name", other(), client(), "kerberos",
			"requests host/alias.example.net instead of host/my.example.com"},
		{"confirmed by another name, nothing set up", other(), &Client{}, "", ""},
		{"confirmed by another name, hostbased", other(),
			client(func(c *Client) { c.GSSAPI.On, c.Hostbased = false, set("x:1") }), "", ""},
		{"confirmed by the canonical name", cname(other(), "alias.example.net"), client(), "", ""},
		{"off, with a canonical name", cname(off(), "real.example.com"), client(), "kerberos",
			"instead of host/real.example.com"},
		{"exact", exact(), client(trust), "", ""},
		{"none", facts(pub, resolve.NXDomain), client(), "", ""},
		{"undetermined", facts(pub, resolve.Timeout), client(), "", ""},
		{"a literal", literal(off()), client(), "kerberos", "requests host/old.example.net because"},
		{"a literal that is confirmed", literal(other()), client(), "", ""},
		{"off, ssh trusts DNS", off(), client(trust), "gssapi-trustdns kerberos",
			"complains about the reverse name, and gives Kerberos the bare address, whose reverse name is old.example.net " +
				"(GSSAPITrustDns is on, ~/.ssh/config:3)"},
		{"off, ssh trusts DNS, rdns off", off(), client(trust, func(c *Client) { c.Kerberos.RDNS.On = false }),
			"gssapi-trustdns", "requests the principal of the bare address (GSSAPITrustDns is on, ~/.ssh/config:3)"},
		{"off, ssh would trust DNS, and has no connection", off(), client(trust, func(c *Client) { c.Proxied = true }),
			"kerberos", "requests host/old.example.net instead of host/my.example.com"},
		{"several names, the first of them wrong", facts(pub, resolve.OK, dead("old.example.net", resolve.NXDomain),
			ptr("another.example.net", pub)), client(), "kerberos", "requests host/old.example.net instead of " +
			"host/my.example.com (or the principal of another of the address's 2 names, whichever DNS lists first) because"},
		{"several names, the first of them right", facts(pub, resolve.OK, ptr(host, pub),
			dead("old.example.net", resolve.NXDomain)), client(), "kerberos",
			"requests host/my.example.com (or the principal of another of the address's 2 names, whichever DNS lists " +
				"first) because"},
		{"identity, canonicalized", identified(off()), client(func(c *Client) { c.GSSAPIIdentity = "id.example.com" }),
			"kerberos", "requests host/real.example.net instead of host/id.example.com, GSSAPIServerIdentity, because"},
		{"identity, rdns off", identified(off()), client(func(c *Client) {
			c.GSSAPIIdentity, c.Kerberos.RDNS.On = "id.example.com", false
		}), "nobody", ""},
		{"confirmed, ssh trusts DNS", other(), client(trust), "gssapi-trustdns kerberos",
			"principal of alias.example.net"},
		{"off, hostbased", off(), &Client{Hostbased: set("/etc/ssh/ssh_config:9")}, "hostbased",
			"a server that 203.0.113.7 logs in to"},
		{"off, a server here", off(), &Client{UseDNS: set("/etc/ssh/sshd_config:9")}, "server",
			"when 203.0.113.7 logs in here"},
		{"two off, nobody", two(off(), facts("203.0.113.8", resolve.OK, dead("old.example.net", resolve.NXDomain))),
			&Client{}, "nobody", ""},
		{"two, one off", two(exact(), facts("203.0.113.8", resolve.OK, dead("old.example.net", resolve.NXDomain))),
			client(), "kerberos", "when 203.0.113.8 is the first address"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fs := affectedBy(c.facts, c.client)
			if diff := cmp.Diff(c.want, codesOf(t, "affected.", fs, affectedCodes())); diff != "" {
				t.Fatal(diff, fs)
			}
			if len(fs) > 0 && !strings.Contains(fs[0].Text, c.says) {
				t.Errorf("%q does not say %q", fs[0].Text, c.says)
			}
			for _, f := range fs {
				ofTarget := f.Code == AffectedNobody || c.client.GSSAPIIdentity != ""
				if (f.Address == netip.Addr{}) != ofTarget {
					t.Errorf("%s is about %s", f.Code, f.Address)
				}
				for _, adv := range f.Advice {
					if adv.Machine != ThisMachine || adv.Line == "" {
						t.Errorf("%+v", adv)
					}
				}
			}
		})
	}
	facts := off()
	fd := affectedBy(facts, client())[0]
	if len(fd.Advice) != 1 || fd.Advice[0].File != "/etc/krb5.conf" || fd.Advice[0].Line != "rdns = false" {
		t.Errorf("%+v", fd.Advice)
	}
}

func affectedBy(facts Facts, c *Client) []Finding {
	f := newJudgement(facts, Policy{Client: c})
	return affected(f, f.tickets())
}
