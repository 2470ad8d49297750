//go:build linux

package e2e

import (
	"strings"
	"testing"

	dnslab "rdnsproxy/internal/lab"
)

const (
	articleWarning = "rdnsproxy: warning: my.example.com is 192.168.1.243, whose reverse name 192-168-1-243.foo.bar.net does not exist (NXDOMAIN)"
	articleLine    = "192.168.1.243  my.example.com"
)

// The article's first case: the warning with its fix, and silence after the fix.
func TestReverseDNSNotSetUp(t *testing.T) {
	v := newVisit(t)
	screen, status := v.onTerminal("ssh", "my.example.com", "echo hello")
	want := articleWarning + `
rdnsproxy: hint: if you trust this host, add this line to /etc/hosts:
rdnsproxy: hint:   ` + articleLine + `
rdnsproxy: hint: for details, run: rdnsproxy check my.example.com
rdnsproxy: hint: to accept this mapping and silence the warning (no root needed), run: rdnsproxy accept my.example.com
hello
`
	if status != 0 || screen != want {
		t.Errorf("at a terminal: status %d, got\n%swant\n%s", status, screen, want)
	}

	o := v.ssh("my.example.com", "echo hello")
	if want := articleWarning + " (hosts line: " + articleLine + ")\n"; o.err != want || o.out != "hello\n" {
		t.Errorf("without a terminal: stdout %q, stderr %q, want %q", o.out, o.err, want)
	}

	v.write("/etc/hosts", pristine["hosts"]+articleLine+"\n")
	if screen, _ := v.onTerminal("ssh", "my.example.com", "echo hello"); screen != "hello\n" {
		t.Errorf("with the line in the hosts file: %q", screen)
	}
	if o := v.ssh("my.example.com", "echo hello"); o.err != "" {
		t.Errorf("with the line in the hosts file: %q", o.err)
	}
	if got := v.check("my.example.com")[0]; got.Verdict != "exact" || got.Addresses[0].Source != "hosts:/etc/hosts:3" {
		t.Errorf("with the line in the hosts file: %+v", got)
	}
}

// The article's second case, from the server's side: the client's address has a PTR
// record whose name no longer exists.
func TestPTRWithoutValidHost(t *testing.T) {
	v := newVisit(t)
	const complaint = "reverse mapping checking getaddrinfo for 179.cureconsulting.deru.net [140.99.28.179] failed."
	v.ssh("-b", "140.99.28.179", "-p", sshdUseDNS, "exact.example.com", "true")
	v.eventually("sshd's complaint", func() bool { return strings.Contains(v.sshdSaid(sshdUseDNS), complaint+"\n") })

	r := v.check("140.99.28.179")[0]
	if r.Verdict != "unresolvable" || len(r.Addresses) != 1 {
		t.Fatalf("%+v", r)
	}
	a := r.Addresses[0]
	if len(a.PTR) != 1 || a.PTR[0].Name != "179.cureconsulting.deru.net" || a.PTR[0].Status != "nxdomain" || a.PTR[0].Confirmed {
		t.Errorf("%+v", a.PTR)
	}
	if a.Message != complaint {
		t.Errorf("sshd_message %q", a.Message)
	}
	o := v.run("rdnsproxy", "check", "140.99.28.179")
	if o.status != 1 || !strings.Contains(o.out, "179.cureconsulting.deru.net") || !strings.Contains(o.out, "NXDOMAIN") {
		t.Errorf("%+v", o)
	}
}

// An attacker who forges the host's address can give it a reverse name that does not
// exist, as in the article's case: no hosts line is suggested for an address that may
// belong to somebody on the Internet, even if it is one of several.
func TestForgedAddressGetsNoLine(t *testing.T) {
	v := newVisit(t)
	v.dns(dnslab.Zone("example.com", "my A 198.51.100.10", "beside A 192.168.1.243", "beside A 198.51.100.10"),
		dnslab.Zone("100.51.198.in-addr.arpa", "10 PTR 198-51-100-10.foo.bar.net."),
		dnslab.Zone("1.168.192.in-addr.arpa", "243 PTR 192-168-1-243.foo.bar.net."), dnslab.Zone("bar.net"))
	const finding = "rdnsproxy: warning: my.example.com is 198.51.100.10, whose reverse name 198-51-100-10.foo.bar.net does not exist (NXDOMAIN)\n"
	screen, status := v.onTerminal("ssh", "my.example.com", "echo hello")
	want := finding + `rdnsproxy: hint: for details, run: rdnsproxy check my.example.com
rdnsproxy: hint: 'rdnsproxy hosts add my.example.com' verifies the host key, then adds the line
rdnsproxy: hint: to accept this mapping and silence the warning (no root needed), run: rdnsproxy accept my.example.com
hello
`
	if status != 0 || screen != want {
		t.Errorf("at a terminal: status %d, got\n%swant\n%s", status, screen, want)
	}
	if o := v.ssh("my.example.com", "echo hello"); o.err != finding {
		t.Errorf("without a terminal: %q", o.err)
	}
	if o := v.ssh("beside.example.com", "echo hello"); o.err == "" || strings.Contains(o.err, "  beside.example.com") {
		t.Errorf("a private address beside it: %q", o.err)
	}
}
