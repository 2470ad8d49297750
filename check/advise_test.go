package check

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// zone makes a zone from its SOA.
func zone(apex, primary, mailbox string) *resolve.Zone {
	z := &resolve.Zone{Apex: resolve.Name(apex), Primary: resolve.Name(primary)}
	if mailbox != "" {
		z.Mailbox = safetext.Of(mailbox)
	}
	return z
}

// advised returns the advice with a code, as "TEXT: LINE".
func advised(f Facts, p Policy, c AdviceCode) []string {
	var texts []string
	for _, fd := range judge(f, p).Findings {
		for _, a := range fd.Advice {
			if a.Code == c {
				texts = append(texts, a.Text+": "+a.Line)
			}
		}
	}
	return texts
}

// The operator to ask for a PTR record can add it. The SOAs of private ranges are those
// of AS112, BIND, Unbound and the root.
func TestReverseZoneOperator(t *testing.T) {
	const nobody = "nobody on the internet runs 10.in-addr.arpa: ask whoever runs your network's resolver to add " +
		"this record, in a zone of your own: "
	for _, tt := range []struct {
		addr string
		zone *resolve.Zone
		want string
	}{
		{"10.0.0.7", zone("10.in-addr.arpa", "prisoner.iana.org", "hostmaster@root-servers.org"), nobody},
		{"10.0.0.7", zone("10.in-addr.arpa", "10.in-addr.arpa", ""), nobody},
		{"10.0.0.7", zone("10.in-addr.arpa", "localhost", "nobody@invalid"), nobody},
		{"10.0.0.7", zone("empty.as112.arpa", "blackhole.as112.arpa", "noc@dns.icann.org"), nobody},
		{"10.0.0.7", zone("in-addr.arpa", "b.in-addr-servers.arpa", "nstld@iana.org"), nobody},
		{"10.0.0.7", zone(".", "a.root-servers.net", "nstld@verisign-grs.com"), nobody},
		{"10.0.0.7", nil, nobody},
		{"10.0.0.7", zone("10.in-addr.arpa", "dc1.corp.example.com", "hostmaster@corp.example.com"),
			"ask the operator of 10.in-addr.arpa (contact: hostmaster@corp.example.com) to add this record: "},
		{"192.168.1.243", zone(".", "a.root-servers.net", ""), "nobody on the internet runs 168.192.in-addr.arpa: "},
		{"172.20.0.1", zone("20.172.in-addr.arpa", "localhost", ""),
			"nobody on the internet runs 20.172.in-addr.arpa: "},
		{"fd00:1::7", zone("d.f.ip6.arpa", "prisoner.iana.org", "hostmaster@root-servers.org"),
			"nobody on the internet runs d.f.ip6.arpa: "},
		{"203.0.113.7", zone("203.in-addr.arpa", "ns1.apnic.net", "read-txt-record-of-zone-first-dns-admin@apnic.net"),
			"ask the provider of the address to add this record: "},
		{"203.0.113.7", zone(".", "a.root-servers.net", "hostmaster@root.test"),
			"ask the provider of the address to add this record: "},
		{"2001:db8::7", zone("ip6.arpa", "b.ip6-servers.arpa", "nstld@iana.org"),
			"ask the provider of the address to add this record: "},
		{"203.0.113.7", zone("113.0.203.in-addr.arpa", "ns.example.net", "hostmaster@example.net"),
			"ask the operator of 113.0.203.in-addr.arpa (contact: hostmaster@example.net) to add this record: "},
		{"203.0.113.7", nil, "ask the operator of the reverse zone to add this record: "},
	} {
		t.Run(tt.addr, func(t *testing.T) {
			f := facts(tt.addr, resolve.OK, dead("x.example.net", resolve.NXDomain))
			f.Addresses[0].ReverseZone = tt.zone
			got := advised(f, Policy{}, AdvisePTRRecord)
			if len(got) != 1 || !strings.HasPrefix(got[0], tt.want) ||
				!strings.HasSuffix(got[0], ".arpa. PTR my.example.com.") {
				t.Errorf("%s, %+v: %q, want %q", tt.addr, tt.zone, got, tt.want)
			}
		})
	}
}

// No record is suggested for a name that means each machine itself, that lacks its domain
// or its final dot, or that is never looked up in DNS, nor for an address that no host has.
func TestUselessRecords(t *testing.T) {
	for _, name := range []string{"localhost", "a.localhost", "short", "7.113.0.203.in-addr.arpa", "x.onion",
		"x.invalid", "x.1.0.8.b.d.0.1.0.0.2.ip6.arpa"} {
		f := facts("203.0.113.7", resolve.OK, dead(name, resolve.NXDomain))
		if got := advised(f, Policy{}, AdviseForwardRecord); got != nil {
			t.Errorf("an address for %s: %q", name, got)
		}
		f = facts("203.0.113.7", resolve.OK, dead("x.example.net", resolve.NXDomain))
		f.Target.Host, f.Forward = name, forwardAnswers(name, f.Addresses[0].Addr)
		if got := advised(f, Policy{}, AdvisePTRRecord); got != nil {
			t.Errorf("a PTR to %s: %q", name, got)
		}
	}
	if got := advised(facts("0.0.0.0", resolve.NXDomain), Policy{}, AdvisePTRRecord); got != nil {
		t.Errorf("a PTR for 0.0.0.0: %q", got)
	}
	if got := advised(facts("203.0.113.7", resolve.OK, dead("x.home.arpa", resolve.NXDomain)), Policy{},
		AdviseForwardRecord); len(got) != 1 {
		t.Errorf("an address for a name of home.arpa: %q", got)
	}
}

// A resolver that answers 0.0.0.0 filters the name. That is reported for the host and for
// the PTR's name, and no record is suggested.
func TestFiltered(t *testing.T) {
	f := facts("0.0.0.0", resolve.NXDomain)
	r := judge(f, Policy{})
	i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Code == ForwardFiltered })
	if i < 0 || r.Severity != Warning ||
		!strings.HasPrefix(r.Findings[i].Text, "dns:192.0.2.53 answers 0.0.0.0 for my.example.com") ||
		!strings.HasPrefix(r.Findings[i].Advice[0].Text, "allow my.example.com at dns:192.0.2.53") {
		t.Errorf("%+v", r.Findings)
	}
	f.Forward[0].Source, f.Forward[1].Source = resolve.Source{Kind: resolve.KindHosts, Where: "/etc/hosts", Line: 3},
		fromDNS
	if got := advised(f, Policy{}, AdviseName); len(got) != 1 || !strings.Contains(got[0], "hosts:/etc/hosts:3") {
		t.Errorf("by the hosts file: %q", got)
	}

	f = facts("203.0.113.7", resolve.OK, ptr("ads.example.net", "0.0.0.0"))
	f.Addresses[0].PTRs[0].Forward.Question.Name = "ads.example.net"
	if got := advised(f, Policy{}, AdviseForwardRecord); got != nil {
		t.Errorf("a record for a filtered name: %q", got)
	}
	if got := advised(f, Policy{}, AdviseResolver); len(got) != 1 ||
		!strings.HasPrefix(got[0], "allow ads.example.net at dns:192.0.2.53") {
		t.Errorf("a filtered PTR name: %q", got)
	}
	if r := judge(f, Policy{Thorough: true}); !r.found(CauseFiltered, f.Addresses[0].Addr) {
		t.Errorf("no cause: %+v", r.Findings)
	}
	if r := judge(facts("203.0.113.7", resolve.OK, ptr("x.example.net", "0.0.0.0", "203.0.113.8")),
		Policy{Thorough: true}); r.found(CauseFiltered, netip.MustParseAddr("203.0.113.7")) {
		t.Error("an address beside 0.0.0.0 is filtered")
	}
}

// If the search list made another name of the typed one, the texts say so, and the line
// has the name that was looked up. A single label is added to it; a typed name with dots
// may belong to another host elsewhere.
func TestSearchedName(t *testing.T) {
	for _, tt := range []struct{ typed, found, line, text string }{
		{"my.example.com", "my.example.com", "203.0.113.7  my.example.com", "my.example.com is 203.0.113.7, "},
		{"web", "web.example.com", "203.0.113.7  web.example.com web",
			"web (looked up as web.example.com) is 203.0.113.7, "},
		{"db.example.org", "db.example.org.cluster.example", "203.0.113.7  db.example.org.cluster.example",
			"db.example.org (looked up as db.example.org.cluster.example) is 203.0.113.7, "},
	} {
		t.Run(tt.typed, func(t *testing.T) {
			f := facts("203.0.113.7", resolve.OK, dead("x.example.net", resolve.NXDomain))
			f.Target.Host, f.Forward = tt.typed, forwardAnswers(tt.found, f.Addresses[0].Addr)
			policy := Policy{HostsPath: "/etc/hosts"}
			if got := suggestedLines(newJudgement(f, policy), Judge(f, policy)); !slices.Equal(got, []string{tt.line}) {
				t.Errorf("%q, want %q", got, tt.line)
			}
			if got, _ := planned(t, "", f, Policy{},
				PinOptions{Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}); !strings.HasPrefix(got,
				tt.line+"  #") {
				t.Errorf("planned %q, want %q", got, tt.line)
			}
			if text := judge(f, Policy{}).Findings[0].Text; !strings.HasPrefix(text, tt.text) {
				t.Errorf("%q, want %q", text, tt.text)
			}
		})
	}
}

// No line is suggested that 'hosts add' would refuse.
func TestOwnNameGetsNoLine(t *testing.T) {
	own := func(name string) bool { return name == host }
	f := facts("192.168.1.243", resolve.OK, dead("x.example.net", resolve.NXDomain))
	if got := advised(f, Policy{}, AdviseHostsLine); len(got) != 1 {
		t.Fatalf("no line for another host: %q", got)
	}
	if got := advised(f, Policy{Own: own}, AdviseHostsLine); got != nil {
		t.Errorf("a line for this machine's own name: %q", got)
	}
	if _, err := planned(t, "", f, Policy{Own: own}, PinOptions{}); err == nil {
		t.Error("a line for this machine's own name is planned")
	}
}
