//go:build linux

package e2e

import (
	"encoding/json"
	"path/filepath"
	"strconv"
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
	path, err := filepath.Abs("../examples/" + file)
	v.must(err)
	parsed := v.run(python, "-c", "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))", path)
	var jobs []manifest
	if err := json.Unmarshal([]byte(parsed.out), &jobs); err != nil || len(jobs) != 2 {
		v.t.Fatalf("%v, %+v", err, parsed)
	}
	if jobs[0].Spec.CompletionMode != "Indexed" {
		v.t.Errorf("%+v", jobs[0])
	}
	return jobs
}

// pod runs what the pod of a Job with an index runs. env has the values that the Job's
// variables get here.
func (v *visit) pod(j manifest, index int, env map[string]string) {
	v.t.Helper()
	c := j.Spec.Template.Spec.Containers[0]
	cmd := v.command(c.Command...)
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
