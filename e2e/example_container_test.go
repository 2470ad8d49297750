//go:build linux

package e2e

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A container is an image's files, and how it starts.
type container struct {
	v          *visit
	root       string
	uid, gid   uint32
	entrypoint []string
}

// container makes what examples/container/Containerfile makes from scratch: no file but the
// program. There is no /proc and no /dev either.
func (v *visit) container() *container {
	v.t.Helper()
	b, err := os.ReadFile("../examples/container/Containerfile")
	v.must(err)
	c := &container{v: v, root: home + "/container"}
	v.must(os.RemoveAll(c.root))
	v.must(os.Mkdir(c.root, 0o755))
	for line := range strings.Lines(string(b)) {
		instruction, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch instruction {
		case "", "#", "ARG", "FROM":
		case "COPY":
			from, to, _ := strings.Cut(rest, " ")
			if from != "rdnsproxy" {
				v.t.Fatalf("copies %s", from)
			}
			v.must(os.MkdirAll(filepath.Dir(c.root+to), 0o755))
			v.must(do("cp", program, c.root+to))
		case "USER":
			uid, gid, _ := strings.Cut(rest, ":")
			u, err := strconv.ParseUint(uid, 10, 32)
			v.must(err)
			g, err := strconv.ParseUint(gid, 10, 32)
			v.must(err)
			c.uid, c.gid = uint32(u), uint32(g)
		case "ENTRYPOINT":
			v.must(json.Unmarshal([]byte(rest), &c.entrypoint))
		default:
			v.t.Fatalf("an instruction that this test does not know: %s", line)
		}
	}
	if !strings.Contains(string(b), "\nARG BASE=scratch\nFROM ${BASE}\n") || c.uid == 0 || len(c.entrypoint) != 1 {
		v.t.Fatalf("%+v", c)
	}
	return c
}

// file puts a file into the container, as runtimes do with resolv.conf and mounted volumes.
func (c *container) file(path, content string) {
	c.v.t.Helper()
	c.v.must(os.MkdirAll(filepath.Dir(c.root+path), 0o755))
	c.v.write(c.root+path, content)
}

// run starts the entry point with these arguments.
func (c *container) run(stdin io.Reader, env []string, args ...string) outcome {
	c.v.t.Helper()
	cmd := c.v.command(append(c.entrypoint[:1:1], args...)...)
	cmd.Dir, cmd.Env = "/", append([]string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, env...)
	cmd.SysProcAttr.Chroot = c.root
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: c.uid, Gid: c.gid}
	return c.v.finish(cmd, stdin)
}

// TestExampleContainer: the program works where there is nothing else, and says no more than
// elsewhere.
func TestExampleContainer(t *testing.T) {
	v := newVisit(t)
	c := v.container()
	c.file("/hosts.txt", "exact.example.com\nmismatch.example.com\n")
	for _, resolv := range []string{"", "nameserver 127.0.0.1\n"} {
		if resolv != "" { // without it, a server on this machine is asked
			c.file("/etc/resolv.conf", resolv)
		}
		for _, env := range [][]string{nil, {"HOME=/"}, {"HOME=/nonexistent"}} {
			for _, test := range []struct {
				args     string
				status   int
				out, err string // begin with it
			}{
				{"version", 0, "rdnsproxy ", ""},
				{"check --dns-only exact.example.com", 0, "ok  exact.example.com  exact\n", ""},
				{"check --dns-only localhost", 0, "ok  localhost  exempt\n", ""},
				{"check --dns-only --format table mismatch.example.com", 1, "warning\tmismatch.example.com\t198.51.100.18\tmismatch\t", ""},
				{"check --dns-only --format table --from-file /hosts.txt", 1, "ok\texact.example.com\t", ""},
				{"check --dns-only --format table --from-file -", 0, "notice\tmissing.example.com\t", ""},
				{"check --dns-only --format nagios exact.example.com", 0, "RDNSPROXY OK", ""},
				{"check --format table exact.example.com", 0, "notice\texact.example.com\t", "rdnsproxy: notice: ssh -G could not be asked (there is no ssh: "},
				{"check --dns-only --output /report exact.example.com", 2, "", "rdnsproxy: error: writing the report to /report: permission denied "},
				{"check --dns-only --from-file /none", 2, "", "rdnsproxy: error: /none: no such file or directory "},
				{"check --known-hosts", 2, "", "rdnsproxy: error: no target: "},
				{"exact.example.com 22", 0, "SSH-2.0-", ""},
				{"mismatch.example.com 22", 0, "SSH-2.0-", "rdnsproxy: warning: mismatch.example.com is 198.51.100.18, "},
			} {
				o := c.run(strings.NewReader("missing.example.com\n"), env, strings.Fields(test.args)...)
				if o.status != test.status || !strings.HasPrefix(o.out, test.out) || !strings.HasPrefix(o.err, test.err) || test.err == "" && o.err != "" {
					t.Errorf("%q %s: %+v", env, test.args, o)
				}
			}
		}
	}
}
