//go:build linux

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	laboratory "rdnsproxy/internal/lab"
)

// withoutOPT removes the OPT record from an answer.
func withoutOPT(x *laboratory.DNSExchange) {
	x.Reply.Extra = slices.DeleteFunc(x.Reply.Extra, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeOPT })
}

// TestServersWithoutEDNS: libc asks without EDNS, so a server that fails with EDNS works
// for plain ssh. It works with the relay too, under any policy.
func TestServersWithoutEDNS(t *testing.T) {
	for name, fault := range map[string]laboratory.DNSFault{
		"drops":    laboratory.Drop,
		"SERVFAIL": func(x *laboratory.DNSExchange) { laboratory.ServFail(x); withoutOPT(x) },
		"BADVERS":  laboratory.Rcode(dns.RcodeBadVers),
		"OPT in the answer section": func(x *laboratory.DNSExchange) {
			withoutOPT(x)
			x.Reply.Answer = []dns.RR{&dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT, Class: 1232}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t)
			s := v.nameServer(laboratory.Zone("test", "host A 198.51.100.10"), laboratory.Zone("100.51.198.in-addr.arpa", "10 PTR host.test."))
			s.Fault("", func(x *laboratory.DNSExchange) {
				if x.Query.IsEdns0() != nil {
					fault(x)
				}
			})
			v.write("/etc/resolv.conf", "nameserver 127.0.0.2\noptions attempts:1\n")
			v.sameAsLibc(name, map[string]string{"host.test": "198.51.100.10"})
			for _, policy := range []string{"warn", "strict", "off"} {
				v.sshConfig("Host *\n\tProxyCommand rdnsproxy --policy " + policy + " %h %p\n")
				if o := v.ssh("host.test", "echo hello"); o != (outcome{"hello\n", "", 0}) {
					t.Errorf("%s: %+v", policy, o)
				}
			}
		})
	}
}

// TestLameFirstServer: a server that returns only referrals is skipped.
func TestLameFirstServer(t *testing.T) {
	v := newVisit(t)
	s := v.nameServer(laboratory.Zone("example.com"))
	s.Fault("", laboratory.Rcode(dns.RcodeSuccess), func(x *laboratory.DNSExchange) {
		x.Reply.Authoritative, x.Reply.RecursionAvailable = false, false
	})
	v.write("/etc/resolv.conf", "nameserver 127.0.0.2\nnameserver 127.0.0.1\n")
	v.sameAsLibc("lame", map[string]string{"exact.example.com": "198.51.100.10"})
	if o := v.ssh("exact.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
		t.Errorf("%+v", o)
	}
	if s.Questions() == 0 {
		t.Error("the lame server was not asked")
	}
}

// TestSingleRequest: a firewall that drops the second of two questions from the same
// port costs a timeout, unless resolv.conf has single-request.
func TestSingleRequest(t *testing.T) {
	for _, option := range []string{"single-request", "single-request-reopen"} {
		t.Run(option, func(t *testing.T) { testSingleRequest(newVisit(t), option) })
	}
}

func testSingleRequest(v *visit, option string) {
	{
		s := v.nameServer(laboratory.Zone("test", "host A 198.51.100.10"))
		busy := make(chan struct{}, 1)
		lost := 0
		s.Fault("host.test", func(x *laboratory.DNSExchange) {
			select {
			case busy <- struct{}{}:
				time.Sleep(100 * time.Millisecond)
				<-busy
			default:
				lost++
				laboratory.Drop(x)
			}
		})
		v.write("/etc/resolv.conf", fmt.Sprintf("nameserver 127.0.0.2\noptions %s timeout:30\n", option))
		if o := v.run("getent", "ahosts", "host.test"); !strings.HasPrefix(o.out, "198.51.100.10 ") || lost > 0 {
			v.t.Errorf("%s: libc: %+v, %d lost", option, o, lost)
		}
		v.sshConfig("Host *\n\tProxyCommand rdnsproxy --policy off %h %p\n")
		if o := v.ssh("host.test", "echo hello"); o != (outcome{"hello\n", "", 0}) || lost > 0 {
			v.t.Errorf("%s: %+v, %d lost", option, o, lost)
		}
	}
}

// TestResolverEnvironment: LOCALDOMAIN, RES_OPTIONS and HOSTALIASES affect libc, and so
// must affect the lookups that replace ssh's own.
func TestResolverEnvironment(t *testing.T) {
	v := newVisit(t)
	v.nameServer(laboratory.Zone("test", "host A 198.51.100.10", "a.b A 198.51.100.11"), laboratory.Zone("b", "a A 198.51.100.18"))
	v.write(home+"/aliases", "other elsewhere\nWEB\thost.test rest\nweb a.b\nshort\nlate host.test\n")
	const fromFile = "nameserver 127.0.0.2\nsearch other.test\n"
	for _, tt := range []struct {
		host, resolvConf, want string
		env                    []string
	}{
		{"host", fromFile, "", nil},
		{"host", fromFile, "198.51.100.10", []string{"LOCALDOMAIN=test"}},
		{"host", fromFile, "198.51.100.10", []string{"LOCALDOMAIN=none.test\ttest"}},
		{"host", "nameserver 127.0.0.2\nsearch test\n", "", []string{"LOCALDOMAIN="}},
		{"a.b", "nameserver 127.0.0.2\nsearch test\n", "198.51.100.18", nil},
		{"a.b", "nameserver 127.0.0.2\nsearch test\n", "198.51.100.11", []string{"RES_OPTIONS=timeout:3 ndots:2"}},
		{"a.b", "nameserver 127.0.0.2\nsearch test\noptions ndots:2\n", "198.51.100.18", []string{"RES_OPTIONS=ndots:1"}},
		{"web", fromFile, "198.51.100.10", []string{"HOSTALIASES=" + home + "/aliases"}},
		{"late", fromFile, "198.51.100.10", []string{"HOSTALIASES=" + home + "/aliases"}},
		{"web", fromFile, "", []string{"HOSTALIASES=" + home + "/none"}},
		{"web.", fromFile, "", []string{"HOSTALIASES=" + home + "/aliases"}},
	} {
		t.Run(tt.host+" "+strings.Join(tt.env, " "), func(t *testing.T) {
			v.write("/etc/resolv.conf", tt.resolvConf)
			run := func(argv ...string) outcome {
				cmd := v.command(argv...)
				cmd.Env = append(cmd.Env, tt.env...)
				return v.finish(cmd, nil)
			}
			libc, _, _ := strings.Cut(run("getent", "ahosts", tt.host).out, " ")
			if libc != tt.want {
				t.Errorf("unexpected of libc: %q, want %q", libc, tt.want)
			}
			if o := run("rdnsproxy", "check", tt.host); strings.Contains(o.out, "198.51.100.") != (tt.want != "") || !strings.Contains(o.out, tt.want) {
				t.Errorf("want %q:\n%s", tt.want, o.out)
			}
			if o := run("ssh", tt.host, "echo hello"); (o.out == "hello\n") != (tt.want != "") {
				t.Errorf("ssh: %+v", o)
			}
		})
	}
}
