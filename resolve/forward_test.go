package resolve

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rdnsproxy/internal/lab"
)

func TestCandidates(t *testing.T) {
	for _, tt := range []struct {
		host, search string
		ndots        int
		want         string
	}{
		{"db", "a.example b.example", 1, "db.a.example db.b.example db"},
		{"db.x", "a.example", 1, "db.x db.x.a.example"},
		{"db.x", "a.example", 2, "db.x.a.example db.x"},
		{"db.", "a.example", 1, "db"},
		{"db", "", 1, "db"},
		{"db", ".", 1, "db"},
		{"db", "a.example . b.example", 1, "db.a.example db db.b.example"},
		{"db.x", ". a.example", 1, "db.x db.x.a.example"},
		{"db", "a.example", 0, "db db.a.example"},
		{"localhost", "a.example", 1, "localhost"},
		{"db.localhost", "a.example", 2, "db.localhost"},
		{"db.onion", "a.example", 2, "db.onion"},
		{"onion", "a.example", 1, "onion.a.example onion"},
		{"db", strings.Repeat("x.", 126), 1, "db"},
	} {
		cfg := Config{Ndots: tt.ndots, Search: searchList(strings.Fields(tt.search))}
		name, err := ParseName(tt.host)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range cfg.candidates(want{name: name, absolute: strings.HasSuffix(tt.host, ".")}) {
			got = append(got, string(n))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s, search %s, ndots %d: %q", tt.host, tt.search, tt.ndots, got)
		}
	}
}

// collected is all answers of a lookup by type, as "status name addresses".
func collected(t *testing.T, r *Resolver, host string, f Family, s Scope) map[Type]string {
	got := map[Type]string{}
	for a := range r.Addresses(within(t), host, f, s) {
		if _, ok := got[a.Question.Type]; ok {
			t.Errorf("%s: two answers of type %s", host, a.Question.Type)
		}
		words := []string{a.Status.String(), string(a.Question.Name)}
		for _, addr := range a.Addrs {
			words = append(words, addr.String())
		}
		got[a.Question.Type] = strings.Join(words, " ")
	}
	return got
}

func TestAddresses(t *testing.T) {
	s := startDNS(t,
		lab.Zone("a.example", "only4 A 192.0.2.4", "split AAAA 2001:db8::1", "empty TXT x"),
		lab.Zone("b.example", "only6 AAAA 2001:db8::6", "split A 192.0.2.1", "dead A 192.0.2.2", "empty A 192.0.2.3",
			"slow A 192.0.2.9", "in.foreign A 192.0.2.8"),
		lab.Zone("example", "both A 192.0.2.1", "both AAAA 2001:db8::1"),
		lab.Zone(".", "only4 A 192.0.2.40"),
	)
	s.Fault("dead.a.example", lab.ServFail)
	s.Fault("lost.a.example", lab.Refused)
	s.Fault("in.foreign", lab.Refused)
	s.Fault("not.foreign", lab.Refused)
	search := []Name{"a.example", "b.example"}
	for _, tt := range []struct {
		host   string
		family Family
		want   map[Type]string // of literals without a name
	}{
		{"only4", AnyFamily, map[Type]string{A: "ok only4.a.example 192.0.2.4", AAAA: "nodata only4.a.example"}},
		{"only6", AnyFamily, map[Type]string{A: "nodata only6.b.example", AAAA: "ok only6.b.example 2001:db8::6"}},
		// not on to b for IPv4
		{"split", AnyFamily, map[Type]string{A: "nodata split.a.example", AAAA: "ok split.a.example 2001:db8::1"}},
		{"split", IPv4, map[Type]string{A: "ok split.b.example 192.0.2.1"}},
		{"empty", IPv4, map[Type]string{A: "ok empty.b.example 192.0.2.3"}},
		{"only4.", AnyFamily, map[Type]string{A: "ok only4 192.0.2.40", AAAA: "nodata only4"}},
		{"Both.Example", AnyFamily, map[Type]string{A: "ok both.example 192.0.2.1",
			AAAA: "ok both.example 2001:db8::1"}},
		{"both.example", IPv6, map[Type]string{AAAA: "ok both.example 2001:db8::1"}},
		{"dead", AnyFamily, map[Type]string{A: "ok dead.b.example 192.0.2.2", AAAA: "nodata dead.b.example"}},
		{"lost", AnyFamily, map[Type]string{A: "refused lost.a.example", AAAA: "refused lost.a.example"}},
		{"in.foreign", AnyFamily, map[Type]string{A: "ok in.foreign.b.example 192.0.2.8", AAAA: "nodata in.foreign.b.example"}},
		{"not.foreign", IPv4, map[Type]string{A: "refused not.foreign"}},
		{"none", AnyFamily, map[Type]string{A: "nxdomain none", AAAA: "nxdomain none"}},
		{"none.example", AnyFamily, map[Type]string{A: "nxdomain none.example", AAAA: "nxdomain none.example"}},
		{"a..b", AnyFamily, map[Type]string{A: "nxdomain ", AAAA: "nxdomain "}},
		{"", IPv4, map[Type]string{A: "nxdomain ."}},
		{"127.1", AnyFamily, map[Type]string{A: "ok  127.0.0.1"}},
		{"127.1", IPv6, map[Type]string{A: "nodata "}},
		{"::ffff:192.0.2.1", IPv4, map[Type]string{A: "ok  192.0.2.1"}},
		{"::ffff:192.0.2.1", AnyFamily, map[Type]string{AAAA: "ok  ::ffff:192.0.2.1"}},
		{"fe80::1%eth0", AnyFamily, map[Type]string{AAAA: "ok  fe80::1%eth0"}},
		{"localhost", AnyFamily, map[Type]string{A: "ok localhost 127.0.0.1", AAAA: "ok localhost ::1"}},
		{"x.localhost", IPv6, map[Type]string{AAAA: "ok x.localhost ::1"}},
		{"x.onion", IPv4, map[Type]string{A: "nxdomain x.onion"}},
		{"x.alt.", IPv4, map[Type]string{A: "nxdomain x.alt"}},
	} {
		r := asking(t, s)
		r.Config.Search = search
		if d := cmp.Diff(tt.want, collected(t, r, tt.host, tt.family, System)); d != "" {
			t.Errorf("%q %d: -want +got:\n%s", tt.host, tt.family, d)
		}
	}
	for _, name := range []string{"localhost", "x.localhost", "x.onion", "x.alt", "localhost.a.example",
		"x.onion.a.example", "split.b.example"} {
		if n := s.Asked(name, 28); n > 0 {
			t.Errorf("%s was asked for %d times", name, n)
		}
	}
}

// localhost is known even if no source in nsswitch.conf knows it.
func TestLocalhostWithoutSources(t *testing.T) {
	for _, nsswitch := range []string{"", "files", "files [NOTFOUND=return] dns", "myhostname"} {
		r := throughGetent(t, nsswitch)
		want := map[Type]string{A: "ok localhost 127.0.0.1", AAAA: "ok localhost ::1"}
		if d := cmp.Diff(want, collected(t, r, "localhost", AnyFamily, System)); d != "" {
			t.Errorf("%q: %s", nsswitch, d)
		}
		if a := r.Reverse(within(t), netip.MustParseAddr("192.0.2.1"), System); a.Status != NotFound {
			t.Errorf("%q: %+v", nsswitch, a)
		}
	}
}

// The one family is there before the other has come; who stops listening is
// not kept.
func TestAddressesAsTheyArrive(t *testing.T) {
	s := startDNS(t, lab.Zone("example", "host A 192.0.2.1", "host AAAA 2001:db8::1"))
	release := make(chan struct{})
	s.Fault("host.example", func(x *lab.DNSExchange) {
		if x.Query.Question[0].Qtype == uint16(AAAA) {
			<-release
		}
	})
	r := asking(t, s)
	var got []Type
	for a := range r.Addresses(within(t), "host.example", AnyFamily, System) {
		if got = append(got, a.Question.Type); len(got) == 1 {
			close(release)
		}
	}
	if !slices.Equal(got, []Type{A, AAAA}) {
		t.Errorf("%v", got)
	}
	s.Fault("host.example", func(x *lab.DNSExchange) {
		if x.Query.Question[0].Qtype == uint16(AAAA) {
			lab.Drop(x)
		}
	})
	r = asking(t, s)
	r.Config.Timeout = 10 * patience
	for range r.Addresses(within(t), "host.example", AnyFamily, System) {
		break
	}
}

// One family in time, the other not: both are told.
func TestAddressesHalf(t *testing.T) {
	t.Parallel()
	s := startDNS(t, lab.Zone("example", "host A 192.0.2.1", "host AAAA 2001:db8::1"))
	s.Fault("host.example", func(x *lab.DNSExchange) {
		if x.Query.Question[0].Qtype == uint16(A) {
			lab.Drop(x)
		}
	})
	r := asking(t, s)
	r.Config.Timeout = brief
	want := map[Type]string{A: "timeout host.example", AAAA: "ok host.example 2001:db8::1"}
	if d := cmp.Diff(want, collected(t, r, "host.example", AnyFamily, System)); d != "" {
		t.Error(d)
	}
}

func TestHostsFile(t *testing.T) {
	s := startDNS(t, lab.Zone("example", "host A 192.0.2.1", "host AAAA 2001:db8::1"), lab.Zone("2.0.192.in-addr.arpa",
		"7 PTR dns.example."))
	r := asking(t, s)
	r.Config.Search = []Name{"example"}
	r.Hosts = hosts(t, "192.0.2.7 First.example host host.example\n192.0.2.8 host.example\n::1 six\n192.0.2.9 "+
		"a..b\n192.0.2.10 ends.\n")
	for _, tt := range []struct {
		host   string
		family Family
		scope  Scope
		want   map[Type]string
	}{
		{"HOST.example", AnyFamily, System, map[Type]string{A: "ok host.example 192.0.2.7 192.0.2.8",
			AAAA: "notfound host.example"}},
		{"host.example", IPv6, System, map[Type]string{AAAA: "ok host.example 2001:db8::1"}},
		{"host", IPv4, System, map[Type]string{A: "ok host 192.0.2.7"}},
		// as glibc: a line without the dot is another name
		{"host.example.", IPv4, System, map[Type]string{A: "ok host.example 192.0.2.1"}},
		{"ends.", IPv4, System, map[Type]string{A: "ok ends 192.0.2.10"}},
		{"host.example", AnyFamily, DNSOnly, map[Type]string{A: "ok host.example 192.0.2.1",
			AAAA: "ok host.example 2001:db8::1"}},
		{"six", AnyFamily, System, map[Type]string{A: "notfound six", AAAA: "ok six ::1"}},
		{"six", IPv4, System, map[Type]string{A: "ok six 127.0.0.1"}},
	} {
		if d := cmp.Diff(tt.want, collected(t, r, tt.host, tt.family, tt.scope)); d != "" {
			t.Errorf("%s %d %d: -want +got:\n%s", tt.host, tt.family, tt.scope, d)
		}
	}
	a := r.Forward(within(t), "host", IPv4, System)
	if a.Canonical != "first.example" || a.Source.String() != "hosts:/etc/hosts:1" {
		t.Errorf("%+v", a)
	}
	a = r.Reverse(within(t), netip.MustParseAddr("::ffff:192.0.2.7"), System)
	if a.Status != OK || !slices.Equal(a.Names, []Name{"first.example"}) || a.Source.Line != 1 {
		t.Errorf("%+v", a)
	}
	if a = r.Reverse(within(t), netip.MustParseAddr("192.0.2.7"), DNSOnly); !slices.Equal(a.Names,
		[]Name{"dns.example"}) {
		t.Errorf("%+v", a)
	}
	// A name that cannot be a DNS name is returned, and found again.
	a = r.Reverse(within(t), netip.MustParseAddr("192.0.2.9"), System)
	if a.Status != OK || a.Source.Line != 4 || a.Text != "a..b" || a.Names[0] != `a\046\046b` {
		t.Errorf("%+v", a)
	}
	if a = r.ForwardText(within(t), a.Text, IPv4, System); a.Status != OK ||
		!slices.Equal(a.Addrs, addrs("192.0.2.9")) {
		t.Errorf("%+v", a)
	}
	if a = r.ForwardText(within(t), "x..y", IPv4, System); a.Status != NotFound {
		t.Errorf("%+v", a)
	}
	if a = r.Reverse(within(t), netip.MustParseAddr("192.0.2.10"), System); a.Text != "ends." || a.Names[0] != "ends" {
		t.Errorf("%+v", a)
	}
	if a = r.ForwardText(within(t), "ends.", IPv4, System); a.Status != OK {
		t.Errorf("%+v", a)
	}
	r.Config.Services = []Service{{"dns", OnSuccess, 0}, {"files", OnSuccess, 0}}
	if a = r.Forward(within(t), "host.example", IPv4, System); a.Source.Kind != KindDNS {
		t.Errorf("dns first: %+v", a)
	}
}

// If only IPv4 is wanted, libc refuses digits and dots that are not an address. Otherwise it
// looks them up in DNS.
func TestDigitsAndDots(t *testing.T) {
	s := startDNS(t, lab.Zone(".", "256.1.1.1 A 192.0.2.1", "1.2.3.4.5 A 192.0.2.1", "1.2.a A 192.0.2.1",
		"256.1.1.1 AAAA 2001:db8::1"))
	r := asking(t, s)
	for _, tt := range []struct {
		host   string
		family Family
		want   Status
	}{
		{"256.1.1.1", IPv4, NotFound}, {"1.2.3.4.5", IPv4, NotFound}, {"256.1.1.1.", IPv4, OK}, {"1.2.a", IPv4, OK},
		{"256.1.1.1", IPv6, OK}, {"256.1.1.1", AnyFamily, OK},
	} {
		for a := range r.Addresses(within(t), tt.host, tt.family, System) {
			if a.Status != tt.want {
				t.Errorf("%s, family %d: %+v", tt.host, tt.family, a)
			}
		}
	}
	if a := r.Forward(within(t), "256.1.1.1", IPv4, System); a.Status != NotFound {
		t.Errorf("%+v", a)
	}
}

// Names that a PTR record gave are asked about whatever they are, as libc does.
func TestFoundNames(t *testing.T) {
	s := startDNS(t, lab.Zone("localhost", "x A 192.0.2.1"), lab.Zone("onion", "x A 192.0.2.1"),
		lab.Zone("alt", "x A 192.0.2.1"))
	r := asking(t, s)
	for _, name := range []Name{"x.localhost", "x.onion", "x.alt"} {
		if a := r.Forward(within(t), name, IPv4, System); a.Status != OK || !slices.Equal(a.Addrs, addrs("192.0.2.1")) {
			t.Errorf("%+v", a)
		}
	}
	asked := s.Questions()
	for _, host := range []string{"y.localhost", "y.onion", "y.alt"} {
		collected(t, r, host, AnyFamily, System)
	}
	if s.Questions() != asked {
		t.Error("a target of such a name reached DNS")
	}
}

func TestSearchMatters(t *testing.T) {
	r := asking(t)
	r.Config.Ndots, r.Config.Search = 2, []Name{"corp.example"}
	for _, tt := range []struct {
		name  Name
		found Status
		want  bool
	}{
		{"a.b.example", OK, false}, {"a.b.example", Timeout, false}, {"a.b.example", NXDomain, true},
		{"a.b.example", ServFail, true},
		{"a.example", OK, true}, {"a", OK, true},
	} {
		if got := r.SearchMatters(tt.name, tt.found); got != tt.want {
			t.Errorf("%+v: %t", tt, got)
		}
	}
	if asking(t).SearchMatters("a", NXDomain) {
		t.Error("there is no search list")
	}
}

// An address that means something else on each machine is not sent to servers, unless the
// user has named them.
func TestReverseOfUnroutable(t *testing.T) {
	s := startDNS(t, lab.Zone("in-addr.arpa", "1.0.0.127 PTR x.example.", "1.1.254.169 PTR x.example.",
		"0.0.0.0 PTR x.example."), lab.Zone("ip6.arpa"))
	for _, addr := range []string{"127.0.0.1", "169.254.1.1", "0.0.0.0", "::1", "fe80::1%lo", "::",
		"::ffff:127.0.0.1"} {
		a := netip.MustParseAddr(addr)
		for _, scope := range []Scope{System, DNSOnly} {
			r := asking(t, s)
			if got := r.Reverse(within(t), a, scope); got.Status != NotFound || s.Questions() != 0 {
				t.Errorf("%s: %+v, %d questions", addr, got, s.Questions())
			}
		}
	}
	for addr, want := range map[string]Status{"127.0.0.1": OK, "169.254.1.1": OK, "fe80::1%lo": NXDomain} {
		r := asking(t, s)
		r.Config = r.Config.WithServers(r.Config.Servers...)
		if got := r.Reverse(within(t), netip.MustParseAddr(addr), System); got.Status != want {
			t.Errorf("%s: %+v", addr, got)
		}
	}
	if a := asking(t, s).Reverse(within(t), netip.Addr{}, System); a.Status != NotFound {
		t.Errorf("no address: %+v", a)
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	s := hostZone(t)
	s.Fault("", lab.Drop)
	for want, end := range map[Status]func() (context.Context, context.CancelFunc){
		Timeout: func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(),
				brief)
		},
		Skipped: func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(brief, cancel)
			return ctx, cancel
		},
	} {
		r := asking(t, s)
		r.Config.Timeout, r.Config.Search = 10*patience, []Name{"a.example", "b.example"}
		ctx, cancel := end()
		for a := range r.Addresses(ctx, "host", AnyFamily, System) {
			if a.Status != want {
				t.Errorf("%+v, want %s", a, want)
			}
		}
		if a := r.Reverse(ctx, netip.MustParseAddr("192.0.2.1"), System); a.Status != want {
			t.Errorf("%+v, want %s", a, want)
		}
		cancel()
	}
}

func TestNoAAAA(t *testing.T) {
	s := startDNS(t, lab.Zone("example", "host A 192.0.2.1", "host AAAA 2001:db8::1"))
	r := asking(t, s)
	r.Config.NoAAAA = true
	want := map[Type]string{A: "ok host.example 192.0.2.1", AAAA: "nodata host.example"}
	if d := cmp.Diff(want, collected(t, r, "host.example", AnyFamily, System)); d != "" ||
		s.Asked("host.example", 28) != 0 {
		t.Error(d)
	}
}

// The system's own API, played by package net's resolver against a server of
// the lab.
func TestSystemAPI(t *testing.T) {
	s := startDNS(t, lab.Zone("example.com", "host A 192.0.2.1", "host AAAA 2001:db8::1"),
		lab.Zone("in-addr.arpa", "1.2.0.192 PTR host.example.com.", `3.2.0.192 PTR a\027b.example.com.`,
			"1.0.0.127 PTR x.example."))
	s.Fault("dead.example.com", lab.ServFail)
	r := asking(t)
	r.Hosts = hosts(t, "192.0.2.77 pinned.example.com\n")
	r.Native = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.Addr().String())
	}}
	for host, want := range map[string]map[Type]string{
		"host.example.com":   {A: "ok host.example.com 192.0.2.1", AAAA: "ok host.example.com 2001:db8::1"},
		"none.example.com":   {A: "notfound none.example.com", AAAA: "notfound none.example.com"},
		"dead.example.com":   {A: "servfail dead.example.com", AAAA: "servfail dead.example.com"},
		"pinned.example.com": {A: "ok pinned.example.com 192.0.2.77", AAAA: "notfound pinned.example.com"},
		"x.localhost":        {A: "ok x.localhost 127.0.0.1", AAAA: "ok x.localhost ::1"},
		"x.onion":            {A: "nxdomain x.onion", AAAA: "nxdomain x.onion"},
	} {
		if d := cmp.Diff(want, collected(t, r, host, AnyFamily, System)); d != "" {
			t.Errorf("%s: -want +got:\n%s", host, d)
		}
	}
	for addr, want := range map[string]string{"192.0.2.1": "ok [host.example.com] system",
		"192.0.2.9": "notfound [] system", "192.0.2.3": "invalid [] system",
		"192.0.2.77": "ok [pinned.example.com] hosts:/etc/hosts:1", "127.0.0.1": "notfound [] hosts:/etc/hosts"} {
		a := r.Reverse(within(t), netip.MustParseAddr(addr), System)
		if got := fmt.Sprintf("%s %v %s", a.Status, a.Names, a.Source); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
	if a := r.Forward(within(t), "host.example.com", IPv4, DNSOnly); a.Status != OK || a.Source.Kind != KindSystem {
		t.Errorf("%+v", a)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if a := r.Forward(gone, "host.example.com", IPv4, System); a.Status != Skipped {
		t.Errorf("%+v", a)
	}
	before := s.Questions()
	r.Config.Explicit = true
	if r.Config.Servers = servers("127.0.0.1:1"); r.Forward(within(t),
		"other.example.com", IPv4, System).Source.Kind == KindSystem || s.Questions() != before {
		t.Error("a named server is overruled by the system")
	}
}
