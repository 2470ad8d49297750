package resolve

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rdnsproxy/internal/lab"
	"rdnsproxy/safetext"
)

// facts compares answers but for the time they took.
var facts = cmp.Options{
	cmpopts.IgnoreFields(Answer{}, "Took"),
	cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmp.Comparer(func(a, b safetext.Text) bool { return a == b }),
}

// article is the story's own data: the reverse name does not exist.
func article(t testing.TB) *lab.DNSServer {
	return startDNS(t,
		lab.Zone("example.com", "my 60 A 192.168.1.243", "both 60 A 192.0.2.1", "both 90 AAAA 2001:db8::1", "www 30 CNAME both"),
		lab.Zone("1.168.192.in-addr.arpa", "243 300 PTR 192-168-1-243.foo.bar.net."),
		lab.Zone("bar.net"),
	)
}

func TestArticle(t *testing.T) {
	s := article(t)
	r := asking(t, s)
	ctx := within(t)
	dns := Source{Kind: KindDNS, Where: s.Addr().String()}
	check := func(got, want Answer) {
		t.Helper()
		if d := cmp.Diff(want, got, facts); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
	}
	check(r.Forward(ctx, "my.example.com", IPv4, System), Answer{
		Question: Question{"my.example.com", A}, Status: OK, Source: dns,
		Addrs: addrs("192.168.1.243"), Canonical: "my.example.com", TTL: 60 * time.Second,
	})
	check(r.Reverse(ctx, netip.MustParseAddr("::ffff:192.168.1.243"), System), Answer{
		Question: Question{"243.1.168.192.in-addr.arpa", PTR}, Status: OK, Source: dns,
		Names: []Name{"192-168-1-243.foo.bar.net"}, Canonical: "243.1.168.192.in-addr.arpa", TTL: 300 * time.Second,
	})
	check(r.Forward(ctx, "192-168-1-243.foo.bar.net", IPv4, System), Answer{
		Question: Question{"192-168-1-243.foo.bar.net", A}, Status: NXDomain, Source: dns,
		Canonical: "192-168-1-243.foo.bar.net", TTL: 30 * time.Second,
		Zone: &Zone{Apex: "bar.net", Primary: "ns.bar.net", Mailbox: safetext.Of("hostmaster@bar.net")},
	})
	check(r.Forward(ctx, "www.example.com", IPv6, DNSOnly), Answer{
		Question: Question{"www.example.com", AAAA}, Status: OK, Source: dns, Addrs: addrs("2001:db8::1"),
		Canonical: "both.example.com", Chain: []Name{"both.example.com"}, TTL: 30 * time.Second,
	})
}
