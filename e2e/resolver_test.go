//go:build linux

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	mdns "github.com/miekg/dns"

	dnslab "rdnsproxy/internal/lab"
)

// unbound runs Unbound with these lines in its server clause and returns its address.
func (v *visit) unbound(lines ...string) string {
	v.t.Helper()
	const addr = "127.0.0.1:5399"
	dir := v.t.TempDir()
	config := filepath.Join(dir, "unbound.conf")
	v.must(os.WriteFile(config, []byte("server:\n"+
		"\tinterface: 127.0.0.1@5399\n\tport: 5399\n\tdo-daemonize: no\n\tusername: \"\"\n\tchroot: \"\"\n\tdirectory: \""+dir+"\"\n\tpidfile: \"\"\n\tuse-syslog: no\n"+
		"\t"+strings.Join(lines, "\n\t")+"\n"), 0o600))
	v.serve(exec.Command("unbound", "-d", "-c", config))
	question := new(mdns.Msg).SetQuestion("localhost.", mdns.TypeA)
	v.eventually("Unbound answers", func() bool {
		_, err := mdns.Exchange(question, addr)
		return err == nil
	})
	return addr
}

// Answers that a resolver makes up for private ranges have no zone operator to ask, and
// filtered names are reported as such (Pi-hole and AdGuard Home answer like this too).
func TestResolversOwnZones(t *testing.T) {
	v := newVisit(t)
	addr := v.unbound(
		`local-zone: "example.com." static`,
		`local-data: "my.example.com. A 10.1.2.3"`,
		`local-data: "by.example.com. A 10.1.2.4"`,
		`local-data-ptr: "10.1.2.3 nosuch.example.com"`,
		`local-data-ptr: "10.1.2.4 x.blocked.test"`,
		`local-zone: "blocked.test." always_null`,
	)

	for _, c := range []struct{ target, says, not string }{
		{"my.example.com", "in the reverse zone: nobody on the internet runs 10.in-addr.arpa: ask whoever runs your network's resolver to add this record, in a zone of your own: 3.2.1.10.in-addr.arpa. PTR my.example.com.", "operator of 10."},
		{"www.blocked.test", "at the resolver: allow www.blocked.test at dns:" + addr + ", which filters it,", "reverse zone"},
		{"by.example.com", "at the resolver: allow x.blocked.test at dns:" + addr + ", which filters it,", "x.blocked.test. A"},
	} {
		o := v.run("rdnsproxy", "check", "--dns-only", "--resolver", addr, "-F", "none", c.target)
		text := strings.Join(strings.Fields(o.out), " ")
		if o.status != 1 || !strings.Contains(text, c.says) || strings.Contains(text, c.not) {
			t.Errorf("%s: want %q and no %q: %+v", c.target, c.says, c.not, o)
		}
	}
}

// If the search list has completed the typed name (ndots:5 and a wildcard, as in
// Kubernetes), the warning shows the full name, and the hosts line has only that: for
// other machines the typed name is a different host.
func TestSearchedName(t *testing.T) {
	v := newVisit(t)
	v.dns(dnslab.Zone("cluster.example", "www.db.svc A 192.168.1.243"), dnslab.Zone("1.168.192.in-addr.arpa", "243 PTR 192-168-1-243.foo.bar.net."), dnslab.Zone("bar.net"), dnslab.Zone("org"))
	v.write("/etc/resolv.conf", "nameserver 127.0.0.99\nsearch svc.cluster.example\noptions ndots:5\n")
	const looked = "www.db.svc.cluster.example"
	o := v.ssh("www.db", "true")
	if want := "rdnsproxy: warning: www.db (looked up as " + looked + ") is 192.168.1.243, whose reverse name 192-168-1-243.foo.bar.net does not exist (NXDOMAIN)"; o.status != 0 || !strings.HasPrefix(o.err, want) ||
		!strings.Contains(o.err, "192.168.1.243  "+looked) || strings.Contains(o.err, "192.168.1.243  "+looked+" ") {
		t.Errorf("want %q and a line: %+v", want, o)
	}
	if o := v.asRoot("rdnsproxy", "hosts", "add", "--yes", "--dns-only", "www.db"); o.status != 0 || !strings.Contains(v.content("/etc/hosts"), "192.168.1.243  "+looked+"  # rdnsproxy ") {
		t.Errorf("%+v", o)
	}
	if o := v.ssh("www.db", "true"); o.status != 0 || o.err != "" {
		t.Errorf("the line does not settle it: %+v", o)
	}
}
