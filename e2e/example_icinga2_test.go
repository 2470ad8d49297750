//go:build linux && monitors

package e2e

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
)

const icingaDir = "/var/lib/icinga2"

// icinga2Conf is Icinga with its API, and hosts that say what examples/icinga2 looks at.
const icinga2Conf = `
include <itl>
include "rdnsproxy.conf"
object CheckerComponent "checker" {}
object ApiListener "api" { bind_host = "127.0.0.1" }
object ApiUser "test" { password = "not a secret", permissions = [ "*" ] }
object Endpoint NodeName {}
object Zone NodeName { endpoints = [ NodeName ] }
object Host "my" {
	check_command = "passive"
	enable_active_checks = false
	vars.rdnsproxy_target = "my.example.com"
	vars.rdnsproxy_hostkeys = true
}
object Host "monitor" {
	check_command = "passive"
	enable_active_checks = false
	vars.rdnsproxy_lists["our hosts"] = "/etc/rdnsproxy/hosts"
	vars.rdnsproxy_hosts_file = true
}
`

// TestMonitorIcinga: Icinga finds nothing wrong with examples/icinga2/rdnsproxy.conf, runs it,
// and its API says what happens to a host, with its performance data.
func TestMonitorIcinga(t *testing.T) {
	v := newVisit(t)
	steps := v.monitored()
	v.write("/etc/passwd", accounts["passwd"]+"nagios:x:108:108::/var/lib/nagios:/usr/sbin/nologin\n")
	v.write("/etc/group", accounts["group"]+"nagios:x:108:\n")
	t.Cleanup(func() { v.write("/etc/passwd", accounts["passwd"]); v.write("/etc/group", accounts["group"]) })
	for _, dir := range []string{icingaDir, icingaDir + "/api", icingaDir + "/api/zones", icingaDir + "/api/packages", icingaDir + "/certs",
		"/var/cache/icinga2", "/var/log/icinga2", "/var/spool/icinga2", "/run/icinga2"} {
		v.must(os.MkdirAll(dir, 0o755))
		v.must(os.Chown(dir, 108, 108))
	}
	v.must(do("chown", "-R", "108:108", "/etc/icinga2"))
	if o := v.asRoot("icinga2", "api", "setup", "--cn", "test"); o.status != 0 {
		t.Fatalf("%+v", o)
	}
	dir := v.own("/etc/icinga2/test")
	text := v.content("../examples/icinga2/rdnsproxy.conf")
	v.write(dir+"/rdnsproxy.conf", strings.NewReplacer("/usr/bin/rdnsproxy", program, "check_interval = 1h", "check_interval = 2s", "retry_interval = 5m", "retry_interval = 1s").Replace(text))
	v.write(dir+"/icinga2.conf", "const NodeName = \"test\"\n"+icinga2Conf)
	check := v.asRoot("icinga2", "daemon", "-C", "-c", dir+"/icinga2.conf")
	if check.status != 0 || strings.Contains(check.out+check.err, "warning/") {
		t.Fatalf("%+v", check)
	}
	daemon := v.command("icinga2", "daemon", "-c", dir+"/icinga2.conf")
	daemon.SysProcAttr.Credential = nil
	v.serve(daemon)
	v.must(answers("127.0.0.1:5665"))
	v.watches(steps, v.icingaShows, "my!reverse DNS", "my!reverse DNS and host key", "monitor!reverse DNS of our hosts")

	v.write("/etc/hosts", pristine["hosts"]+"198.51.100.11  my.example.com  # rdnsproxy 2026-11-22 unresolvable\n")
	v.eventually("the stale line", func() bool {
		s := v.icingaShows()["monitor!hosts file"]
		return s.state == 2 && strings.Contains(s.output, "is stale")
	})
}

// icingaShows returns the services that Icinga's API knows, by host!service.
func (v *visit) icingaShows() map[string]service {
	v.t.Helper()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	ask, err := http.NewRequest("GET", "https://127.0.0.1:5665/v1/objects/services", nil)
	v.must(err)
	ask.SetBasicAuth("test", "not a secret")
	answer, err := client.Do(ask)
	v.must(err)
	defer answer.Body.Close()
	var all struct {
		Results []struct {
			Name  string
			Attrs struct {
				State      float64
				LastResult struct {
					Output   string
					Perfdata []any `json:"performance_data"`
				} `json:"last_check_result"`
			}
		}
	}
	v.must(json.NewDecoder(answer.Body).Decode(&all))
	shown := map[string]service{}
	for _, r := range all.Results {
		last := r.Attrs.LastResult
		var perfdata []string
		for _, p := range last.Perfdata {
			perfdata = append(perfdata, fmt.Sprint(p))
		}
		shown[r.Name] = service{int(r.Attrs.State), last.Output, strings.Join(perfdata, " ")}
	}
	return shown
}
