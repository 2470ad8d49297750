package exporter

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rdnsproxy/internal/lab"
)

// TestKeysWork: what a module says decides what comes of a probe.
func TestKeysWork(t *testing.T) {
	other, err := lab.StartDNS(lab.Zone("example.com", "good 60 A 192.0.2.77"), lab.Zone("2.0.192.in-addr.arpa", "1 60 PTR good.example.com."))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	r := start(t, "modules:\n"+
		"  plain: {resolver: \"%s\", hosts_file: none}\n"+
		"  named: {resolver: \"%s\", hosts_file: none, require_name: true}\n"+
		"  lenient: {resolver: \"%s\", hosts_file: none, require_name: true, fail_on: error}\n"+
		"  six: {resolver: \"%s\", hosts_file: none, family: ipv6}\n"+
		"  compared: {resolver: \"%s\", hosts_file: none, compare: \""+other.Addr().String()+"\", fail_on: notice}\n"+
		"  patient: {resolver: \"%s\", hosts_file: none, check_timeout: 3s, timeout: 300ms}\n"+
		"  hasty: {resolver: \"%s\", hosts_file: none, check_timeout: 500ms}\n", Options{})
	if err := r.dns.Add("alias.example.com. 60 A 192.0.2.1", "both.example.com. 60 A 192.0.2.1", "both.example.com. 60 AAAA 2001:db8::1"); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		target, module string
		want           map[string]float64
	}{
		{"alias.example.com", "plain", map[string]float64{"probe_success": 1, "rdnsproxy_check_severity": 0}},
		{"alias.example.com", "named", map[string]float64{"probe_success": 0, "rdnsproxy_check_severity": 3}},
		{"alias.example.com", "lenient", map[string]float64{"probe_success": 1, "rdnsproxy_check_severity": 3}},
		{"both.example.com", "six", map[string]float64{"rdnsproxy_probe_addresses": 1, `rdnsproxy_check_verdict{address="2001:db8::1",verdict="exact"}`: 0}},
		{"good.example.com", "plain", map[string]float64{"probe_success": 1}},
		{"good.example.com", "compared", map[string]float64{"probe_success": 0}},
	} {
		t.Run(row.module+" "+row.target, func(t *testing.T) { r.probe(row.target, row.module).want(t, row.want) })
	}
	r.dns.Fault("silent.example.com", lab.Drop)
	began := time.Now()
	r.probe("silent.example.com", "patient").want(t, map[string]float64{"probe_success": 0, "rdnsproxy_probe_cut_short": 1, "rdnsproxy_check_severity": 2})
	r.probe("silent.example.com", "hasty").want(t, map[string]float64{"probe_success": 0, "rdnsproxy_probe_cut_short": 0, "rdnsproxy_check_severity": 2})
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("the time limits do not hold: %v", took)
	}
}

// TestPenalty: probes again and again make connections only as far as no sshd locks this
// machine out. The clock stands still, so no penalty decays.
func TestPenalty(t *testing.T) {
	s, _ := sshServer(t)
	_, hasty, _ := strings.Cut(connecting(s.Addr(), "    timeout: 300ms\n"), "\n")
	r := start(t, connecting(s.Addr(), "")+strings.Replace(hasty, "  ssh:", "  hasty:", 1), Options{Contacts: t.TempDir(), Now: newClock().Now})
	connected := 0.0
	for i := range 10 {
		name, module := fmt.Sprintf("n%d.example.com", i), "ssh"
		if err := r.dns.Add(name + ". 60 A 127.0.0.1"); err != nil {
			t.Fatal(err)
		}
		if i == 9 {
			module = "hasty" // it need not wait for long
		}
		connected += r.probe(fmt.Sprintf("%s:%d", name, s.Addr().Port()), module)[`rdnsproxy_check_connect_status{address="127.0.0.1",status="ok"}`]
		r.server.visits.Wait() // who comes before the connection is closed shares what it has shown
	}
	if n := len(s.Visits()); n != 9 || connected != 9 {
		t.Errorf("%d connections, %v told", n, connected)
	}
}
