package resolve

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rdnsproxy/internal/lab"
)

// asGetent reports whether this process was started as "getent -s MODULE
// DATABASE KEY"; getentMain then plays getent.
func asGetent() bool { return len(os.Args) == 5 && os.Args[1] == "-s" }

var getentKnows = map[string]string{
	"mdns4_minimal ahosts printer.local": "192.0.2.7       STREAM Printer.local\n192.0.2.7       DGRAM  " +
		"\n2001:db8::7     RAW\nnoise\n\n",
	"mdns4_minimal ahostsv4 printer.local": "192.0.2.7       STREAM printer.local\n",
	"mdns4_minimal ahostsv6 printer.local": "::ffff:192.0.2.7 STREAM printer.local\n",
	"mdns4_minimal hosts 169.254.1.1":      "169.254.1.1     printer.local alias.local\n",
	"sss hosts 192.0.2.9":                  "192.0.2.9       a..b\n",
	"sss ahosts dead.example.com":          "192.0.2.98      STREAM dead.example.com\n",
	"sss ahosts host.example.com":          "192.0.2.99      STREAM host.example.com\n",
	"sss ahosts long.example":              strings.Repeat("192.0.2.5       STREAM long.example\n", 10000),
	"sss ahosts empty.example":             "",
}

func getentMain() int {
	asked := strings.Join(os.Args[2:], " ")
	switch asked {
	case "sss ahosts slow.example":
		time.Sleep(patience)
	case "sss ahosts broken.example":
		return 1
	}
	text, ok := getentKnows[asked]
	if !ok {
		return 2
	}
	fmt.Print(text)
	return 0
}

// throughGetent is a Resolver with an nsswitch.conf of its own.
func throughGetent(t *testing.T, hosts string, servers ...*lab.DNSServer) *Resolver {
	t.Helper()
	r := asking(t, servers...)
	services, err := ParseNSSwitch(strings.NewReader("hosts: " + hosts))
	if err != nil {
		t.Fatal(err)
	}
	r.Config.Services = services
	if r.Getent, err = os.Executable(); err != nil {
		t.Fatal(err)
	}
	r.avahi = startAvahi(t)
	return r
}

// startAvahi listens where a running Avahi would: what it would say is getent's
// matter.
func startAvahi(t *testing.T) string {
	if runtime.GOOS == "windows" {
		t.Skip("there is neither getent nor Avahi")
	}
	path := filepath.Join(t.TempDir(), "socket")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return path
}

func TestModules(t *testing.T) {
	s := hostZone(t)
	s.Fault("dead.example.com", lab.ServFail)
	for _, tt := range []struct {
		nsswitch, host string
		family         Family
		want           Status // of the first family
		addrs          []netip.Addr
		source         string
	}{
		{"files mdns4_minimal [NOTFOUND=return] dns", "printer.local", AnyFamily, OK, addrs("192.0.2.7"),
			"nss:mdns4_minimal"},
		{"files mdns4_minimal [NOTFOUND=return] dns", "printer.local", IPv4, OK, addrs("192.0.2.7"),
			"nss:mdns4_minimal"},
		{"files mdns4_minimal [NOTFOUND=return] dns", "printer.local", IPv6, Refused, nil, ""}, // mdns4 knows no IPv6
		{"mdns4_minimal [NOTFOUND=return] dns", "a.printer.local", AnyFamily, Refused, nil, ""},
		{"mdns4_minimal [UNAVAIL=return] dns", "host.example.com", AnyFamily, NotFound, nil, "builtin"},
		{"myhostname [NOTFOUND=return] dns", "host.example.com", AnyFamily, NotFound, nil, "builtin"},
		{"dns [SUCCESS=continue] sss", "host.example.com", AnyFamily, OK, addrs("192.0.2.99"), "nss:sss"},
		{"sss [SUCCESS=continue] dns", "none.example.com", AnyFamily, NXDomain, nil, ""},
		{"dns [SUCCESS=continue] myhostname", "host.example.com", AnyFamily, NotFound, nil, "builtin"},
		{"dns [SUCCESS=continue]", "host.example.com", AnyFamily, OK, addrs("192.0.2.1"), ""},
		{"sss [SUCCESS=merge] dns", "host.example.com", AnyFamily, NotFound, nil, "builtin"},
		{"sss [NOTFOUND=merge] dns", "none.example.com", AnyFamily, NotFound, nil, "builtin"},
		{"dns [UNAVAIL=return] sss", "dead.example.com", AnyFamily, ServFail, nil, ""},
		{"dns [TRYAGAIN=return] sss", "dead.example.com", AnyFamily, OK, addrs("192.0.2.98"), "nss:sss"},

		{"files mdns4_minimal [NOTFOUND=return] dns", "other.local", AnyFamily, NotFound, nil, "nss:mdns4_minimal"},
		{"mdns4_minimal [NOTFOUND=return] dns", "host.example.com", AnyFamily, OK, addrs("192.0.2.1"), ""},
		{"sss dns", "host.example.com", AnyFamily, OK, addrs("192.0.2.99"), "nss:sss"},
		{"dns sss", "host.example.com", AnyFamily, OK, addrs("192.0.2.1"), ""},
		{"sss dns", "none.example.com", AnyFamily, NXDomain, nil, ""},
		{"sss [NOTFOUND=return] dns", "none.example.com", AnyFamily, NotFound, nil, "nss:sss"},
		{"dns [!UNAVAIL=return] sss", "none.example.com", AnyFamily, NXDomain, nil, ""},
		{"sss", "broken.example", AnyFamily, Skipped, nil, "nss:sss"},
		{"sss", "empty.example", AnyFamily, NotFound, nil, "nss:sss"},
		{"sss", "long.example", AnyFamily, OK, addrs("192.0.2.5"), "nss:sss"},
		{"sss", "-V", AnyFamily, NotFound, nil, "nss:sss"},
		{"sss", "host.onion", AnyFamily, NXDomain, nil, "builtin"},
		{"myhostname", "host.example.com", AnyFamily, NotFound, nil, "builtin"},
	} {
		r := throughGetent(t, tt.nsswitch, s)
		var first Answer
		for a := range r.Addresses(within(t), tt.host, tt.family, System) {
			if first.Question.Type == 0 || a.Status == OK && first.Status != OK {
				first = a
			}
		}
		if first.Status != tt.want || !slices.Equal(first.Addrs, tt.addrs) || tt.source != "" &&
			first.Source.String() != tt.source {
			t.Errorf("%s: %s %d: %+v", tt.nsswitch, tt.host, tt.family, first)
		}
	}
	if n := s.Asked("other.local", 1) + s.Asked("printer.local", 1); n > 0 {
		t.Errorf("DNS was asked for what Avahi knows, or knows that it is not there, %d times", n)
	}
}

// A mdns module that cannot know is unavailable, and what comes after it is asked
// about .local as well: beside nss-mdns's own source.
func TestMDNSUnavailable(t *testing.T) {
	unicast := func(t *testing.T, soa bool) *lab.DNSServer {
		zone := lab.Zone("local", "dc A 192.0.2.10", "a.dc A 192.0.2.11", "printer A 192.0.2.12")
		s := startDNS(t, zone, lab.Zone("2.0.192.in-addr.arpa", "10 PTR dc.local."))
		if !soa {
			s.Fault("local", lab.Refused)
		}
		return s
	}
	const desktop = "files mdns4_minimal [NOTFOUND=return] dns"
	for _, tt := range []struct {
		what, host string
		avahi, soa bool
		want       []netip.Addr
	}{
		{"Avahi is off", "dc.local", false, false, addrs("192.0.2.10")},
		{"three labels", "a.dc.local", true, false, addrs("192.0.2.11")},
		{"DNS has the zone", "dc.local", true, true, addrs("192.0.2.10")},
		{"Avahi does not know it", "dc.local", true, false, nil},
		{"Avahi knows it", "printer.local", true, false, addrs("192.0.2.7")},
	} {
		s := unicast(t, tt.soa)
		r := throughGetent(t, desktop, s)
		if !tt.avahi {
			r.avahi = filepath.Join(t.TempDir(), "none")
		}
		var got []netip.Addr
		for a := range r.Addresses(within(t), tt.host, AnyFamily, System) {
			if a.Status == OK && a.Question.Type == A {
				got = append(got, a.Addrs...)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.what, got, tt.want)
		}
	}
}

// TestModuleNotInstalled: a module that libc cannot load is unavailable, not
// ignorant of the name.
func TestModuleNotInstalled(t *testing.T) {
	s := hostZone(t)
	for hosts, want := range map[string]Status{
		"nonesuch [NOTFOUND=return] dns": OK,
		"nonesuch [UNAVAIL=return] dns":  NotFound,
		"a/../b dns":                     OK,
	} {
		r := throughGetent(t, hosts, s)
		r.Getent = ""
		if a := r.Forward(within(t), "host.example.com", IPv4, System); a.Status != want {
			t.Errorf("%s: %+v", hosts, a)
		}
	}
}

// TestModuleNames holds which names nss-mdns and nss-myhostname look at.
func TestModuleNames(t *testing.T) {
	own, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]bool{
		"a.local": true, "A.LOCAL.": true, "a.b.local": false, "local": false, "alocal": false,
		"a.local.example": false,
	} {
		if mdnsName("mdns4_minimal", host) != want {
			t.Errorf("mdns4_minimal: %s", host)
		}
	}
	const allow = "# all of\n.local # and\nCorp.Example\n"
	for host, want := range map[string]bool{
		"a.b.local": true, "host.corp.example": true, "HOST.CORP.EXAMPLE": true, "corp.example": false,
		"a.local.": false, "example": false,
	} {
		if mdnsAllows(allow, host) != want {
			t.Errorf("mdns.allow: %s", host)
		}
	}
	if !mdnsAllows("*\n", "anything") {
		t.Error("mdns.allow: *")
	}
	for host, want := range map[string]bool{
		own: true, own + ".": true, "LocalHost.LocalDomain": true, "x.localhost": true, "_gateway": true,
		"x.localhost.localdomain.": true,
		"localdomain":              false, "other.example": false,
		strings.ToUpper(own): strings.ToUpper(own) == own,
	} {
		if myHostname(host) != want {
			t.Errorf("myhostname: %s", host)
		}
	}
}

func TestModulesReverse(t *testing.T) {
	s := startDNS(t, lab.Zone("in-addr.arpa", "1.1.254.169 PTR dns.example.", "8.2.0.192 PTR dns.example."))
	for _, tt := range []struct {
		nsswitch, addr string
		want           Status
		source         string
	}{
		{"files mdns4_minimal [NOTFOUND=return] dns", "169.254.1.1", OK, "nss:mdns4_minimal"},
		{"files mdns4_minimal [NOTFOUND=return] dns", "169.254.1.2", NotFound, "nss:mdns4_minimal"},
		{"files mdns4_minimal [NOTFOUND=return] dns", "192.0.2.8", OK, "dns:" + s.Addr().String()},
		{"sss dns", "192.0.2.8", OK, "dns:" + s.Addr().String()},
		{"sss dns", "192.0.2.9", Invalid, "nss:sss"},
		{"files dns", "169.254.1.1", NotFound, "hosts:/etc/hosts"},
		{"files dns", "127.0.0.9", NotFound, "hosts:/etc/hosts"},
		{"myhostname", "192.0.2.8", NotFound, "builtin"},
	} {
		r := throughGetent(t, tt.nsswitch, s)
		if a := r.Reverse(within(t), netip.MustParseAddr(tt.addr), System); a.Status != tt.want ||
			a.Source.String() != tt.source {
			t.Errorf("%s: %s: %+v", tt.nsswitch, tt.addr, a)
		}
	}
}

func TestGetentCancelled(t *testing.T) {
	t.Parallel()
	r := throughGetent(t, "sss")
	ctx, cancel := context.WithTimeout(context.Background(), brief)
	defer cancel()
	start := time.Now()
	for a := range r.Addresses(ctx, "slow.example", AnyFamily, System) {
		if a.Status != Timeout {
			t.Errorf("%+v", a)
		}
	}
	if time.Since(start) > patience/2 {
		t.Error("getent was waited for")
	}
}

func TestGetentMissing(t *testing.T) {
	r := throughGetent(t, "sss dns", hostZone(t))
	r.Getent = filepath.Join(t.TempDir(), "getent")
	if a := r.Forward(within(t), "host.example.com", IPv4, System); a.Status != OK {
		t.Errorf("%+v", a)
	}
}

// systemd-resolved's stub is asked itself, and once: dns after it would ask the
// same server.
func TestResolveModule(t *testing.T) {
	if (&Config{}).stub() || (&Config{Servers: servers("127.0.0.53:53", "192.0.2.1:53")}).stub() {
		t.Error("the stub is mistaken")
	}
	r := throughGetent(t, "resolve [!UNAVAIL=return] dns")
	r.Config.Servers = servers("127.0.0.53:53")
	wire := &silent{}
	r.Wire = wire
	a := r.Forward(within(t), "host.example.com", IPv4, System)
	b := r.Reverse(within(t), netip.MustParseAddr("192.0.2.1"), System)
	if a.Status != Timeout || b.Status != Timeout || a.Source.String() != "dns:127.0.0.53" || wire.asked.Load() != 2 {
		t.Errorf("%+v, %+v, %d questions", a, b, wire.asked.Load())
	}
}

// silent is a server that does not answer.
type silent struct{ asked atomic.Int32 }

func (s *silent) Exchange(context.Context, Server, Question, bool) (Reply, error) {
	s.asked.Add(1)
	return Reply{}, ErrNoReply
}
