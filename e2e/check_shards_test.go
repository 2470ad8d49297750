//go:build linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fleetTargets is a list of n targets, of every verdict that the world has, some of them
// equal, and a line that is none if bad is set.
func fleetTargets(n int, bad bool) string {
	names := []string{"my", "exact", "confirmed", "exempt", "missing", "undetermined", "unasked"}
	var b strings.Builder
	for i := range n {
		switch i % 5 {
		case 0:
			fmt.Fprintf(&b, "nosuch%d.example.com\n", i)
		default:
			fmt.Fprintf(&b, "%s.example.com\n", names[i%len(names)])
		}
		if bad && i == n/2 {
			b.WriteString("a..b\n")
		}
	}
	return b.String()
}

// reportOf checks a list with one process, and returns the report and the status.
func (v *visit) reportOf(list string) outcome {
	v.t.Helper()
	o := v.run("rdnsproxy", "check", "--dns-only", "--format", "table", "--from-file", list)
	if n := strings.Count(o.out, "\n"); o.err != "" || n < 100 {
		v.t.Fatalf("%d lines, %s", n, o.err)
	}
	return o
}

// mergedAs merges files of results, and compares the report and the status with those of
// one process.
func (v *visit) mergedAs(one outcome, files ...string) {
	v.t.Helper()
	got := v.run(append([]string{"rdnsproxy", "check", "--merge", "--format", "table"}, files...)...)
	if got != one {
		g, w := strings.SplitAfter(got.out, "\n"), strings.SplitAfter(one.out, "\n")
		for i := range min(len(g), len(w)) {
			if g[i] != w[i] {
				v.t.Fatalf("line %d: got %swant %s", i+1, g[i], w[i])
			}
		}
		v.t.Fatalf("%d lines, status %d %s; want %d lines, status %d", len(g), got.status, got.err, len(w), one.status)
	}
}

// TestExampleCheckKubernetes parses examples/kubernetes/check-job.yaml and runs what its
// pods run, one of them twice: the second Job's report is that of one process.
func TestExampleCheckKubernetes(t *testing.T) {
	v := newVisit(t)
	jobs := v.jobs("check-job.yaml")
	data := home + "/data"
	v.must(os.MkdirAll(data, 0o777))
	v.must(os.Chmod(data, 0o777))
	v.write(data+"/hosts.txt", fleetTargets(400, false))
	env := map[string]string{"DATA": data, "RATE": "unlimited"}
	v.pod(jobs[0], 3, env)
	for i := range jobs[0].Spec.Completions {
		v.pod(jobs[0], i, env)
	}
	files, _ := filepath.Glob(data + "/*.jsonl")
	v.mergedAs(v.reportOf(data+"/hosts.txt"), files...)
	v.pod(jobs[1], 0, env)
	rows, err := os.ReadFile(data + "/report.csv")
	v.must(err)
	if n := strings.Count(string(rows), "\n"); n < 401 {
		t.Errorf("%d rows", n)
	}
}
