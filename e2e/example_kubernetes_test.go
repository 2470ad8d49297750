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

// jobs parses a file of examples with two Jobs: one with an index for each of its pods, and
// one that puts together what they wrote.
func (v *visit) jobs(file string) []manifest {
	v.t.Helper()
	var jobs []manifest
	if v.yaml("../examples/kubernetes/"+file, &jobs); len(jobs) != 2 {
		v.t.Fatalf("%+v", jobs)
	}
	if jobs[0].Spec.CompletionMode != "Indexed" {
		v.t.Errorf("%+v", jobs[0])
	}
	return jobs
}

// yaml parses the documents of a file into a slice. Python reads YAML as most readers do, and
// Go's json is what reads Kubernetes' manifests.
func (v *visit) yaml(file string, documents any) {
	v.t.Helper()
	path, err := filepath.Abs(file)
	v.must(err)
	parsed := v.run(python, "-c", "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))", path)
	if err := json.Unmarshal([]byte(parsed.out), documents); err != nil {
		v.t.Fatalf("%v, %+v", err, parsed)
	}
}

// pod runs what the pod of a Job with an index runs, with BusyBox as the image has it: no
// other program but rdnsproxy is there. env has the values that the Job's variables get here.
func (v *visit) pod(j manifest, index int, env map[string]string) {
	v.t.Helper()
	c := j.Spec.Template.Spec.Containers[0]
	image := home + "/image"
	if _, err := os.Stat(image); err != nil {
		v.must(os.Mkdir(image, 0o755))
		v.must(do("busybox", "--install", "-s", image))
		v.must(os.Symlink(program, image+"/rdnsproxy"))
	}
	shell, ok := strings.CutPrefix(c.Command[0], "/bin/")
	if !ok {
		v.t.Fatalf("%q is not in the image", c.Command)
	}
	cmd := v.command(append([]string{image + "/" + shell}, c.Command[1:]...)...)
	cmd.Env = append(cmd.Env, "PATH="+image)
	for _, e := range c.Env {
		if here, ok := env[e.Name]; ok {
			e.Value = here
		}
		if e.Name == "COUNT" && e.Value != strconv.Itoa(j.Spec.Completions) {
			v.t.Errorf("COUNT is %s of %d", e.Value, j.Spec.Completions)
		}
		cmd.Env = append(cmd.Env, e.Name+"="+e.Value)
	}
	cmd.Env = append(cmd.Env, "JOB_COMPLETION_INDEX="+strconv.Itoa(index))
	if o := v.finish(cmd, nil); o.status != 0 {
		v.t.Errorf("%s, index %d: %+v", j.Metadata.Name, index, o)
	}
}

// recorded has lines that the office's server once wrote; see audit_record_test.go.
const recorded = "../sshdlog/testdata/recorded/"

// TestExampleAuditKubernetes parses examples/kubernetes/audit-job.yaml and runs what its pods run:
// each index reads its own files, and the second Job's report has all clients.
func TestExampleAuditKubernetes(t *testing.T) {
	v := newVisit(t)
	jobs := v.jobs("audit-job.yaml")
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
