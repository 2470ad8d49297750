package exporter

import (
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/internal/lab"
)

// sshServer is an SSH server on loopback.
func sshServer(t *testing.T) (s *lab.SSHServer, key ssh.PublicKey) {
	t.Helper()
	signer, err := lab.NewHostKey(ssh.KeyAlgoED25519)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = lab.StartSSH(lab.SSH{HostKeys: []ssh.Signer{signer}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, signer.PublicKey()
}

// connecting is a module that connects to names of example.com on the server's port.
func connecting(to netip.AddrPort, more string) string {
	port := to.Port()
	return fmt.Sprintf("modules:\n  ssh:\n    dns_only: false\n    resolver: \"%%s\"\n    hosts_file: none\n"+
		"    allow: [\"*.example.com:%d\", \"127.0.0.0/8:%d\", \"[::1]:%d\"]\n    known_hosts: none\n%s", port, port, port, more)
}

// TestHostKeys: what ssh would say about the key: known, changed, or the one to expect.
func TestHostKeys(t *testing.T) {
	s, key := sshServer(t)
	other, err := lab.NewHostKey(ssh.KeyAlgoED25519)
	if err != nil {
		t.Fatal(err)
	}
	target := fmt.Sprintf("here.example.com:%d", s.Addr().Port())
	know := func(key ssh.PublicKey) string {
		file := filepath.Join(t.TempDir(), "known_hosts")
		line := fmt.Sprintf("[here.example.com]:%d %s", s.Addr().Port(), ssh.MarshalAuthorizedKey(key))
		if err := os.WriteFile(file, []byte(line), 0o600); err != nil {
			t.Fatal(err)
		}
		return "    known_hosts: " + file + "\n"
	}
	expect := func(key ssh.PublicKey) string {
		return fmt.Sprintf("    hostkeys: {\"here.example.com:%d\": %s}\n", s.Addr().Port(), ssh.FingerprintSHA256(key))
	}
	none := "    known_hosts: none\n"
	for _, row := range []struct {
		name, keys, status string
		success            float64
	}{
		{"known", know(key), "known", 1},
		{"changed", know(other.PublicKey()), "changed", 0},
		{"expected", expect(key), "expected", 1},
		{"unexpected", expect(other.PublicKey()), "unknown", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			modules := connecting(s.Addr(), row.keys)
			if strings.Contains(row.keys, "known_hosts") {
				modules = strings.Replace(modules, none, "", 1)
			}
			r := start(t, modules, Options{})
			r.probe(target, "ssh").want(t, map[string]float64{
				"probe_success": row.success,
				`rdnsproxy_check_connect_status{address="127.0.0.1",status="ok"}`:           1,
				`rdnsproxy_check_hostkeys{address="127.0.0.1",status="` + row.status + `"}`: 1,
			})
		})
	}
}

// TestRebinding: names that an attacker controls lead to this machine, by any record, and
// are connected to only if a prefix says so. DNS is asked all the same.
func TestRebinding(t *testing.T) {
	s, _ := sshServer(t)
	port := s.Addr().Port()
	closed := fmt.Sprintf("modules:\n  ssh: {dns_only: false, resolver: \"%%s\", hosts_file: none, known_hosts: none, allow: [\"*:%d\"]}\n", port)
	r := start(t, closed, Options{})
	if err := r.dns.Add("alias.example.com. 60 CNAME here.example.com.", "any.example.com. 60 A 0.0.0.0", "both.example.com. 60 A 192.0.2.1", "both.example.com. 60 A 127.0.0.1"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"here", "here6", "mapped", "alias", "any", "both"} {
		got := r.probe(fmt.Sprintf("%s.example.com:%d", name, port), "ssh")
		if got["probe_success"] != 0 {
			t.Errorf("%s: %v", name, got)
		}
		for sample, value := range got {
			if strings.Contains(sample, `status="ok"`) && strings.Contains(sample, "connect_status") && value != 0 {
				t.Errorf("%s: connected: %s", name, sample)
			}
		}
	}
	if status, text := r.get(fmt.Sprintf("/probe?module=ssh&target=localhost:%d", port)); status == http.StatusOK && strings.Contains(text, `status="ok"} 1`) {
		t.Errorf("%s", text)
	}
	if n := len(s.Visits()); n != 0 {
		t.Errorf("%d connections", n)
	}
	if n := r.metrics()[`rdnsproxy_exporter_addresses_refused_total{module="ssh"}`]; n < 7 {
		t.Errorf("%v counted", n)
	}
}

// TestNotAllowed: what the list does not have is refused, and DNS not asked.
func TestNotAllowed(t *testing.T) {
	s, _ := sshServer(t)
	r := start(t, connecting(s.Addr(), ""), Options{})
	port := s.Addr().Port()
	for _, target := range []string{
		"here.example.com", fmt.Sprintf("here.example.com:%d", port+1), fmt.Sprintf("example.org:%d", port), fmt.Sprintf("192.0.2.1:%d", port),
		"127.0.0.1", fmt.Sprintf("localhost:%d", port),
	} {
		status, text := r.get(probePath(target, "ssh"))
		if status != http.StatusForbidden || !strings.HasPrefix(text, "the module ssh does not allow the target ") || strings.Count(text, "\n") != 1 {
			t.Errorf("%s: %d %s", target, status, text)
		}
	}
	if r.dns.Questions() != 0 || len(s.Visits()) != 0 {
		t.Errorf("%d questions, %d connections", r.dns.Questions(), len(s.Visits()))
	}
	r.metrics().want(t, map[string]float64{`rdnsproxy_exporter_probes_refused_total{reason="not_allowed"}`: 6})
}

// TestOneConnection: names of one server are probed at once by two modules, before and
// after the file is read again, and at no time are there two connections to it.
func TestOneConnection(t *testing.T) {
	s, _ := sshServer(t)
	through := &lab.Gate{To: s.Addr()}
	gate, err := lab.StartTCP("", through.Serve)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { gate.Close() })
	_, second, _ := strings.Cut(connecting(gate.Addr(), ""), "\n")
	r := start(t, connecting(gate.Addr(), "")+strings.Replace(second, "  ssh:", "  ssh2:", 1), Options{})
	var all sync.WaitGroup
	for i := range 8 {
		name := fmt.Sprintf("n%d.example.com", i)
		if err := r.dns.Add(name + ". 60 A 127.0.0.1"); err != nil {
			t.Fatal(err)
		}
		for _, module := range []string{"ssh", "ssh2"} {
			all.Go(func() { r.probe(fmt.Sprintf("%s:%d", name, gate.Addr().Port()), module) })
		}
		if i == 4 {
			all.Go(func() { r.ask(t.Context(), "POST", "/-/reload", nil) })
		}
	}
	all.Wait()
	if n := len(gate.Clients()); n == 0 || n > 9 || through.Most() != 1 {
		t.Errorf("%d connections within a second, %d at once: sshd may lock this machine out", n, through.Most())
	}
}
