//go:build linux && fleet

package e2e

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// These programs are large: make test-fleet installs them and runs these tests.
func init() {
	programsNeeded = append(programsNeeded, "parallel", "munged", "slurmctld", "slurmd", "sbatch")
}

// fleetLogs writes the logs of some servers, in two files each, in the order in which they
// are to be read. Connections go on from one file to the next, and clients come to many
// servers.
func (v *visit) fleetLogs(dir string) (files []string) {
	v.t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	for server := range 7 {
		name := fmt.Sprintf("web%d", server)
		v.must(os.MkdirAll(dir+"/"+name, 0o755))
		older, newer := dir+"/"+name+"/auth.log.1", dir+"/"+name+"/auth.log"
		// One process reads logs in the order in which they begin.
		lines := serverLog(random, name, time.Date(2026, 11, 20, 0, server, 0, 0, time.UTC), 4000)
		half := len(lines)/2 + server
		v.write(older, strings.Join(lines[:half], ""))
		v.write(newer, strings.Join(lines[half:], ""))
		files = append(files, older, newer)
	}
	return files
}

// directoriesOf returns the directories of these files, each once.
func directoriesOf(files []string) (directories []string) {
	for _, f := range files {
		directories = append(directories, filepath.Dir(f))
	}
	return slices.Compact(directories)
}

// serverLog is one server's log: connections of some lines each, a few at a time.
func serverLog(random *rand.Rand, host string, at time.Time, connections int) (lines []string) {
	var open [][]string
	for pid := 1000; pid < 1000+connections || len(open) > 0; {
		if pid < 1000+connections && (len(open) < 5 || random.IntN(2) == 0) {
			open = append(open, connectionLines(random, pid))
			pid++
		}
		i := random.IntN(len(open))
		at = at.Add(time.Duration(random.IntN(4_000_000)) * time.Microsecond)
		lines = append(lines, at.Format("2006-01-02T15:04:05.000000-07:00")+" "+host+" "+open[i][0]+"\n")
		if open[i] = open[i][1:]; len(open[i]) == 0 {
			open = append(open[:i], open[i+1:]...)
		}
	}
	return lines
}

func connectionLines(random *rand.Rand, pid int) (lines []string) {
	client := fmt.Sprintf("203.0.%d.%d", 112+random.IntN(3), random.IntN(256))
	port := 1024 + random.IntN(60000)
	say := func(format string, args ...any) {
		lines = append(lines, fmt.Sprintf("sshd[%d]: ", pid)+fmt.Sprintf(format, args...))
	}
	if random.IntN(3) == 0 {
		say("reverse mapping checking getaddrinfo for host-%s.example.net [%s] failed.", strings.ReplaceAll(client, ".", "-"), client)
	}
	switch random.IntN(4) {
	case 0:
		user := []string{"anna", "bob", "chris"}[random.IntN(3)]
		say("Accepted publickey for %s from %s port %d ssh2: ED25519 SHA256:0123456789abcdefghijABCDEFGHIJ0123456789abc", user, client, port)
		say("pam_unix(sshd:session): session opened for user %s(uid=1000) by (uid=0)", user)
		say("Disconnected from user %s %s port %d", user, client, port)
		say("pam_unix(sshd:session): session closed for user %s", user)
	case 1:
		say("Connection closed by %s port %d [preauth]", client, port)
	default:
		user := fmt.Sprintf("user%d", random.IntN(400))
		say("Invalid user %s from %s port %d", user, client, port)
		for range 1 + random.IntN(3) {
			say("Failed password for invalid user %s from %s port %d ssh2", user, client, port)
		}
		say("Connection closed by invalid user %s %s port %d [preauth]", user, client, port)
	}
	return lines
}

// wholeFleet is the report of one process over all files.
func (v *visit) wholeFleet(files []string) string {
	v.t.Helper()
	out := v.run(append([]string{"rdnsproxy", "audit", "--dns", "none", "--format", "json"}, files...)...)
	if !strings.Contains(out.out, `"203.0.112.`) {
		v.t.Fatalf("status %d\n%.2000s%s", out.status, out.out, out.err)
	}
	return out.out
}

// sameReport compares two reports byte by byte, but for when and how fast they were made.
func (v *visit) sameReport(got, want string) {
	v.t.Helper()
	made := regexp.MustCompile(`"(generated|read_seconds|judge_seconds)": ?[^,}]*`)
	got, want = made.ReplaceAllString(got, ""), made.ReplaceAllString(want, "")
	if got != want {
		g, w := strings.SplitAfter(got, "\n"), strings.SplitAfter(want, "\n")
		for i := range w {
			if i >= len(g) || g[i] != w[i] {
				v.t.Fatalf("line %d: got\n%swant\n%s", i+1, strings.Join(g[max(0, min(i-3, len(g))):min(i+3, len(g))], ""), strings.Join(w[max(0, i-3):min(i+3, len(w))], ""))
			}
		}
		v.t.Fatal("the reports differ in length")
	}
}

// TestFleetParallel: GNU parallel makes a tally of each file, and --merge makes the report
// of one process from them.
func TestFleetParallel(t *testing.T) {
	v := newVisit(t)
	dir := lab + "/fleet"
	files := v.fleetLogs(dir)
	v.must(os.Mkdir(dir+"/parts", 0o777))
	v.must(os.Chmod(dir+"/parts", 0o777))
	t.Cleanup(func() { os.RemoveAll(dir) })
	// {#} is the number of the file in the list.
	parallel := v.command(append([]string{"parallel", "--will-cite", "-j2", program, "audit", "--format", "tally", "--output", dir + "/parts/{#}.tally", "{}", ":::"}, files...)...)
	if o := v.finish(parallel, nil); o.status != 0 {
		t.Fatalf("%+v", o)
	}
	merge := []string{"rdnsproxy", "audit", "--dns", "none", "--format", "json", "--merge"}
	for i := range files {
		merge = append(merge, fmt.Sprintf("%s/parts/%d.tally", dir, i+1))
	}
	v.sameReport(v.run(merge...).out, v.wholeFleet(files))

	// The order of the operands does not matter.
	slices.Reverse(merge[7:])
	v.sameReport(v.run(merge...).out, v.wholeFleet(files))
}

// TestFleetEvents: GNU parallel cuts one file into pieces, and the events of the pieces
// are those of the whole.
func TestFleetEvents(t *testing.T) {
	v := newVisit(t)
	dir := lab + "/fleet"
	files := v.fleetLogs(dir)
	t.Cleanup(func() { os.RemoveAll(dir) })
	whole, err := exec.Command("cat", files...).Output()
	v.must(err)
	v.write(dir+"/all.log", string(whole))
	parallel := v.command("parallel", "--will-cite", "-j2", "-k", "--pipepart", "-a", filepath.Join(dir, "all.log"), "--block", "500k",
		program, "audit", "--format", "events", "-")
	pieces, one := v.finish(parallel, nil), v.run("rdnsproxy", "audit", "--format", "events", dir+"/all.log")
	if one.status != 0 || pieces.status != 0 {
		t.Errorf("one: %d %s, pieces: %d %s", one.status, one.err, pieces.status, pieces.err)
	}
	a, b := bufio.NewScanner(strings.NewReader(pieces.out)), bufio.NewScanner(strings.NewReader(one.out))
	n := 0
	for ; b.Scan(); n++ {
		if !a.Scan() || a.Text() != b.Text() {
			t.Fatalf("event %d: %s, want %s", n, a.Text(), b.Text())
		}
	}
	if a.Scan() || n < 50000 {
		t.Errorf("%d events", n)
	}
}
