//go:build linux && exporter

package e2e

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

// TestExporterSystemd: a real systemd runs rdnsproxy-exporter.service, with all its
// restrictions: it listens for it, hands it the files for TLS, and reloads it.
func TestExporterSystemd(t *testing.T) {
	const unit = "rdnsproxy-exporter.service"
	v := newVisit(t)
	dir := home + "/units"
	v.units(dir)
	locked := v.content(dir + "/" + unit + ".d/tls.conf")
	v.must(os.RemoveAll(dir + "/" + unit + ".d"))
	m := v.boot(dir)
	etc := m.path("/etc/rdnsproxy_exporter")
	v.must(os.MkdirAll(etc, 0o755))
	modules := strings.ReplaceAll(v.example("modules.yml"), "192.0.2.0", "198.51.100.0")
	v.write(etc+"/modules.yml", modules)
	v.write(m.path("/etc/ssh/ssh_known_hosts"), "exact.example.com "+v.content(lab+"/hostkey.pub"))

	if o := m.run("systemctl", "enable", "--now", "rdnsproxy-exporter.socket"); o.status != 0 {
		t.Fatalf("%+v", o)
	}
	if state := m.property(unit, "ActiveState"); state != "inactive" {
		t.Errorf("before anybody asks it is %s", state)
	}
	probe := func(module, want string) {
		t.Helper()
		status, said := v.get("http://" + exporterAddress + "/probe?target=exact.example.com&module=" + module)
		if status != http.StatusOK || !strings.Contains(said, want) {
			t.Errorf("%s: %d %s\n%s", module, status, said, m.run("journalctl", "--no-pager", "-u", unit).out)
		}
	}
	probe("dns_only", `rdnsproxy_check_verdict{address="198.51.100.10",verdict="exact"} 1`)
	probe("hostkeys", `rdnsproxy_check_hostkeys{address="198.51.100.10",status="known"} 1`)
	if state := m.property(unit, "ActiveState"); state != "active" {
		t.Errorf("it is %s", state)
	}

	v.write(etc+"/modules.yml", strings.Replace(modules, "fail_on:", "fail_no:", 1))
	m.run("systemctl", "reload", unit)
	v.eventually("the refusal is logged", func() bool {
		return strings.Contains(m.run("journalctl", "--no-pager", "-u", unit).out, "unknown key")
	})
	probe("dns_only", "probe_success 1")
	m.run("systemctl", "stop", "rdnsproxy-exporter.socket", unit)
	if state, result := m.property(unit, "ActiveState"), m.property(unit, "Result"); state != "inactive" || result != "success" {
		t.Errorf("stopped it is %s, %s", state, result)
	}

	// Only root can read the files for TLS. The service can, because systemd hands them to it.
	v.write(etc+"/modules.yml", modules)
	v.webConfig(etc)
	for _, file := range []string{"web-config.yml", "exporter.key", "exporter.crt"} {
		v.must(os.Chmod(etc+"/"+file, 0o600))
	}
	m.dropIn(unit, "tls", locked)
	m.run("systemctl", "start", "rdnsproxy-exporter.socket")
	v.locked(etc + "/exporter.crt")
}
