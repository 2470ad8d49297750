//go:build linux && fleet

package e2e

import (
	"os"
	"path/filepath"
	"testing"
)

// TestFleetCheckShards: GNU parallel runs the shares of a list, and the report over them is
// that of one process, in the order of the list, with its status.
func TestFleetCheckShards(t *testing.T) {
	v := newVisit(t)
	dir := home + "/shards"
	v.must(os.Mkdir(dir, 0o777))
	v.must(os.Chmod(dir, 0o777))
	v.write(dir+"/hosts.txt", fleetTargets(3000, true))
	one := v.reportOf(dir + "/hosts.txt")
	if one.status != 2 {
		t.Errorf("status %d, although a line is not a target", one.status)
	}
	parallel := v.command("parallel", "--will-cite", "-j2", program, "check", "--dns-only", "--shard", "{}/7", "--format", "jsonl",
		"--from-file", dir+"/hosts.txt", "--output", dir+"/{}.jsonl", ":::", "1", "2", "3", "4", "5", "6", "7")
	v.finish(parallel, nil) // its status counts the runs that found something
	files, _ := filepath.Glob(dir + "/*.jsonl")
	v.mergedAs(one, files...)
}

// TestFleetCheckPieces: GNU parallel cuts a list into pieces, and what the runs print one
// after another is what one process prints.
func TestFleetCheckPieces(t *testing.T) {
	v := newVisit(t)
	list := home + "/hosts.txt"
	v.write(list, fleetTargets(3000, false))
	parallel := v.command("parallel", "--will-cite", "-j2", "-k", "--pipepart", "-a", list, "--block", "10k",
		program, "check", "--dns-only", "--format", "jsonl", "--from-file", "-")
	v.write(home+"/results.jsonl", v.finish(parallel, nil).out)
	v.mergedAs(v.reportOf(list), home+"/results.jsonl")
}

// TestFleetCheckSlurm runs examples/slurm/check-array.sh: four tasks, each with its share.
// The merged report is that of one process.
func TestFleetCheckSlurm(t *testing.T) {
	c := newCluster(t)
	list, results := slurmDir+"/hosts.txt", slurmDir+"/results"
	c.write(list, fleetTargets(2000, false))
	c.must(os.Mkdir(results, 0o755))
	script, err := filepath.Abs("../examples/slurm/check-array.sh")
	c.must(err)
	c.submit("--array=4-10:2", "--export=ALL,RATE=unlimited", "--output="+slurmDir+"/out/%a", script, list, results)
	files, _ := filepath.Glob(results + "/*.jsonl")
	if len(files) != 4 {
		t.Fatalf("results: %q", files)
	}
	c.mergedAs(c.reportOf(list), files...)
}
