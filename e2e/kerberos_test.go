//go:build linux && kerberos

package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	laboratory "rdnsproxy/internal/lab"
)

// ticket is a ticket that check foresees.
type ticket struct {
	Principal, From, Given, Address string
	GivenBy                         string `json:"given_by"`
	Try                             int
}

// situation is a configuration, and the principals that ssh asks the KDC for there.
type situation struct {
	name string
	host string // as the user types it

	libdefaults string // of krb5.conf
	domainRealm string
	ssh         string // of ~/.ssh/config
	resolv      string // beside the nameserver
	hostsFile   string

	asked   []string // by ssh, in this order; a name alone is that of host/NAME@EXAMPLE.COM
	other   []string // that check foresees too, because an order of DNS decides
	login   bool     // it is one of the principals that the server has the keys of
	libc    bool     // its release decides whether it is one of asked or of other
	advised bool     // check has something to advise; where this is not set it may
	moved   bool     // the KDC refers to another realm, of which this machine's files say nothing
}

const (
	trust     = "Host *\n\tGSSAPITrustDns yes\n"
	noRDNS    = "rdns = false\n"
	noDNS     = "dns_canonicalize_hostname = false\n"
	fallback  = "dns_canonicalize_hostname = fallback\n"
	ourSearch = "search example.com example.net\n"
)

// The principals that the KDC has, and the server keys of.
var kerberosHosts = []string{
	"host/exact.example.com", "host/cloud.example.com", "host/host-11.cloud.example.net", "host/mail.example.net",
	"host/real.example.com", "host/mapped.example.com@CORP.TEST", "host/web.referred.example.com@CORP.TEST",
}

var situations = []situation{
	// What DNS has.
	{name: "exact", host: "exact.example.com", asked: []string{"exact.example.com"}, login: true},
	{name: "in capitals", host: "EXACT.Example.COM", asked: []string{"exact.example.com"}, login: true},
	{name: "a final dot", host: "exact.example.com.", asked: []string{"exact.example.com"}, login: true},
	{name: "a final dot, without DNS", host: "exact.example.com.", libdefaults: noDNS, asked: []string{"exact.example.com"}, login: true},
	{name: "another name that resolves back", host: "cloud.example.com", asked: []string{"host-11.cloud.example.net"}, login: true, advised: true},
	{name: "a name that resolves elsewhere", host: "mismatch.example.com", asked: []string{"mail.example.net"}, login: true},
	{name: "a name that does not exist", host: "dead.example.com", asked: []string{"old.example.net"}, advised: true},
	{name: "no name", host: "missing.example.com", asked: []string{"missing.example.com"}},
	{name: "a name that is not a host name", host: "malformed.example.com", asked: []string{"malformed.example.com"}},
	{name: "a name that reads as an address", host: "numeric.example.com", asked: []string{"10.1"}},
	{name: "two names", host: "several.example.com", asked: []string{"other.example.net"}, other: []string{"several.example.com"}, advised: true},
	{name: "two names, the first of which is not a host name", host: "odd.example.com", asked: []string{"odd.example.com"},
		other: []string{"real.example.com"}, libc: true},
	{name: "a name in capitals", host: "capitals.example.com", asked: []string{"real.example.com"}, login: true},
	{name: "the root as a name", host: "root.example.com", asked: []string{""}},
	{name: "a reverse zone that is refused", host: "private.example.com", asked: []string{"private.example.com"}},
	{name: "a reverse zone that fails", host: "fails.example.com", asked: []string{"fails.example.com"}},
	{name: "a reverse zone by RFC 2317", host: "delegated.example.com", asked: []string{"delegated.example.net"}},
	{name: "a CNAME and no name", host: "alias-missing.example.com", asked: []string{"missing.example.com"}},
	{name: "a CNAME and another name", host: "alias-cloud.example.com", asked: []string{"host-11.cloud.example.net"}, login: true},
	{name: "two addresses", host: "two.example.com", asked: []string{"two-a.example.com"}, other: []string{"two-b.example.com"}},
	{name: "both families", host: "dual.example.com", asked: []string{"dual6.example.com"}, other: []string{"dual4.example.com"}},
	{name: "both families, and ssh uses one", host: "dual.example.com", ssh: "Host *\n\tAddressFamily inet\n",
		asked: []string{"dual6.example.com"}, other: []string{"dual4.example.com"}},
	{name: "both families, rdns off", host: "dual.example.com", libdefaults: noRDNS, asked: []string{"dual.example.com"}},

	// krb5.conf.
	{name: "rdns off", host: "cloud.example.com", libdefaults: noRDNS, asked: []string{"cloud.example.com"}, login: true},
	{name: "rdns off by another word", host: "cloud.example.com", libdefaults: "rdns = OFF\n", asked: []string{"cloud.example.com"}, login: true},
	{name: "rdns is not a boolean", host: "cloud.example.com", libdefaults: "rdns = never\n", asked: []string{"host-11.cloud.example.net"}, login: true},
	{name: "rdns off, and a CNAME", host: "alias-cloud.example.com", libdefaults: noRDNS, asked: []string{"cloud.example.com"}, login: true},
	{name: "no canonical names, and a CNAME", host: "alias-cloud.example.com", libdefaults: noDNS, asked: []string{"alias-cloud.example.com"}},
	{name: "no canonical names", host: "cloud.example.com", libdefaults: noDNS, asked: []string{"cloud.example.com"}, login: true},
	{name: "fallback, the KDC knows the name", host: "cloud.example.com", libdefaults: fallback,
		asked: []string{"cloud.example.com"}, other: []string{"host-11.cloud.example.net"}, login: true},
	{name: "fallback, it knows the reverse name", host: "mismatch.example.com", libdefaults: fallback,
		asked: []string{"mismatch.example.com", "mail.example.net"}, login: true},
	{name: "fallback, it knows neither", host: "dead.example.com", libdefaults: fallback,
		asked: []string{"dead.example.com", "old.example.net"}},
	{name: "fallback, rdns off, and a CNAME", host: "alias-cloud.example.com", libdefaults: fallback + noRDNS,
		asked: []string{"alias-cloud.example.com", "cloud.example.com"}, login: true},
	{name: "fallback, the same name", host: "missing.example.com", libdefaults: fallback, asked: []string{"missing.example.com"}},

	// Short names.
	{name: "short, with a search list", host: "exact", resolv: ourSearch, asked: []string{"exact.example.com"}, login: true},
	{name: "short, rdns off", host: "cloud", resolv: ourSearch, libdefaults: noRDNS, asked: []string{"cloud.example.com"}, login: true},
	{name: "short, in the second domain", host: "mail", resolv: ourSearch, libdefaults: noRDNS, asked: []string{"mail.example.net"}, login: true},
	{name: "short, in the second domain, without DNS", host: "mail", resolv: ourSearch, libdefaults: noDNS, asked: []string{"mail.example.com"}},
	{name: "short, without DNS, with a domain", host: "mail", resolv: ourSearch, libdefaults: noDNS + "qualify_shortname = example.net\n",
		asked: []string{"mail.example.net"}, login: true},
	{name: "short, without DNS, without a domain", host: "mail", resolv: ourSearch, libdefaults: noDNS + "qualify_shortname = \"\"\n",
		asked: []string{"mail"}},
	{name: "short, fallback", host: "mail", resolv: ourSearch, libdefaults: fallback,
		asked: []string{"mail.example.com", "mail.example.net"}, login: true},
	{name: "short, and a final dot, without DNS", host: "mail.", resolv: ourSearch, libdefaults: noDNS,
		ssh: "Host mail.\n\tProxyCommand rdnsproxy mail.example.net %p\n", asked: []string{"mail"}},
	{name: "two labels, with a search list", host: "host-11.cloud", resolv: ourSearch, asked: []string{"host-11.cloud.example.net"}, login: true},
	{name: "two labels, with a search list, without DNS", host: "host-11.cloud", resolv: ourSearch, libdefaults: noDNS,
		asked: []string{"host-11.cloud"}},
	{name: "short, without a search list", host: "localhost", libdefaults: noDNS, asked: []string{"localhost"}},

	// Addresses.
	{name: "an address", host: "198.51.100.11", asked: []string{"host-11.cloud.example.net"}, login: true},
	{name: "an address, rdns off", host: "198.51.100.11", libdefaults: noRDNS, asked: []string{"198.51.100.11"}},
	{name: "an address without a name", host: "198.51.100.13", asked: []string{"198.51.100.13"}},
	{name: "an address of IPv6", host: "2001:db8::20", asked: []string{"dual6.example.com"}},
	{name: "an address in another spelling", host: "198.51.25611", asked: []string{"host-11.cloud.example.net"}, login: true},
	{name: "an address in another spelling, without DNS", host: "198.51.25611", libdefaults: noDNS, asked: []string{"198.51.100.11"}},
	{name: "an address of IPv4 as one of IPv6", host: "::ffff:198.51.100.11", asked: []string{"host-11.cloud.example.net"}, login: true},
	{name: "an address of IPv6, without DNS", host: "2001:db8::20", resolv: ourSearch, libdefaults: noDNS,
		asked: []string{"2001:db8::20.example.com"}},

	// The hosts file.
	{name: "a hosts line", host: "dead.example.com", hostsFile: "198.51.100.15 dead.example.com\n", asked: []string{"dead.example.com"}},
	{name: "a hosts line, the second name", host: "web", hostsFile: "198.51.100.13 real.example.com web\n",
		asked: []string{"real.example.com"}, login: true},
	{name: "localhost", host: "localhost", asked: []string{"localhost"}},
	{name: "hosts lines of both families", host: "web", libdefaults: noRDNS,
		hostsFile: "198.51.100.13 real.example.com web\n2001:db8::20 real6.example.com web\n", asked: []string{"real.example.com"}, login: true},
	{name: "hosts lines of both families, the other way round", host: "web", libdefaults: noRDNS,
		hostsFile: "2001:db8::20 real6.example.com web\n198.51.100.13 real.example.com web\n", asked: []string{"real6.example.com"}},
	{name: "a hosts line, the second name, rdns off", host: "web", libdefaults: noRDNS,
		hostsFile: "198.51.100.11 real.example.com web\n", asked: []string{"real.example.com"}, login: true},
	{name: "a hosts line that begins with a short name", host: "web.example.com", resolv: ourSearch,
		hostsFile: "198.51.100.13 web web.example.com\n", asked: []string{"web"}},
	{name: "a hosts line for the reverse name alone", host: "cloud.example.com", hostsFile: "198.51.100.11 Real.Example.com\n",
		asked: []string{"real.example.com"}, login: true},

	// ssh's configuration.
	{name: "HostName", host: "nick", ssh: "Host nick\n\tHostName cloud.example.com\n", libdefaults: noDNS,
		asked: []string{"cloud.example.com"}, login: true},
	{name: "HostKeyAlias does not matter", host: "exact.example.com", ssh: "Host *\n\tHostKeyAlias other.example.net\n",
		asked: []string{"exact.example.com"}, login: true},
	{name: "CanonicalizeHostname", host: "mail", libdefaults: noDNS,
		ssh:   "CanonicalizeHostname yes\nCanonicalDomains example.org example.net\n",
		asked: []string{"mail.example.net"}, login: true},
	{name: "CanonicalizePermittedCNAMEs", host: "alias-cloud.example.com", libdefaults: noDNS,
		ssh:   "CanonicalizeHostname yes\nCanonicalizeMaxDots 3\nCanonicalDomains example.com\nCanonicalizePermittedCNAMEs *:*\n",
		asked: []string{"cloud.example.com"}, login: true},
	{name: "GSSAPIServerIdentity", host: "missing.example.com", ssh: "Host *\n\tGSSAPIServerIdentity mail.example.net\n",
		asked: []string{"mail.example.net"}, login: true},
	{name: "GSSAPIServerIdentity, a name without an address", host: "exact.example.com",
		ssh: "Host *\n\tGSSAPIServerIdentity Gone.example.net\n", asked: []string{"gone.example.net"}},
	{name: "GSSAPIServerIdentity, short", host: "exact.example.com", resolv: ourSearch, libdefaults: noDNS + "qualify_shortname = example.net\n",
		ssh: "Host *\n\tGSSAPIServerIdentity mail\n", asked: []string{"mail.example.net"}, login: true},
	{name: "GSSAPIServerIdentity is canonicalized too", host: "missing.example.com",
		ssh: "Host *\n\tGSSAPIServerIdentity cloud.example.com\n", asked: []string{"host-11.cloud.example.net"}, login: true},
	{name: "GSSAPIServerIdentity, rdns off", host: "missing.example.com", libdefaults: noRDNS,
		ssh: "Host *\n\tGSSAPIServerIdentity cloud.example.com\n", asked: []string{"cloud.example.com"}, login: true},
	{name: "GSSAPIKeyExchange alone", host: "cloud.example.com",
		ssh: "Host *\n\tGSSAPIKeyExchange yes\n\tGSSAPIAuthentication no\n", asked: []string{"host-11.cloud.example.net"}},
	{name: "neither", host: "cloud.example.com", ssh: "Host *\n\tGSSAPIAuthentication no\n"},
	{name: "GSSAPITrustDns", host: "cloud.example.com", libdefaults: noDNS, ssh: trust,
		asked: []string{"host-11.cloud.example.net"}, login: true},
	{name: "GSSAPITrustDns, a name that does not exist", host: "dead.example.com", libdefaults: noDNS, ssh: trust,
		asked: []string{"198.51.100.15"}},
	{name: "GSSAPITrustDns, the same, rdns on", host: "dead.example.com", ssh: trust, asked: []string{"old.example.net"}, advised: true},
	{name: "GSSAPITrustDns, a name that resolves elsewhere, rdns off", host: "mismatch.example.com", libdefaults: noRDNS, ssh: trust,
		asked: []string{"198.51.100.18"}},
	{name: "GSSAPITrustDns, a name that reads as an address", host: "numeric.example.com", libdefaults: noRDNS, ssh: trust,
		asked: []string{"198.51.100.17"}},
	{name: "GSSAPITrustDns, a name with a CNAME, rdns off", host: "through.example.com", libdefaults: noRDNS, ssh: trust,
		asked: []string{"real.example.com"}, login: true},
	{name: "GSSAPITrustDns, two names", host: "several.example.com", libdefaults: noDNS, ssh: trust,
		asked: []string{"other.example.net"}, other: []string{"several.example.com"}},
	{name: "GSSAPITrustDns, two addresses", host: "two.example.com", libdefaults: noRDNS, ssh: trust,
		asked: []string{"two-a.example.com"}, other: []string{"two-b.example.com"}},
	{name: "GSSAPITrustDns behind the relay", host: "cloud.example.com", libdefaults: noDNS, ssh: trust + plainly,
		asked: []string{"cloud.example.com"}, login: true},
	{name: "GSSAPITrustDns, and the relay passes the connection", host: "cloud.example.com", libdefaults: noDNS,
		ssh:   trust + "Host *\n\tProxyUseFdpass yes\n\tProxyCommand rdnsproxy --fdpass %h %p\n",
		asked: []string{"host-11.cloud.example.net"}, login: true},
	{name: "behind the relay", host: "cloud.example.com", ssh: plainly, asked: []string{"host-11.cloud.example.net"}, login: true},
	{name: "behind the relay, rdns off", host: "alias-cloud.example.com", libdefaults: noRDNS, ssh: plainly,
		asked: []string{"cloud.example.com"}, login: true},

	// Realms.
	{name: "the host's realm", host: "mapped.example.com", domainRealm: "mapped.example.com = CORP.TEST\n",
		asked: []string{"mapped.example.com@CORP.TEST"}, login: true},
	{name: "the domain's realm", host: "mapped.example.com", domainRealm: ".example.com = CORP.TEST\n",
		asked: []string{"mapped.example.com@CORP.TEST"}, login: true},
	{name: "the domain's realm, without a dot", host: "mapped.example.com", domainRealm: "example.com = CORP.TEST\n",
		asked: []string{"mapped.example.com@CORP.TEST"}, login: true},
	{name: "a realm in capitals", host: "exact.example.com", domainRealm: "EXACT.example.com = CORP.TEST\n",
		asked: []string{"exact.example.com"}, login: true},
	{name: "the realm of a completed name", host: "mapped", resolv: ourSearch, libdefaults: noDNS, domainRealm: ".example.com = CORP.TEST\n",
		asked: []string{"mapped.example.com@CORP.TEST"}, login: true},
	{name: "the realm of the reverse name's domain", host: "cloud.example.com",
		domainRealm: ".example.com = CORP.TEST\n.example.net = EXAMPLE.COM\n", asked: []string{"host-11.cloud.example.net"}, login: true},
	{name: "addresses have no realm", host: "198.51.100.11", libdefaults: noRDNS, domainRealm: ".100.11 = CORP.TEST\n",
		asked: []string{"198.51.100.11"}},
	{name: "the KDC refers to another realm", host: "web.referred.example.com",
		asked: []string{"web.referred.example.com@CORP.TEST"}, login: true, moved: true},
}

// TestKerberos: the principals that check foresees are those that the KDC is asked for by
// the real ssh with MIT's library, also after its advice was followed.
func TestKerberos(t *testing.T) {
	v := newVisit(t)
	server := v.nameServer(
		laboratory.Zone("example.com", "exact A 198.51.100.10", "cloud A 198.51.100.11", "missing A 198.51.100.13",
			"mismatch A 198.51.100.18", "dead A 198.51.100.15", "malformed A 198.51.100.19", "numeric A 198.51.100.17",
			"several A 198.51.100.22", "alias-missing CNAME missing", "alias-cloud CNAME cloud",
			"two A 198.51.100.21", "two A 198.51.100.23", "two-a A 198.51.100.21", "two-b A 198.51.100.23",
			"dual A 198.51.100.20", "dual AAAA 2001:db8::20", "dual4 A 198.51.100.20", "dual6 AAAA 2001:db8::20",
			"mapped A 198.51.100.13", "web.referred A 198.51.100.13",
			"odd A 140.99.28.179", "capitals A 10.0.0.12", "root AAAA 2001:db8::18", "private A 192.168.1.243",
			"fails A 203.0.113.14", "delegated AAAA 2001:db8::10", "through A 203.0.113.30", "real A 203.0.113.30"),
		laboratory.Zone("example.net", "host-11.cloud A 198.51.100.11", "mail A 198.51.100.77", "other A 198.51.100.22",
			"through CNAME real.example.com.", "ten.rev PTR delegated.example.net.", "delegated AAAA 2001:db8::10"),
		laboratory.Zone("100.51.198.in-addr.arpa", "10 PTR exact.example.com.", "11 PTR host-11.cloud.example.net.",
			"15 PTR old.example.net.", `19 PTR a\032b.example.com.`, "17 PTR 10.1.", "18 PTR mail.example.net.",
			"20 PTR dual4.example.com.", "21 PTR two-a.example.com.", "23 PTR two-b.example.com.",
			"22 PTR other.example.net.", "22 PTR several.example.com.", "77 PTR mail.example.net."),
		laboratory.Zone("113.0.203.in-addr.arpa", "30 PTR through.example.net."),
		laboratory.Zone("10.in-addr.arpa", "12.0.0 PTR REAL.Example.COM."),
		laboratory.Zone("28.99.140.in-addr.arpa", `179 PTR a\032b.example.com.`, "179 PTR real.example.com."),
		laboratory.Zone("8.b.d.0.1.0.0.2.ip6.arpa", v6("20")+" PTR dual6.example.com.", v6("18")+" PTR .",
			v6("10")+" CNAME ten.rev.example.net."),
		laboratory.Zone("example.org"),
	)
	server.Fault("14.113.0.203.in-addr.arpa", laboratory.ServFail)
	k := v.startKDC(kerberosHosts)
	for _, s := range situations {
		t.Run(s.name, func(t *testing.T) {
			s.configure(k, "", "")
			r := s.check(t, k)
			s.compare(t, k, r.Kerberos)
			s.follow(t, k, r)
		})
	}
}

// v6 is the owner, below 8.b.d.0.1.0.0.2.ip6.arpa, of the names of 2001:db8::XY.
func v6(xy string) string { return xy[1:] + "." + xy[:1] + strings.Repeat(".0", 22) }

// configure writes the files of a situation, with lines before the others.
func (s situation) configure(k *kdc, ssh, libdefaults string) {
	k.v.write("/etc/hosts", pristine["hosts"]+s.hostsFile)
	k.v.write("/etc/resolv.conf", "nameserver 127.0.0.2\n"+s.resolv)
	k.v.sshConfig(ssh + s.ssh + "Host *\n\tPort " + sshdGSSAPI + "\n\tGSSAPIAuthentication yes\n\tStrictHostKeyChecking no\n")
	k.configure(libdefaults+s.libdefaults, s.domainRealm)
}

// checked is what check says about a host.
type checked struct {
	Kerberos []ticket
	Findings []struct {
		Advice []struct{ Code, Text, Line string }
	}
}

func (s situation) check(t *testing.T, k *kdc) checked {
	t.Helper()
	o := k.v.run("rdnsproxy", "check", "--dns-only", "--format", "json", s.host)
	var rs []checked
	if err := json.Unmarshal([]byte(o.out), &rs); err != nil || len(rs) != 1 {
		t.Fatalf("%v\n%+v", err, o)
	}
	return rs[0]
}

// follow does what check advises, and then Kerberos asks for the principal that check has
// promised.
func (s situation) follow(t *testing.T, k *kdc, r checked) {
	t.Helper()
	var ssh, libdefaults, promised string
	for _, f := range r.Findings {
		for _, a := range f.Advice {
			switch a.Code {
			case "gssapi-trustdns":
				ssh = "Host *\n\t" + a.Line + "\n"
			case "krb5-rdns":
				libdefaults = a.Line + "\n"
				_, promised, _ = strings.Cut(a.Text, "principal is ")
				promised, _, _ = strings.Cut(promised, ",")
			}
		}
	}
	if promised == "" {
		if s.advised {
			t.Error("check advises nothing")
		}
		return
	}
	s.configure(k, ssh, libdefaults)
	if asked, _ := k.login(s.host, "true"); len(asked) == 0 || !strings.HasPrefix(asked[0], promised+"@") {
		t.Errorf("check promised %s with %q and %q: the KDC was asked for %q", promised, ssh, libdefaults, asked)
	}
	if again := s.check(t, k); len(again.Kerberos) != 1 || !strings.HasPrefix(again.Kerberos[0].Principal, promised+"@") {
		t.Errorf("check promised %s, and then foresees %+v", promised, again.Kerberos)
	}
}

// compare compares what check foresees with what the KDC is asked for.
func (s situation) compare(t *testing.T, k *kdc, tickets []ticket) {
	t.Helper()
	asked, login := k.login(s.host, "echo there")

	want := principals(s.asked)
	if s.libc && slices.Equal(asked, principals(s.other)) {
		want = principals(s.other)
	}
	if !slices.Equal(asked, want) {
		t.Errorf("the KDC was asked for %q, want %q", asked, want)
	}
	if !s.libc && s.login != (login.out == "there\n") {
		t.Errorf("login: %+v", login)
	}
	var foreseen []string
	for _, f := range tickets {
		foreseen = append(foreseen, f.Principal)
		if s.moved { // the first realm is the ticket's own
			foreseen[len(foreseen)-1] = strings.Replace(f.Principal, "@EXAMPLE.COM", "@CORP.TEST", 1)
		}
	}
	all := principals(append(slices.Clone(s.asked), s.other...))
	if !slices.Equal(slices.Sorted(slices.Values(foreseen)), slices.Sorted(slices.Values(all))) {
		t.Errorf("check foresees %+v, want %q", tickets, all)
	}
	// Those that were asked for are foreseen in that order, one of each try.
	for i, p := range asked {
		at := slices.Index(foreseen, p)
		if at < 0 || tickets[at].Try != i+1 {
			t.Errorf("%s is number %d: %+v", p, i+1, tickets)
		}
	}
}

// principals are host/NAME@EXAMPLE.COM of names, unless they have a realm.
func principals(names []string) (all []string) {
	for _, n := range names {
		if !strings.Contains(n, "@") {
			n += "@EXAMPLE.COM"
		}
		all = append(all, "host/"+n)
	}
	return all
}

// TestKerberosMessages: what docs/kerberos.md quotes of ssh -v, if the KDC does not know the
// principal. Of a host in another domain it names that domain, taken for a realm.
func TestKerberosMessages(t *testing.T) {
	v := newVisit(t)
	v.nameServer(laboratory.Zone("example.com", "missing A 198.51.100.13", "dead A 198.51.100.15"),
		laboratory.Zone("100.51.198.in-addr.arpa", "15 PTR old.cloud.test."), laboratory.Zone("test"))
	k := v.startKDC(nil)
	v.sshConfig("Host *\n\tGSSAPIAuthentication yes\n")
	for host, want := range map[string]string{
		"missing.example.com": "Server host/missing.example.com@EXAMPLE.COM not found in Kerberos database",
		"dead.example.com":    "Server krbtgt/CLOUD.TEST@EXAMPLE.COM not found in Kerberos database",
	} {
		asked, o := k.login("-v", host, "true")
		if len(asked) != 1 || o.status != 255 || !strings.Contains(o.err, want) {
			t.Errorf("%s: the KDC was asked for %q\n%+v", host, asked, o)
		}
	}
}
