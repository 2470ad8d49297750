//go:build linux

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"
)

// unbound runs a resolver of Unbound's with these lines below its server clause, and
// gives its address.
func (v *visit) unbound(lines ...string) string {
	v.t.Helper()
	const addr = "127.0.0.1:5399"
	dir := v.t.TempDir()
	config := filepath.Join(dir, "unbound.conf")
	v.must(os.WriteFile(config, []byte("server:\n"+
		"\tinterface: 127.0.0.1@5399\n\tport: 5399\n\tdo-daemonize: no\n\tusername: \"\"\n\tchroot: \"\"\n\tdirectory: \""+dir+"\"\n\tpidfile: \"\"\n\tuse-syslog: no\n"+
		"\t"+strings.Join(lines, "\n\t")+"\n"), 0o600))
	server := exec.Command("unbound", "-d", "-c", config)
	server.Stderr = os.Stderr
	v.must(server.Start())
	v.t.Cleanup(func() {
		server.Process.Kill()
		server.Wait()
	})
	question := new(mdns.Msg).SetQuestion("localhost.", mdns.TypeA)
	for until := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		if _, err := mdns.Exchange(question, addr); err == nil {
			return addr
		} else if time.Now().After(until) {
			v.t.Fatalf("unbound: %v", err)
		}
	}
}

// What a resolver makes up for private ranges has no keeper whom one could ask, and
// what it filters is called that (Pi-hole and AdGuard Home answer so as well).
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
		{"my.example.com", "in the reverse zone: nobody on the internet keeps 10.in-addr.arpa: ask whoever runs your network's resolver for this record, in a zone of your own: 3.2.1.10.in-addr.arpa. PTR my.example.com.", "keeper of 10."},
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
