package check

import (
	"strings"
	"testing"

	"rdnsproxy/resolve"
	"rdnsproxy/sshconf"

	"github.com/google/go-cmp/cmp"
)

// client returns the facts about a client's address.
func client(addr string, reverse resolve.Status, ptrs ...PTRFacts) Facts {
	f := facts(addr, reverse, ptrs...)
	f.Target = Target{Input: addr, Host: addr, Port: 22}
	f.Forward = f.Forward[:1]
	f.Forward[0].Source = resolve.Source{Kind: resolve.KindLiteral}
	return f
}

func TestSelf(t *testing.T) {
	const pub = "203.0.113.7"
	named := client(pub, resolve.OK, ptr("my.example.com", pub))
	article := client("140.99.28.179", resolve.OK, dead("179.cureconsulting.deru.net", resolve.NXDomain))
	two := client(pub, resolve.OK, ptr("a.example.com", pub), ptr("b.example.org", pub))
	mixed := client(pub, resolve.OK, ptr("a.example.com", pub), dead("old.example.com", resolve.NXDomain))
	for _, c := range []struct {
		name  string
		facts Facts
		from  string
		want  string // codes
		says  string // a part of the last text
	}{
		{"a name", named, "", "name", "knows 203.0.113.7 as my.example.com"},
		{"none", client(pub, resolve.NXDomain), "", "address", "knows 203.0.113.7 by its address"},
		{"time-out", client(pub, resolve.Timeout), "", "address", "by its address"},
		{"the article's client", article, "", "address", "complains about the reverse name of 140.99.28.179"},
		{"IPv4-mapped", client("::ffff:203.0.113.7", resolve.OK, ptr("my.example.com", pub)), "203.0.113.7",
			"name admitted", "it matches the address 203.0.113.7"},
		{"two names", two, "", "name", "a.example.com, b.example.org"},
		{"a name, and one that does not resolve back", mixed, "", "name", "a.example.com, 203.0.113.7"},

		{"by address", named, "203.0.113.0/24", "name admitted", "lets this client in: it matches the address"},
		{"by name", named, "*.example.com", "name by-name-only",
			"only where UseDNS is on (it is off by default): it matches a name, not the address"},
		{"by name that does not resolve back", article, "*.deru.net", "address refused",
			"nothing in it matches 140.99.28.179"},
		{"by neither", named, "*.example.org,10.0.0.0/8", "name refused",
			"nothing in it matches 203.0.113.7 or my.example.com"},
		{"forbidden by name", named, "!*.example.com,*", "name by-address-only",
			"only where UseDNS is off (as it is by default): a pattern with ! matches my.example.com"},
		{"forbidden by address", named, "!203.0.113.0/24,*", "name refused", "a pattern with ! matches 203.0.113.7"},
		{"bits beyond the mask", named, "203.0.113.7/24,*", "name unusable-list", "host bits set"},
		{"by one of two names", two, "*.example.org", "name varies", "by some of its names only"},
		{"by both names", two, "*.example.org,*.example.com", "name by-name-only", ""},
		{"one of two names forbidden", two, "!*.example.org,*", "name varies",
			"a pattern with ! matches b.example.org"},
		{"by a name that libc need not give", mixed, "*.example.com", "name varies", ""},
		{"case", named, "MY.Example.COM", "name by-name-only", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Judge(c.facts, Policy{})
			fs := SelfFindings(r, c.from, sshconf.Match)
			if diff := cmp.Diff(c.want, codesOf(t, "self.", fs, selfCodes())); diff != "" {
				t.Fatal(diff, fs)
			}
			if last := fs[len(fs)-1]; !strings.Contains(last.Text, c.says) ||
				last.Address != c.facts.Addresses[0].Addr {
				t.Errorf("%+v does not say %q", last, c.says)
			}
		})
	}
	if fs := SelfFindings(Judge(Facts{}, Policy{}), "*", sshconf.Match); fs != nil {
		t.Errorf("of nothing: %v", fs)
	}
}
