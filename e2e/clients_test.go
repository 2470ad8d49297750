//go:build linux

package e2e

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// python is Debian's own, which has Debian's modules; the first on PATH may be another.
const python = "/usr/bin/python3"

// said is the article's warning as one line, as printed if stderr is not a terminal.
const said = articleWarning + " ("

// big makes a random file of this user, larger than any buffer on the way.
func (v *visit) big(name string) (sum string) {
	v.t.Helper()
	var content bytes.Buffer
	h := sha256.New()
	_, err := io.CopyN(io.MultiWriter(&content, h), rand.NewChaCha8([32]byte{2}), 3<<20+1)
	v.must(err)
	v.mine(name, content.String())
	return fmt.Sprintf("%x", h.Sum(nil))
}

// mine writes a file owned by this user.
func (v *visit) mine(name, content string) {
	v.t.Helper()
	v.write(home+"/"+name, content)
	v.must(os.Chown(home+"/"+name, chris, chris))
}

// sum returns the hash of a file in this user's home; "" if there is none.
func (v *visit) sum(name string) string {
	b, err := os.ReadFile(home + "/" + name)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%x", sha256.Sum256(b))
}

// script copies a script of testdata/clients, and writes a known_hosts for clients that
// do not support patterns.
func (v *visit) script(name string) string {
	v.t.Helper()
	v.write(home+"/.ssh/known_hosts", "my.example.com "+v.content(lab+"/hostkey.pub"))
	v.mine(name, v.content("testdata/clients/"+name))
	return name
}

// sftp, and scp with both of its protocols, copy files completely in both directions.
func TestLargeTransfers(t *testing.T) {
	v := newVisit(t)
	want := v.big("big")
	for _, c := range []struct{ line, stdin string }{
		{"scp big my.example.com:there", ""},
		{"scp my.example.com:there back", ""},
		{"scp -O my.example.com:there old-protocol", ""},
		{"sftp -b - my.example.com", "put big up\nget up down\n"},
	} {
		o := v.finish(v.command(strings.Fields(c.line)...), strings.NewReader(c.stdin))
		if o.status != 0 || strings.Count(o.err, said) != 1 || strings.Count(o.err, "\n") != 1 {
			t.Errorf("%s: status %d, stderr %q", c.line, o.status, o.err)
		}
	}
	for _, name := range []string{"there", "back", "old-protocol", "up", "down"} {
		if got := v.sum(name); got != want {
			t.Errorf("%s is not what was sent", name)
		}
	}
	if o := v.run("scp", "my.example.com:nothing", "here"); o.status != 1 || !strings.Contains(o.err, "No such file") {
		t.Errorf("a file that is not there: %+v", o)
	}
}

// git runs ssh and shows its stderr to the user: one line each time, and the protocol
// is untouched in both directions.
func TestGit(t *testing.T) {
	v := newVisit(t)
	want := v.big("big")
	git := func(args ...string) outcome {
		t.Helper()
		o := v.run(append([]string{"git", "-c", "user.name=Chris", "-c", "user.email=chris@example.com", "-c", "init.defaultBranch=main"}, args...)...)
		if o.status != 0 {
			t.Fatalf("git %q: %+v", args, o)
		}
		return o
	}
	git("init", "-q", "--bare", "repository")
	for _, o := range []outcome{
		git("clone", "-q", "my.example.com:repository", "one"),
		func() outcome {
			v.must(os.Rename(home+"/big", home+"/one/big"))
			git("-C", "one", "add", "big")
			git("-C", "one", "commit", "-q", "-m", "big")
			return git("-C", "one", "push", "-q", "origin", "main")
		}(),
		git("clone", "-q", "my.example.com:repository", "two"),
		git("-C", "two", "fetch", "-q"),
	} {
		// git itself warns about an empty repository.
		if rest := strings.Replace(o.err, "warning: You appear to have cloned an empty repository.\n", "", 1); strings.Count(rest, said) != 1 || strings.Count(rest, "\n") != 1 || o.out != "" {
			t.Errorf("%+v", o)
		}
	}
	if got := v.sum("two/big"); got != want {
		t.Error("the file in the clone is not what was pushed")
	}
	git("-C", "two", "fsck", "--strict")

	// stdout alone has only git's output; both streams together have the warning too.
	o := git("ls-remote", "my.example.com:repository")
	if lines := strings.Split(strings.TrimSuffix(o.out, "\n"), "\n"); len(lines) != 2 || !strings.HasSuffix(lines[1], "\trefs/heads/main") || strings.Count(o.err, said) != 1 {
		t.Errorf("ls-remote: %+v", o)
	}
	both := v.run("sh", "-c", "git ls-remote my.example.com:repository 2>&1 | cat")
	if both.err != "" || strings.Count(both.out, said) != 1 || !strings.Contains(both.out, "\trefs/heads/main\n") {
		t.Errorf("ls-remote 2>&1: %+v", both)
	}
	if o := v.run("git", "ls-remote", "my.example.com:nothing"); o.status != 128 || !strings.Contains(o.err, "nothing") {
		t.Errorf("a repository that is not there: %+v", o)
	}
}

// Even if the first ssh stays behind as a master, a pipe on git's stderr is closed when
// git exits.
func TestGitUnderControlPersist(t *testing.T) {
	v := newVisit(t)
	v.sshConfig(strings.Replace(persistent, "ControlPersist 60", "ControlPersist yes", 1))
	t.Cleanup(func() { v.run("ssh", "-O", "exit", "my.example.com") })
	if o := v.run("git", "init", "-q", "--bare", "repository"); o.status != 0 {
		t.Fatalf("%+v", o)
	}
	// run waits until both pipes are closed, and gives up if a process holds them.
	o := v.run("sh", "-c", "git ls-remote my.example.com:repository 2>&1 | cat")
	if o.status != 0 || strings.Count(o.out, said) != 1 {
		t.Errorf("%+v", o)
	}
}

func TestRsync(t *testing.T) {
	v := newVisit(t)
	want := v.big("big")
	for _, c := range []string{"rsync big my.example.com:there", "rsync my.example.com:there back", "rsync --checksum -z big my.example.com:there"} {
		if o := v.run(strings.Fields(c)...); o.status != 0 || o.out != "" || strings.Count(o.err, said) != 1 || strings.Count(o.err, "\n") != 1 {
			t.Errorf("%s: %+v", c, o)
		}
	}
	if v.sum("there") != want || v.sum("back") != want {
		t.Error("what came is not what was sent")
	}
	// 23 is rsync's "partial transfer", and the server's error is passed on.
	if o := v.run("rsync", "my.example.com:nothing", "here"); o.status != 23 || !strings.Contains(o.err, "No such file") {
		t.Errorf("%+v", o)
	}
}

// dropbear's client runs the ProxyCommand of -J with a shell.
func TestDbclient(t *testing.T) {
	v := newVisit(t)
	want := v.big("big")
	if o := v.run("dropbearconvert", "openssh", "dropbear", ".ssh/id", "id.dropbear"); o.status != 0 {
		t.Fatalf("%+v", o)
	}
	dbclient := func(stdin io.Reader, command string) outcome {
		return v.finish(v.command("dbclient", "-y", "-y", "-T", "-i", "id.dropbear", "-J", "rdnsproxy my.example.com 22", "chris@my.example.com", command), stdin)
	}
	if o := dbclient(nil, "echo hello; echo oh >&2; exit 7"); o.status != 7 || o.out != "hello\n" || strings.Count(o.err, said) != 1 || !strings.Contains(o.err, "oh\n") {
		t.Errorf("%+v", o)
	}
	big, err := os.Open(home + "/big")
	v.must(err)
	defer big.Close()
	if o := dbclient(big, "tee there"); o.status != 0 || fmt.Sprintf("%x", sha256.Sum256([]byte(o.out))) != want || v.sum("there") != want {
		t.Errorf("status %d, %d bytes came back, stderr %q", o.status, len(o.out), o.err)
	}
}

// Paramiko with the proxy named in the program. The warning is in a pipe of Paramiko's,
// which programs rarely read.
func TestParamiko(t *testing.T) {
	v := newVisit(t)
	want := v.big("big")
	o := v.run(python, v.script("paramiko_class.py"), "my.example.com", ".ssh/id", "echo hello; echo oh >&2; exit 7", "big", "rdnsproxy", "my.example.com", "22")
	if o.status != 0 || o.out != "hello\nstatus 7\n"+strings.Repeat(want+"\n", 3)+"proxy 0\n" || !strings.HasPrefix(o.err, "oh\n"+said) || strings.Count(o.err, "\n") != 2 {
		t.Errorf("%+v", o)
	}
}

// Paramiko with the ProxyCommand of ~/.ssh/config, which it expands itself.
func TestParamikoConfigured(t *testing.T) {
	v := newVisit(t)
	o := v.run(python, v.script("paramiko_config.py"), "my.example.com", "echo hello; exit 7")
	if o != (outcome{"hello\n", "proxy 0\n", 7}) {
		t.Errorf("%+v", o)
	}
}

// A client that ends the relay with SIGTERM while the relay's stdin stays open.
func TestHungUpBySignal(t *testing.T) {
	v := newVisit(t)
	o := v.run(python, v.script("paramiko_socketpair.py"), "my.example.com", ".ssh/id", "rdnsproxy", "my.example.com", "22")
	if o.status != 0 || o.out != "hello\nproxy 0\n" || strings.Count(o.err, said) != 1 {
		t.Errorf("%+v", o)
	}
}
