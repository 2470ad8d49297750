//go:build linux

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// recorded has lines that the office's server once wrote; see audit_record_test.go.
const recorded = "../sshdlog/testdata/recorded/"

// manifest is the part of a Kubernetes Job that is run here.
type manifest struct {
	Kind     string
	Metadata struct {
		Name   string
		Labels map[string]string
	}
	Spec struct {
		CompletionMode string
		Completions    int
		Template       struct {
			Spec struct {
				Containers []struct {
					Command []string
					Env     []struct{ Name, Value string }
				}
			}
		}
	}
}

// TestExampleKubernetes parses examples/kubernetes-job.yaml and runs what its pods run:
// each index reads its own files, and the second Job's report has all clients.
func TestExampleKubernetes(t *testing.T) {
	v := newVisit(t)
	path, err := filepath.Abs("../examples/kubernetes-job.yaml")
	v.must(err)
	parsed := v.run(python, "-c", "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))", path)
	var jobs []manifest
	if err := json.Unmarshal([]byte(parsed.out), &jobs); err != nil || len(jobs) != 2 {
		t.Fatalf("%v, %+v", err, parsed)
	}
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

	pod := func(j manifest, index int) {
		t.Helper()
		c := j.Spec.Template.Spec.Containers[0]
		cmd := v.command(c.Command...)
		for _, e := range c.Env {
			switch e.Name {
			case "LOGS":
				e.Value = logs
			case "PARTS":
				e.Value = parts
			case "COUNT":
				if e.Value != strconv.Itoa(j.Spec.Completions) {
					t.Errorf("COUNT is %s of %d", e.Value, j.Spec.Completions)
				}
			}
			cmd.Env = append(cmd.Env, e.Name+"="+e.Value)
		}
		cmd.Env = append(cmd.Env, "JOB_COMPLETION_INDEX="+strconv.Itoa(index))
		if o := v.finish(cmd, nil); o.status != 0 {
			t.Errorf("%s, index %d: %+v", j.Metadata.Name, index, o)
		}
	}
	if jobs[0].Spec.CompletionMode != "Indexed" {
		t.Errorf("%+v", jobs[0])
	}
	for i := range jobs[0].Spec.Completions {
		pod(jobs[0], i)
	}
	if tallies, _ := filepath.Glob(parts + "/*.tally"); len(tallies) != len(list) {
		t.Errorf("%q", tallies)
	}
	pod(jobs[1], 0)
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
