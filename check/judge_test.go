package check

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"rdnsproxy/limits"
	"rdnsproxy/resolve"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const host = "my.example.com"

// facts returns the facts of my.example.com with one address, for a row of a table.
func facts(addr string, reverse resolve.Status, ptrs ...PTRFacts) Facts {
	a := netip.MustParseAddr(addr)
	af := AddressFacts{Addr: a, Source: fromDNS, Reverse: resolve.Answer{Status: reverse, Source: fromDNS}, PTRs: ptrs}
	for _, p := range ptrs {
		af.Reverse.Names = append(af.Reverse.Names, p.Name)
	}
	return Facts{
		Target:    Target{Input: host, Host: host, Port: 22},
		Forward:   forwardAnswers(host, a),
		Addresses: []AddressFacts{af},
	}
}

// judge is Judge for a machine that has a hosts file.
func judge(f Facts, p Policy) *Result {
	p.HostsPath = "/etc/hosts"
	return Judge(f, p)
}

var fromDNS = resolve.Source{Kind: resolve.KindDNS, Where: "192.0.2.53"}

func forwardAnswers(name string, addrs ...netip.Addr) []resolve.Answer {
	v4 := resolve.Answer{Question: resolve.Question{Name: resolve.Name(name), Type: resolve.A}, Status: resolve.NoData,
		Source: fromDNS, Canonical: resolve.Name(name)}
	v6 := v4
	v6.Question.Type = resolve.AAAA
	for _, a := range addrs {
		if a.Unmap().Is4() {
			v4.Status, v4.Addrs = resolve.OK, append(v4.Addrs, a)
		} else {
			v6.Status, v6.Addrs = resolve.OK, append(v6.Addrs, a)
		}
	}
	return []resolve.Answer{v4, v6}
}

// ptr returns a PTR name that has these addresses.
func ptr(name string, addrs ...string) PTRFacts {
	p := PTRFacts{Name: resolve.Name(name), Forward: resolve.Answer{Status: resolve.OK, Source: fromDNS}}
	for _, a := range addrs {
		p.Forward.Addrs = append(p.Forward.Addrs, netip.MustParseAddr(a))
	}
	return p
}

// dead returns a PTR name whose lookup gave no address.
func dead(name string, s resolve.Status) PTRFacts {
	return PTRFacts{Name: resolve.Name(name), Forward: resolve.Answer{Status: s, Source: fromDNS}}
}

// unasked returns a PTR name that is not a host name, and so was never looked up.
func unasked(name string) PTRFacts { return PTRFacts{Name: resolve.Name(name)} }

// TestJudge is the specification of verdicts, with a row for each rule. Every row also has
// what an sshd with UseDNS yes would log.
func TestJudge(t *testing.T) {
	const pub, priv, v6 = "203.0.113.7", "192.168.1.243", "2001:db8::7"
	with := func(f Facts, change func(*Facts)) Facts { change(&f); return f }
	literal := func(f Facts, text string) Facts {
		return with(f, func(f *Facts) {
			f.Target.Host = text
			f.Forward = f.Forward[:1]
			f.Forward[0].Source = resolve.Source{Kind: resolve.KindLiteral}
			f.Forward[0].Question.Name = resolve.Name(text)
		})
	}
	many := func(n int, leads ...string) Facts {
		f := facts(pub, resolve.OK)
		a := &f.Addresses[0]
		for i := range n {
			name := fmt.Sprintf("h%02d.example.net", i)
			a.Reverse.Names = append(a.Reverse.Names, resolve.Name(name))
			if i < limits.PTRNames {
				a.PTRs = append(a.PTRs, ptr(name, leads...))
			}
		}
		return f
	}
	tests := []struct {
		name     string
		facts    Facts
		policy   Policy
		want     Verdict
		severity Severity
		sshd     string // of the first address
		codes    string // of the findings after the verdict's
	}{
		// The table of verdicts, row by row.
		{name: "exact", facts: facts(pub, resolve.OK, ptr(host, pub)), want: Exact},
		{name: "confirmed", facts: facts(pub, resolve.OK, ptr("ec2.example.net", pub)), want: Confirmed},
		{name: "exempt: RFC 1918", facts: facts(priv, resolve.NXDomain), want: Exempt},
		{name: "missing: NXDOMAIN", facts: facts(pub, resolve.NXDomain), want: Missing, severity: Notice},
		{name: "missing: no data", facts: facts(pub, resolve.NoData), want: Missing, severity: Notice},
		{name: "missing: another source does not know it", facts: facts(pub, resolve.NotFound), want: Missing,
			severity: Notice},
		{name: "undetermined: PTR lookup timed out", facts: facts(pub, resolve.Timeout), want: Undetermined,
			severity: Unknown},
		{name: "undetermined: PTR lookup SERVFAIL", facts: facts(pub, resolve.ServFail), want: Undetermined,
			severity: Unknown},
		{name: "undetermined: PTR lookup REFUSED", facts: facts(pub, resolve.Refused), want: Undetermined,
			severity: Unknown},
		{name: "undetermined: PTR lookup unusable", facts: facts(pub, resolve.Invalid), want: Undetermined,
			severity: Unknown},
		{name: "undetermined: CNAME loop in the reverse zone", facts: facts(pub, resolve.Loop), want: Undetermined,
			severity: Unknown},
		{name: "undetermined: not asked", facts: facts(pub, resolve.Skipped), want: Undetermined, severity: Unknown},
		{name: "undetermined: forward lookup timed out",
			facts: facts(pub, resolve.OK, dead("x.example.net", resolve.Timeout)),
			want:  Undetermined, severity: Unknown,
			sshd: "reverse mapping checking getaddrinfo for x.example.net [203.0.113.7] failed."},
		{name: "undetermined: forward lookup SERVFAIL",
			facts: facts(pub, resolve.OK, dead("x.example.net", resolve.ServFail)),
			want:  Undetermined, severity: Unknown,
			sshd: "reverse mapping checking getaddrinfo for x.example.net [203.0.113.7] failed."},
		{name: "undetermined: forward CNAME loop", facts: facts(pub, resolve.OK, dead("x.example.net", resolve.Loop)),
			want: Undetermined, severity: Unknown,
			sshd: "reverse mapping checking getaddrinfo for x.example.net [203.0.113.7] failed."},
		{name: "malformed: space", facts: facts(pub, resolve.OK, unasked(`a\032b.example.net`)), want: Malformed,
			severity: Warning},
		{name: "unresolvable: the article's case",
			facts: facts(priv, resolve.OK, dead("192-168-1-243.foo.bar.net", resolve.NXDomain)),
			want:  Unresolvable, severity: Warning,
			sshd: "reverse mapping checking getaddrinfo for 192-168-1-243.foo.bar.net [192.168.1.243] failed."},
		{name: "unresolvable: the article's second case",
			facts: facts("140.99.28.179", resolve.OK, dead("179.cureconsulting.deru.net", resolve.NXDomain)),
			want:  Unresolvable, severity: Warning,
			sshd: "reverse mapping checking getaddrinfo for 179.cureconsulting.deru.net [140.99.28.179] failed."},
		{name: "unresolvable: no data", facts: facts(pub, resolve.OK, dead("x.example.net", resolve.NoData)),
			want: Unresolvable, severity: Warning,
			sshd: "reverse mapping checking getaddrinfo for x.example.net [203.0.113.7] failed."},
		{name: "unresolvable: the root", facts: facts(pub, resolve.OK, unasked(".")),
			want: Unresolvable, severity: Warning,
			sshd: "reverse mapping checking getaddrinfo for . [203.0.113.7] failed."},
		{name: "numeric: dotted", facts: facts(pub, resolve.OK, unasked("198.51.100.9")),
			want: Numeric, severity: Warning,
			sshd: `Nasty PTR record "198.51.100.9" is set up for 203.0.113.7, ignoring`},
		{name: "numeric: hexadecimal", facts: facts(pub, resolve.OK, unasked("0x7f.1")),
			want: Numeric, severity: Warning, sshd: `Nasty PTR record "0x7f.1" is set up for 203.0.113.7, ignoring`},
		{name: "numeric: two parts", facts: facts(pub, resolve.OK, unasked("10.1")),
			want: Numeric, severity: Warning, sshd: `Nasty PTR record "10.1" is set up for 203.0.113.7, ignoring`},
		{name: "numeric: one number", facts: facts(pub, resolve.OK, unasked("2130706433")),
			want: Numeric, severity: Warning,
			sshd: `Nasty PTR record "2130706433" is set up for 203.0.113.7, ignoring`},
		{name: "mismatch", facts: facts(pub, resolve.OK, ptr("x.example.net", "198.51.100.9")),
			want: Mismatch, severity: Warning,
			sshd: "Address 203.0.113.7 maps to x.example.net, but this does not map back to the address."},
		{name: "mismatch: its own name with another address", facts: facts(pub, resolve.OK, ptr(host, "198.51.100.9")),
			want: Mismatch, severity: Warning,
			sshd: "Address 203.0.113.7 maps to my.example.com, but this does not map back to the address."},
		{name: "no-address: NXDOMAIN", facts: with(facts(pub, resolve.OK), func(f *Facts) {
			f.Addresses = nil
			f.Forward = []resolve.Answer{{Status: resolve.NXDomain}, {Status: resolve.NXDomain}}
		}), want: NoAddress, severity: Error},
		{name: "no address, but one family timed out: nobody knows",
			facts: with(facts(pub, resolve.OK), func(f *Facts) {
				f.Addresses = nil
				f.Forward = []resolve.Answer{{Status: resolve.NoData}, {Status: resolve.Timeout}}
			}), want: Undetermined, severity: Unknown},

		// Other names of the host.
		{name: "the search list's expansion is exact",
			facts: with(facts(pub, resolve.OK, ptr("my.corp.example", pub)), func(f *Facts) {
				f.Target.Host = "my"
				f.Forward = forwardAnswers("my.corp.example", netip.MustParseAddr(pub))
			}), want: Exact},
		{name: "a CNAME's target is confirmed", facts: with(facts(pub, resolve.OK, ptr("web.example.net", pub)),
			func(f *Facts) {
				f.Forward[0].Chain, f.Forward[0].Canonical = []resolve.Name{"web.example.net"}, "web.example.net"
			}), want: Confirmed},
		{name: "case and final dot do not count", facts: with(facts(pub, resolve.OK, ptr(host, pub)), func(f *Facts) {
			f.Target.Host = "MY.Example.COM."
		}), want: Exact},
		{name: "an internationalised name is compared as A-label",
			facts: with(facts(pub, resolve.OK, ptr("xn--mnchen-3ya.example", pub)), func(f *Facts) {
				f.Target.Host = "münchen.example"
				f.Forward = forwardAnswers("xn--mnchen-3ya.example", netip.MustParseAddr(pub))
			}), want: Exact},
		{name: "require-name makes confirmed a warning", facts: facts(pub, resolve.OK, ptr("ec2.example.net", pub)),
			policy: Policy{RequireName: true}, want: Confirmed, severity: Warning},
		{name: "require-name leaves exact alone", facts: facts(pub, resolve.OK, ptr(host, pub)),
			policy: Policy{RequireName: true}, want: Exact},

		// Address literals.
		{name: "a literal is at best confirmed", facts: literal(facts(pub, resolve.OK, ptr(host, pub)), pub),
			want: Confirmed},
		{name: "127.1 is a literal", facts: literal(facts("127.0.0.1", resolve.OK, ptr("localhost", "127.0.0.1")),
			"127.1"), want: Confirmed},
		{name: "require-name does not ask a literal", facts: literal(facts(pub, resolve.OK, ptr(host, pub)), pub),
			policy: Policy{RequireName: true}, want: Confirmed},
		{name: "a literal's bad PTR is as bad",
			facts: literal(facts(pub, resolve.OK, dead("x.example.net", resolve.NXDomain)), pub),
			want:  Unresolvable, severity: Warning,
			sshd: "reverse mapping checking getaddrinfo for x.example.net [203.0.113.7] failed."},

		// What is and is not a host name.
		{name: "an underscore passes", facts: facts(pub, resolve.OK, ptr("a_b.example.net", pub)), want: Confirmed},
		{name: "a trailing hyphen passes", facts: facts(pub, resolve.OK, ptr("a-.example.net", pub)), want: Confirmed},
		{name: "an inner label's leading hyphen passes", facts: facts(pub, resolve.OK, ptr("a.-b.example.net", pub)),
			want: Confirmed},
		{name: "the first label's leading hyphen does not", facts: facts(pub, resolve.OK, unasked("-a.example.net")),
			want: Malformed, severity: Warning},
		{name: "a star does not", facts: facts(pub, resolve.OK, unasked(`\042.example.net`)), want: Malformed,
			severity: Warning},
		{name: "a slash does not", facts: facts(pub, resolve.OK, unasked(`a\047b.example.net`)), want: Malformed,
			severity: Warning},
		{name: "a colon does not", facts: facts(pub, resolve.OK, unasked(`a\058b.example.net`)), want: Malformed,
			severity: Warning},
		{name: "ESC does not", facts: facts(pub, resolve.OK, unasked(`\027[2j.example.net`)), want: Malformed,
			severity: Warning},
		{name: "8-bit does not", facts: facts(pub, resolve.OK, unasked(`\195\164.example.net`)), want: Malformed,
			severity: Warning},
		{name: "malformed even if it reads as a number with junk",
			facts: facts(pub, resolve.OK, unasked(`1.2.3.4\032`)), want: Malformed, severity: Warning},

		// Several PTRs.
		{name: "exact beats confirmed", facts: facts(pub, resolve.OK, ptr("a.example.net", pub), ptr(host, pub)),
			want: Exact},
		{name: "one of several resolves back", facts: facts(pub, resolve.OK, dead("a.example.net", resolve.NXDomain),
			ptr(host, pub)),
			want: Exact, severity: Notice, codes: "ptr.partial"},
		{name: "its own name resolves elsewhere beside one that resolves back",
			facts: facts(pub, resolve.OK, ptr(host, "198.51.100.9"), ptr("b.example.net", pub)),
			want:  Confirmed, severity: Notice, codes: "ptr.partial"},
		{name: "a temporary failure beside one that resolves back",
			facts: facts(pub, resolve.OK, dead("a.example.net", resolve.Timeout), ptr(host, pub)),
			want:  Exact, severity: Notice, codes: "ptr.partial"},
		{name: "a temporary failure leaves the worst open",
			facts: facts(pub, resolve.OK, ptr("a.example.net", "198.51.100.9"),
				dead("b.example.net", resolve.ServFail)),
			want: Undetermined, severity: Unknown,
			sshd: "reverse mapping checking getaddrinfo for b.example.net [203.0.113.7] failed."},
		{name: "mismatch beats numeric", facts: facts(pub, resolve.OK, unasked("10.1"),
			ptr("a.example.net", "198.51.100.9")),
			want: Mismatch, severity: Warning,
			sshd: "Address 203.0.113.7 maps to a.example.net, but this does not map back to the address."},
		{name: "numeric beats unresolvable", facts: facts(pub, resolve.OK, dead("a.example.net", resolve.NXDomain),
			unasked("10.1")),
			want: Numeric, severity: Warning, sshd: `Nasty PTR record "10.1" is set up for 203.0.113.7, ignoring`},
		{name: "unresolvable beats malformed",
			facts: facts(pub, resolve.OK, unasked(`a\032b`), dead("a.example.net", resolve.NXDomain)),
			want:  Unresolvable, severity: Warning,
			sshd: "reverse mapping checking getaddrinfo for a.example.net [203.0.113.7] failed."},
		{name: "a cut set with none confirmed is undetermined", facts: many(12, "198.51.100.9"),
			want: Undetermined, severity: Unknown, codes: "ptr.truncated"},
		{name: "a cut set with one confirmed", facts: many(12, pub), want: Confirmed, severity: Notice,
			codes: "ptr.truncated"},
		{name: "ten are not too many", facts: many(10, "198.51.100.9"),
			want: Mismatch, severity: Warning,
			sshd: "Address 203.0.113.7 maps to h00.example.net, but this does not map back to the address."},

		// Which address counts.
		{name: "IPv4-mapped is judged as IPv4", facts: facts("::ffff:203.0.113.7", resolve.OK, ptr(host, pub)),
			want: Exact},
		{name: "IPv4-mapped private is exempt", facts: facts("::ffff:10.0.0.1", resolve.NXDomain), want: Exempt},
		{name: "NAT64 is judged by the address inside",
			facts: facts("64:ff9b::203.0.113.7", resolve.OK, ptr(host, pub)), want: Exact},
		{name: "NAT64 of a private address is exempt", facts: facts("64:ff9b::10.0.0.1", resolve.NXDomain),
			want: Exempt},
		{name: "NAT64 that does not resolve back",
			facts: facts("64:ff9b::203.0.113.7", resolve.OK, ptr(host, "198.51.100.9")),
			want:  Mismatch, severity: Warning,
			sshd: "Address 203.0.113.7 maps to my.example.com, but this does not map back to the address."},
		{name: "a zone is not compared", facts: facts("fe80::1%eth0", resolve.OK, ptr(host, "fe80::1")),
			want: Exact, // but sshd compares texts
			sshd: "Address fe80::1%eth0 maps to my.example.com, but this does not map back to the address."},
		{name: "IPv6", facts: facts(v6, resolve.OK, ptr(host, v6)), want: Exact},
		{name: "IPv6 missing is a notice as any", facts: facts(v6, resolve.NXDomain), want: Missing, severity: Notice},

		// Special-use ranges: exempt without a PTR, judged like any other with one.
		{name: "loopback", facts: facts("127.0.0.1", resolve.NotFound), want: Exempt},
		{name: "IPv6 loopback", facts: facts("::1", resolve.NotFound), want: Exempt},
		{name: "link-local", facts: facts("169.254.1.1", resolve.NXDomain), want: Exempt},
		{name: "IPv6 link-local", facts: facts("fe80::1%eth0", resolve.NotFound), want: Exempt},
		{name: "10/8", facts: facts("10.1.2.3", resolve.NXDomain), want: Exempt},
		{name: "172.16/12", facts: facts("172.31.255.255", resolve.NoData), want: Exempt},
		{name: "172.32 is public", facts: facts("172.32.0.1", resolve.NXDomain), want: Missing, severity: Notice},
		{name: "100.64/10", facts: facts("100.127.255.255", resolve.NXDomain), want: Exempt},
		{name: "100.128 is public", facts: facts("100.128.0.1", resolve.NXDomain), want: Missing, severity: Notice},
		{name: "fc00::/7", facts: facts("fd00::1", resolve.NXDomain), want: Exempt},
		{name: "documentation counts as public", facts: facts("192.0.2.1", resolve.NXDomain), want: Missing,
			severity: Notice},
		{name: "benchmark counts as public", facts: facts("198.18.0.1", resolve.NXDomain), want: Missing,
			severity: Notice},
		{name: "a private address whose zone is dead is undetermined", facts: facts(priv, resolve.Timeout),
			want: Undetermined, severity: Unknown},
		{name: "a private address whose zone is refused is exempt", facts: facts(priv, resolve.Refused), want: Exempt,
			severity: Notice, codes: "reverse.refused"},
		{name: "a private address whose zone fails is exempt", facts: facts("10.1.2.3", resolve.ServFail), want: Exempt,
			severity: Notice, codes: "reverse.refused"},
		{name: "a public address whose zone fails is undetermined", facts: facts(pub, resolve.ServFail),
			want: Undetermined, severity: Unknown},
		{name: "a private address with a useless answer is undetermined", facts: facts(priv, resolve.Invalid),
			want: Undetermined, severity: Unknown},
		{name: "a name of the hosts file that is none",
			facts: with(facts(pub, resolve.OK, ptr(`a\047b`, pub)),
				func(f *Facts) { f.Addresses[0].PTRs[0].Text = "a/b" }), want: Confirmed},
		{name: "questions spent before the PTR",
			facts: with(facts(pub, resolve.Skipped), func(f *Facts) { f.Exhausted = true }), want: Undetermined,
			severity: Unknown, codes: "questions.many"},
		{name: "a private address with a good PTR", facts: facts(priv, resolve.OK, ptr(host, priv)), want: Exact},
		{name: "a private address with a bad PTR", facts: facts(priv, resolve.OK, ptr("x.example.net", "10.0.0.1")),
			want: Mismatch, severity: Warning,
			sshd: "Address 192.168.1.243 maps to x.example.net, but this does not map back to the address."},

		// Incomplete answers.
		{name: "A answered and AAAA timed out",
			facts: with(facts(pub, resolve.OK, ptr(host, pub)),
				func(f *Facts) { f.Forward[1].Status = resolve.Timeout }),
			want: Exact, severity: Notice, codes: "forward.partial"},
		{name: "AAAA answered and A failed", facts: with(facts(v6, resolve.OK, ptr(host, v6)),
			func(f *Facts) { f.Forward[0].Status = resolve.ServFail }),
			want: Exact, severity: Notice, codes: "forward.partial"},
		{name: "the check was cut short before the names",
			facts: with(facts(pub, resolve.Skipped), func(f *Facts) { f.Addresses[0].CutShort = true }),
			want:  Undetermined, severity: Unknown},
		{name: "cut short, one name bad so far",
			facts: with(facts(pub, resolve.OK, ptr("a.example.net", "198.51.100.9"), PTRFacts{Name: "b.example.net"}),
				func(f *Facts) { f.Addresses[0].CutShort = true }),
			want: Undetermined, severity: Unknown},

		// libc's search list.
		{name: "the search list gives the PTR's name an address",
			facts: with(facts(pub, resolve.OK, dead("x.example.net", resolve.NXDomain)), func(f *Facts) {
				s := ptr("x.example.net.corp.example", "198.51.100.9").Forward
				s.Question.Name = "x.example.net.corp.example"
				f.Addresses[0].PTRs[0].Search = &s
			}), want: Unresolvable, severity: Warning, codes: "ptr.search",
			sshd: "Address 203.0.113.7 maps to x.example.net, but this does not map back to the address."},
		{name: "the search list finds another host under a name that resolves back",
			facts: with(facts(pub, resolve.OK, ptr("web", pub)), func(f *Facts) {
				s := ptr("web.corp.example", "198.51.100.9").Forward
				s.Question.Name = "web.corp.example"
				f.Addresses[0].PTRs[0].Search = &s
			}), want: Confirmed, severity: Notice, codes: "ptr.search",
			sshd: "Address 203.0.113.7 maps to web, but this does not map back to the address."},
		{name: "the search list resolves back where the name itself does not",
			facts: with(facts(pub, resolve.OK, dead("web", resolve.NXDomain)), func(f *Facts) {
				s := ptr("web.corp.example", pub).Forward
				s.Question.Name = "web.corp.example"
				f.Addresses[0].PTRs[0].Search = &s
			}), want: Unresolvable, severity: Warning, codes: "ptr.search"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := judge(tt.facts, tt.policy)
			if r.Verdict != tt.want || r.Severity != tt.severity {
				t.Errorf("got %s, %s; want %s, %s", r.Verdict, r.Severity, tt.want, tt.severity)
			}
			var codes []string
			for _, f := range r.Findings {
				if f.Code != MappingCode(tt.want) {
					codes = append(codes, string(f.Code))
				}
				if len(f.Text) == 0 {
					t.Errorf("%s says nothing", f.Code)
				}
			}
			if got := strings.Join(codes, " "); got != tt.codes {
				t.Errorf("further findings %q, want %q", got, tt.codes)
			}
			if len(r.Addresses) > 0 && r.Addresses[0].SSHD != tt.sshd {
				t.Errorf("sshd would log\n  %q, want\n  %q", r.Addresses[0].SSHD, tt.sshd)
			}
		})
	}
}

// A target's verdict is the worst of its addresses'.
func TestWorstAddress(t *testing.T) {
	for i, worse := range verdictsOfAddresses() {
		for _, better := range verdictsOfAddresses()[:i+1] {
			if got := better.Worse(worse); got != worse {
				t.Errorf("worst of %s and %s is %s", better, worse, got)
			}
			if got := worse.Worse(better); got != worse {
				t.Errorf("worst of %s and %s is %s", worse, better, got)
			}
		}
	}
	f := facts("203.0.113.7", resolve.OK, ptr(host, "203.0.113.7"))
	g := facts("203.0.113.8", resolve.OK, dead("x.example.net", resolve.NXDomain))
	f.Addresses = append(f.Addresses, g.Addresses...)
	if r := judge(f, Policy{}); r.Verdict != Unresolvable || r.Addresses[0].Severity != Pass {
		t.Errorf("verdict %s, first address %s", r.Verdict, r.Addresses[0].Severity)
	}
}

func verdictsOfAddresses() []Verdict { return Verdicts()[:len(Verdicts())-1] }

// TestTexts has the texts that people read.
func TestTexts(t *testing.T) {
	tests := []struct {
		facts Facts
		want  string
	}{
		{facts("192.168.1.243", resolve.OK, dead("192-168-1-243.foo.bar.net", resolve.NXDomain)),
			"my.example.com is 192.168.1.243, whose reverse name 192-168-1-243.foo.bar.net does not exist (NXDOMAIN)"},
		{facts("203.0.113.7", resolve.OK, dead("x.example.net", resolve.NoData)),
			"my.example.com is 203.0.113.7, whose reverse name x.example.net has no IPv4 address (no data)"},
		{facts("203.0.113.7", resolve.OK, ptr("x.example.net", "198.51.100.1", "198.51.100.2", "198.51.100.3",
			"198.51.100.4")),
			"my.example.com is 203.0.113.7, whose reverse name x.example.net resolves elsewhere (198.51.100.1, " +
				"198.51.100.2, 198.51.100.3 and 1 more)"},
		{facts("203.0.113.7", resolve.OK, unasked(`root\064host\039s\032password\058\032`)),
			"my.example.com is 203.0.113.7, whose reverse name " +
				`root\064host\039s\032password\058\032` + " is not a host name"},
		{facts("203.0.113.7", resolve.Timeout),
			"my.example.com is 203.0.113.7, whose reverse name could not be looked up (no answer)"},
		{facts("203.0.113.7", resolve.OK, dead("x.example.net", resolve.ServFail)),
			"my.example.com is 203.0.113.7, whose reverse name x.example.net could not be looked up (SERVFAIL)"},
		{facts("203.0.113.7", resolve.NXDomain),
			"my.example.com is 203.0.113.7, whose reverse name does not exist (NXDOMAIN)"},
		{facts("203.0.113.7", resolve.OK, dead(strings.Repeat("a", 63)+".example.net", resolve.NXDomain)),
			"my.example.com is 203.0.113.7, whose reverse name " + strings.Repeat("a", 60) +
				"... does not exist (NXDOMAIN)"},
	}
	for _, tt := range tests {
		t.Run(tt.facts.Addresses[0].Addr.String(), func(t *testing.T) {
			if got := judge(tt.facts, Policy{}).Findings[0].Text; got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// Every code of a finding and of advice is in its table.
func TestCodesAreClosed(t *testing.T) {
	known := map[Code]bool{}
	for _, d := range Codes() {
		known[d.Code] = true
	}
	for _, v := range Verdicts() {
		if !known[MappingCode(v)] {
			t.Errorf("no row for %s", MappingCode(v))
		}
	}
	machines := map[AdviceCode]Machine{}
	for _, d := range AdviceCodes() {
		machines[d.Code] = d.Machine
	}
	for _, f := range []Facts{
		facts("203.0.113.7", resolve.OK, dead("x.example.net", resolve.NXDomain)),
		facts("203.0.113.7", resolve.OK, ptr("x.example.net", "198.51.100.1")),
		facts("203.0.113.7", resolve.Timeout),
		facts("203.0.113.7", resolve.NXDomain),
		{Target: Target{Host: host}, Forward: []resolve.Answer{{Status: resolve.NXDomain}}},
	} {
		for _, fd := range judge(f, Policy{}).Findings {
			if !known[fd.Code] {
				t.Errorf("finding %s is not in the table", fd.Code)
			}
			for _, a := range fd.Advice {
				if machines[a.Code] != a.Machine {
					t.Errorf("advice %s names %q, the table %q", a.Code, a.Machine, machines[a.Code])
				}
			}
		}
	}
}

// A result can be written to JSON and read back.
func TestRoundTrip(t *testing.T) {
	f := facts("192.168.1.243", resolve.OK, dead("192-168-1-243.foo.bar.net", resolve.NXDomain),
		ptr(`b\032.example.net`, "10.0.0.1"))
	f.Timings = Phases{Resolve: 0.0015, Reverse: 1}
	f.Addresses[0].ReverseZone = &resolve.Zone{Apex: "168.192.in-addr.arpa", Primary: "ns.example"}
	want := judge(f, Policy{})
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got := new(Result)
	if err := json.Unmarshal(b, got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{})); d != "" {
		t.Error(d)
	}
}
