//go:build linux && monitors

package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const nagiosDir = home + "/nagios"

// nagios starts the real Nagios with files of examples/nagios, in which these words are
// replaced: in the test, an hour is a second.
func (v *visit) nagios(replace []string, files ...string) {
	v.t.Helper()
	for _, dir := range []string{nagiosDir, nagiosDir + "/conf.d", nagiosDir + "/checkresults"} {
		v.own(dir)
	}
	v.write(nagiosDir+"/nagios.cfg", strings.ReplaceAll(v.content("testdata/monitors/nagios.cfg"), "DIR", nagiosDir))
	for _, name := range files {
		text := v.content("../examples/nagios/" + name)
		v.write(nagiosDir+"/conf.d/"+name, strings.NewReplacer(append(replace, "/usr/bin/rdnsproxy", program)...).Replace(text))
	}
	if o := v.run("nagios4", "-v", nagiosDir+"/nagios.cfg"); o.status != 0 || !strings.Contains(o.out, "Total Warnings: 0\n") || !strings.Contains(o.out, "Total Errors:   0\n") {
		v.t.Fatalf("%+v", o)
	}
	v.serve(v.command("nagios4", nagiosDir+"/nagios.cfg"))
}

// nagiosShows returns the services in Nagios' status file, by host;description.
func (v *visit) nagiosShows() map[string]service {
	v.t.Helper()
	all := map[string]service{}
	b, _ := os.ReadFile(nagiosDir + "/status.dat")
	for block := range strings.SplitSeq(string(b), "\n\t}\n") {
		if _, block, ok := strings.Cut(block, "servicestatus {\n"); ok {
			fields := map[string]string{}
			for line := range strings.Lines(block) {
				name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
				fields[name] = value
			}
			state, _ := strconv.Atoi(fields["current_state"])
			all[fields["host_name"]+";"+fields["service_description"]] = service{state, fields["plugin_output"], fields["performance_data"]}
		}
	}
	return all
}

// TestMonitorNagios: Nagios finds nothing wrong with examples/nagios/rdnsproxy.cfg, runs it,
// and shows what happens to a host, with its performance data.
func TestMonitorNagios(t *testing.T) {
	v := newVisit(t)
	steps := v.monitored()
	v.nagios([]string{"check_interval       60", "check_interval 2", "retry_interval       5", "retry_interval 1"}, "rdnsproxy.cfg")
	v.watches(steps, v.nagiosShows, "my.example.com;reverse DNS", "my.example.com;reverse DNS and host key", "monitor.example.com;reverse DNS of our hosts")
}

// TestMonitorNagiosPassive: rdnsproxy-passive gives each host of a list its result through
// Nagios' command file, and a host without new ones becomes UNKNOWN.
func TestMonitorNagiosPassive(t *testing.T) {
	v := newVisit(t)
	steps := v.monitored()
	script, err := filepath.Abs("../examples/nagios/rdnsproxy-passive")
	v.must(err)
	passive := func() outcome { return v.run(script, "/etc/rdnsproxy/hosts", nagiosDir+"/nagios.cmd") }
	if o := passive(); o.status != 2 || !strings.Contains(o.err, "is not a command file") {
		t.Errorf("%+v", o)
	}
	v.write("/etc/rdnsproxy/hosts", "my.example.com\nweb.example.com\na..b; | $(id)\n")
	v.nagios([]string{"web.example.com", "my.example.com", "10800", "8"}, "passive.cfg")
	v.eventually("the command file", func() bool {
		st, err := os.Stat(nagiosDir + "/nagios.cmd")
		return err == nil && st.Mode()&os.ModeNamedPipe != 0
	})
	const name = "my.example.com;reverse DNS"
	for _, step := range steps {
		step.happen()
		if o := passive(); o.status != 0 || o.err != "" {
			t.Fatalf("%s: %+v", step.what, o)
		}
		v.eventually(step.what, func() bool {
			s := v.nagiosShows()[name]
			return s.state == step.state && strings.Contains(s.output, strings.TrimPrefix(step.output, "RDNSPROXY OK - "))
		})
	}
	v.eventually("that nothing comes any more", func() bool { return strings.Contains(v.nagiosShows()[name].output, "has not reported it") })
	if left, _ := filepath.Glob("/tmp/rdnsproxy-passive.*"); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
	if log := v.content(nagiosDir + "/nagios.log"); !strings.Contains(log, "host 'a..b") {
		t.Error(log)
	}
	v.must(os.Remove("/etc/rdnsproxy/hosts"))
	if o := passive(); o.status != 2 || !strings.Contains(o.err, "no such file") {
		t.Errorf("%+v", o)
	}
}

// TestMonitorNRPE: the real NRPE runs the commands of examples/nagios/nrpe.cfg.
func TestMonitorNRPE(t *testing.T) {
	v := newVisit(t)
	dir := v.own(home + "/nrpe")
	text := strings.ReplaceAll(v.content("../examples/nagios/nrpe.cfg"), "/usr/bin/rdnsproxy", program)
	text = strings.ReplaceAll(text, "--since=-1d --dns none", "--dns none "+home+"/auth.log") // of another day
	v.write(dir+"/nrpe.cfg", "server_port=5666\nserver_address=127.0.0.1\nnrpe_user=chris\nnrpe_group=chris\nallowed_hosts=127.0.0.1\ncommand_timeout=60\npid_file="+dir+"/pid\n"+text)
	v.write(home+"/auth.log", v.content(recorded+"day-info.log"))
	v.serve(v.command("nrpe", "-c", dir+"/nrpe.cfg", "-f", "-n"))
	v.must(answers("127.0.0.1:5666"))
	ask := func(command string) outcome {
		return v.run(checkNRPE, "-n", "-H", "127.0.0.1", "-t", "50:3", "-c", command)
	}

	if o := ask("check_rdnsproxy_hosts"); o.status != 0 || !strings.Contains(o.out, "RDNSPROXY OK - ") || !strings.Contains(o.out, "| targets=0;;;0") {
		t.Errorf("no line: %+v", o)
	}
	v.write("/etc/hosts", pristine["hosts"]+"198.51.100.11  my.example.com  # rdnsproxy 2026-11-22 unresolvable\n")
	if o := ask("check_rdnsproxy_hosts"); o.status != 2 || !strings.Contains(o.out, "RDNSPROXY CRITICAL - /etc/hosts:3 is stale") {
		t.Errorf("a stale line: %+v", o)
	}
	if o := ask("check_rdnsproxy_sshd"); o.status != 1 || !strings.Contains(o.out, "RDNSPROXY WARNING - ") || !strings.Contains(o.out, "| logins=") || len(o.out) > 1024 {
		t.Errorf("%+v", o)
	}
}
