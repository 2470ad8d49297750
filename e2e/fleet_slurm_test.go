//go:build linux && fleet

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// cluster is a Slurm of one node, on loopback, with a configuration of its own. It ends
// with the test.
type cluster struct {
	*visit
	conf string
}

const slurmDir = lab + "/slurm"

func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{visit: newVisit(t), conf: slurmDir + "/slurm.conf"}
	for _, dir := range []string{slurmDir, slurmDir + "/state", slurmDir + "/spool", slurmDir + "/logs", slurmDir + "/out"} {
		c.must(os.MkdirAll(dir, 0o755))
	}
	host, err := os.Hostname()
	c.must(err)
	host, _, _ = strings.Cut(host, ".")
	c.write("/etc/hosts", pristine["hosts"]+"127.0.0.1\t"+host+"\n")
	conf, err := os.ReadFile("testdata/fleet/slurm.conf")
	c.must(err)
	c.write(c.conf, strings.NewReplacer("NODE", host, "DIR", slurmDir).Replace(string(conf)))
	c.write(slurmDir+"/cgroup.conf", "CgroupPlugin=cgroup/v1\nCgroupMountpoint="+slurmDir+"/cgroup\n")
	c.must(os.WriteFile(slurmDir+"/munge.key", []byte(strings.Repeat("not a secret; ", 10)), 0o400))

	c.serve(c.slurm("munged", "--foreground", "--force", "--key-file="+slurmDir+"/munge.key", "--socket="+slurmDir+"/munge.sock",
		"--pid-file="+slurmDir+"/munged.pid", "--log-file="+slurmDir+"/logs/munged", "--seed-file="+slurmDir+"/munge.seed", "--num-threads=2"))
	c.eventually("munged", func() bool { _, err := os.Stat(slurmDir + "/munge.sock"); return err == nil })
	c.serve(c.slurm("slurmctld", "-D", "-i", "-f", c.conf))
	c.serve(c.slurm("slurmd", "-D", "-N", host, "-f", c.conf))
	c.eventually("an idle node", func() bool {
		out, _ := c.slurm("sinfo", "--noheader", "--format=%T").Output()
		return strings.TrimSpace(string(out)) == "idle"
	})
	return c
}

// slurm returns a command of Slurm's.
func (c *cluster) slurm(argv ...string) *exec.Cmd {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = slurmDir
	cmd.Env = append(os.Environ(), "SLURM_CONF="+c.conf, "PATH="+lab+":"+os.Getenv("PATH"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd
}

// submit runs sbatch and waits until the job, with all its tasks, has succeeded.
func (c *cluster) submit(args ...string) {
	c.t.Helper()
	out, err := c.slurm(append([]string{"sbatch", "--wait", "--parsable"}, args...)...).CombinedOutput()
	if err != nil {
		logs, _ := exec.Command("sh", "-c", "tail -n 20 "+slurmDir+"/out/*").CombinedOutput()
		c.t.Fatalf("sbatch %q: %v\n%s\n%s", args, err, out, logs)
	}
}

// TestFleetSlurm runs examples/slurm/audit-array.sh: four tasks, each with its own servers, and a
// job that merges. The report is that of one process.
func TestFleetSlurm(t *testing.T) {
	c := newCluster(t)
	files := c.fleetLogs(slurmDir + "/logs-of-servers")
	c.write(slurmDir+"/servers.txt", strings.Join(directoriesOf(files), "\n")+"\n")
	c.must(os.Mkdir(slurmDir+"/parts", 0o755))
	script, err := filepath.Abs("../examples/slurm/audit-array.sh")
	c.must(err)
	c.submit("--array=0-3", "--output="+slurmDir+"/out/%a", script, slurmDir+"/servers.txt", slurmDir+"/parts")
	parts, _ := filepath.Glob(slurmDir + "/parts/*.tally")
	if len(parts) != 4 {
		t.Fatalf("parts: %q", parts)
	}
	// As the script's head says, but in JSON. audit's status 1 says that there are findings.
	c.submit("--output="+slurmDir+"/out/merge", "--wrap",
		"rdnsproxy audit --merge --dns none --format json --output "+slurmDir+"/merged.json "+slurmDir+"/parts/*.tally || [ $? -eq 1 ]")
	merged, err := os.ReadFile(slurmDir + "/merged.json")
	c.must(err)
	c.sameReport(string(merged), c.wholeFleet(files))
}
