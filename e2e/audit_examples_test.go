//go:build linux

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recorded has lines that the office's server once wrote; see audit_record_test.go.
const recorded = "../sshdlog/testdata/recorded/"

// TestExampleKubernetes parses examples/kubernetes-job.yaml and runs what its pods run:
// each index reads its own files, and the second Job's report has all clients.
func TestExampleKubernetes(t *testing.T) {
	v := newVisit(t)
	jobs := v.jobs("kubernetes-job.yaml")
	logs, parts := home+"/logs", home+"/parts"
	v.must(os.MkdirAll(parts, 0o777))
	v.must(os.Chmod(parts, 0o777))
	var list []string
	for _, name := range []string{"day-info.log", "forgeries-info.log", "limits-info.log"} {
		b, err := os.ReadFile(recorded + name)
		v.must(err)
		server := strings.TrimSuffix(name, ".log")
		v.must(os.MkdirAll(logs+"/"+server, 0o755))
		v.write(logs+"/"+server+"/auth.log", string(b))
		list = append(list, server)
	}
	v.write(logs+"/servers.txt", strings.Join(list, "\n")+"\n")

	env := map[string]string{"LOGS": logs, "PARTS": parts}
	for i := range jobs[0].Spec.Completions {
		v.pod(jobs[0], i, env)
	}
	if tallies, _ := filepath.Glob(parts + "/*.tally"); len(tallies) != len(list) {
		t.Errorf("%q", tallies)
	}
	v.pod(jobs[1], 0, env)
	page, err := os.ReadFile(parts + "/report.html")
	v.must(err)
	for _, client := range []string{clientUnresolvable, clientForger, clientGuessing} {
		if !strings.Contains(string(page), client) {
			t.Errorf("%s is not in the report", client)
		}
	}
}

// TestExampleSystemd: systemd finds nothing wrong with the units, and what they run does
// what their comments say.
func TestExampleSystemd(t *testing.T) {
	v := newVisit(t)
	dir := home + "/units"
	v.must(os.MkdirAll(dir, 0o755))
	var starts []string
	for _, unit := range []string{"sshd-audit.service", "sshd-audit.timer"} {
		b, err := os.ReadFile("../examples/" + unit)
		v.must(err)
		text := strings.ReplaceAll(string(b), "/usr/bin/rdnsproxy", program)
		v.write(dir+"/"+unit, text)
		for line := range strings.Lines(text) {
			if command, ok := strings.CutPrefix(line, "ExecStart="); ok {
				starts = append(starts, strings.TrimSpace(command))
			}
		}
	}
	verify := v.command("systemd-analyze", "verify", "--recursive-errors=no", dir+"/sshd-audit.timer", dir+"/sshd-audit.service")
	verify.SysProcAttr.Credential = nil
	o := v.finish(verify, nil)
	if o.status != 0 || strings.Contains(o.err, "sshd-audit") {
		t.Errorf("%+v", o)
	}
	if len(starts) != 2 {
		t.Fatalf("%q", starts)
	}
	b, err := os.ReadFile(recorded + "day-info.log")
	v.must(err)
	v.write(home+"/auth.log", string(b))
	for _, command := range starts {
		// systemd splits at blanks too; the log stands in for this machine's.
		command = strings.ReplaceAll(command, "--since -1d", "--since -365d")
		command = strings.ReplaceAll(command, "${STATE_DIRECTORY}", home)
		o := v.run(append(strings.Fields(command), home+"/auth.log")...)
		if o.status == 2 {
			t.Errorf("%s: %+v", command, o)
		}
	}
	if st, err := os.Stat(home + "/report.html"); err != nil || st.Mode().Perm()&0o077 != 0 {
		t.Errorf("the report: %v, %v", st, err)
	}
}
