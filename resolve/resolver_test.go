package resolve

import (
	"errors"
	"fmt"
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
		lab.Zone("example.com", "my 60 A 192.168.1.243", "both 60 A 192.0.2.1", "both 90 AAAA 2001:db8::1",
			"www 30 CNAME both"),
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

// What could not be read stays known to a Resolver that is made of another, whether
// or not anybody has asked for it.
func TestWithinKeepsErr(t *testing.T) {
	wrong, noHosts := errors.New("nsswitch.conf"), errors.New("hosts")
	r := &Resolver{}
	r.once.Do(func() {
		r.meters = new(meters)
		r.stub.configure(&Config{}, &Mux{}, r.meters)
		r.wrong = wrong
	})
	r.hostsOnce.Do(func() { r.hostsErr = noHosts })
	short := r.Within(time.Second)
	if err := short.Err(); !errors.Is(err, wrong) || !errors.Is(err, noHosts) {
		t.Errorf("%v", err)
	}
	if err := short.Within(time.Second).Err(); !errors.Is(err, wrong) || !errors.Is(err, noHosts) {
		t.Errorf("twice: %v", err)
	}
}

// TestWithin: all attempts at all servers fit, none is shorter than an answer from
// far away takes, and none longer than it was.
func TestWithin(t *testing.T) {
	for name, test := range map[string]struct {
		servers, attempts int
		timeout, within   time.Duration
		want              time.Duration
	}{
		"divided":          {2, 2, 5 * time.Second, 8 * time.Second, 2 * time.Second},
		"short enough":     {1, 1, time.Second, 8 * time.Second, time.Second},
		"never too short":  {3, 2, 5 * time.Second, time.Second, shortestAttempt},
		"resolv.conf's 5s": {1, 0, 0, 30 * time.Second, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			r := &Resolver{Config: &Config{Timeout: test.timeout, Attempts: test.attempts}}
			for range test.servers {
				r.Config.Servers = append(r.Config.Servers, servers("127.0.0.1:53")...)
			}
			if got := r.Within(test.within).Config.Timeout; got != test.want {
				t.Errorf("%v, want %v", got, test.want)
			}
			if r.Config.Timeout != test.timeout {
				t.Error("the Config of the first has changed")
			}
		})
	}
}

func TestFamily(t *testing.T) {
	for addr, want := range map[string]Family{
		"192.0.2.1": IPv4, "::ffff:192.0.2.1": IPv4, "2001:db8::1": IPv6, "fe80::1%eth0": IPv6,
	} {
		t.Run(addr, func(t *testing.T) {
			if got := FamilyOf(netip.MustParseAddr(addr)); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
	if s := fmt.Sprint(AnyFamily, IPv4, IPv6); s != "any IPv4 IPv6" {
		t.Error(s)
	}
}
