package sshconf

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestParseCommand(t *testing.T) {
	for _, c := range []struct {
		line string // words separated by blanks; ~ stands for a blank
		want *Command
	}{
		{"ssh web", &Command{Targets: []Target{{Host: "web"}}}},
		{"ssh me@web", &Command{Targets: []Target{{Host: "web", User: "me", Args: []string{"-l", "me"}}}}},
		{"ssh a@b@web", &Command{Targets: []Target{{Host: "web", User: "a@b", Args: []string{"-l", "a@b"}}}}},
		{"ssh -4vp 22 web -l me -- ls -l", &Command{
			Targets: []Target{{Host: "web", Args: []string{"-4", "-v", "-p", "22", "-l", "me"},
				Remote: []string{"ls", "-l"}}}}},
		{"ssh -p22 -oPort=5 me@web -p 7 ls -p 8", &Command{
			Targets: []Target{{Host: "web", User: "me", Args: []string{"-p", "22", "-o", "Port=5", "-l", "me", "-p",
				"7"},
				Remote: []string{"ls", "-p", "8"}}}}},
		{"ssh -- web -p 7", &Command{Targets: []Target{{Host: "web", Remote: []string{"-p", "7"}}}}},
		{"ssh ssh://me;x=y@web:2222",
			&Command{Targets: []Target{{Host: "web", User: "me", Port: 2222, Args: []string{"-l", "me", "-p",
				"2222"}}}}},
		{"ssh ssh://m%40e@[2001:db8::1]:22/",
			&Command{Targets: []Target{{Host: "2001:db8::1", User: "m@e", Port: 22, Args: []string{"-l", "m@e", "-p",
				"22"}}}}},
		{"ssh -V", &Command{}},
		{"ssh -Q cipher", &Command{}},
		{"ssh -F none -J a,b -o ProxyCommand=nc~%h fe80::1%lo", &Command{Targets: []Target{{Host: "fe80::1%lo",
			Args: []string{"-F", "none", "-J", "a,b", "-o", "ProxyCommand=nc %h"}}}}},
		{"sftp -P 2222 -b batch -l 100 -oUser=x me@web:/tmp",
			&Command{Targets: []Target{{Host: "web", User: "me", Path: "/tmp",
				Args: []string{"-oBatchMode=yes", "-o", "User=x", "-l", "me", "-p", "2222"}}}}},
		{"sftp sftp://me@web:22/dir/x",
			&Command{Targets: []Target{{Host: "web", User: "me", Port: 22, Path: "dir/x",
				Args: []string{"-l", "me", "-p", "22"}}}}},
		{"sftp [::1]:dir", &Command{Targets: []Target{{Host: "::1", Path: "dir"}}}},
		{"sftp web", &Command{Targets: []Target{{Host: "web"}}}},
		{"sftp -D /usr/lib/sftp-server", &Command{}},
		{"scp -3rP 22 a ./b:c me@web:/x scp://db:5/y [fe80::1%lo]:z :w", &Command{Targets: []Target{
			{Host: "web", User: "me", Path: "/x", Args: []string{"-l", "me", "-p", "22"}},
			{Host: "db", Port: 5, Path: "y", Args: []string{"-p", "5"}},
			{Host: "fe80::1%lo", Path: "z", Args: []string{"-p", "22"}},
		}}},
		{"scp -l 100 -i key -6 a b", &Command{}},
		{"scp -O a web:", &Command{Targets: []Target{{Host: "web"}}}},
		{"scp -- -x:y .", nil},
		{"scp a b -x:y", nil}, // behind an operand nothing is an option any more
		{"ssh -p", nil},
		{"ssh -Zx web", nil},
		{"ssh -- -x", nil},
		{"ssh me@", nil},
		{"ssh @web", nil},
		{"ssh ssh://web/path", nil},
		{"ssh ssh://web:0", nil},
		{"ssh ssh://[::1", nil},
		{"sftp me@:x", nil},
		{"rsync web:", nil},
	} {
		words := strings.Split(c.line, " ")
		for i := range words {
			words[i] = strings.ReplaceAll(words[i], "~", " ")
		}
		got, err := ParseCommand(words[0], words[1:])
		if c.want == nil {
			if err == nil {
				t.Errorf("%s: %+v, want an error", c.line, got)
			}
			continue
		}
		c.want.Program = words[0]
		if err != nil {
			t.Errorf("%s: %v", c.line, err)
			continue
		}
		if c.want.Program != "ssh" && !strings.Contains(c.line, "-O") { // they are subsystems now
			for i := range c.want.Targets {
				t := &c.want.Targets[i]
				t.Args, t.Remote = append(t.Args, "-s"), []string{"sftp"}
			}
		}
		if d := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: -want +got\n%s", c.line, d)
		}
	}
}

// settings runs ssh -G and gives its lines about what a command line decides.
func settings(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.Command("ssh", append([]string{"-G"}, args...)...).Output()
	if err != nil {
		t.Fatalf("ssh -G %q: %v", args, err)
	}
	var lines []string
	for ln := range strings.Lines(string(out)) {
		if k, _, _ := strings.Cut(ln, " "); slices.Contains(order(), k) {
			lines = append(lines, ln)
		}
	}
	return lines
}

// TestSSHCommand compares what ssh -G says to a command line with what it says
// to the options and the host that were read from it.
func TestSSHCommand(t *testing.T) {
	for _, line := range []string{
		"web", "me@web", "-4vp 22 web", "web -4vp 22", "-l a -p 1 me@web -p 2 -l b ls -p 3",
		"ssh://me@web:7", "-p 6 ssh://me@web:7", "ssh://me@web:7 -p 8 -l x", "-- web -6", "-oPort=9 web -o Port=8",
		"-J gate web", "-o ProxyCommand=x web", "-b 127.0.0.1 -B lo web -o BindAddress=x", "-M -S /tmp/x web",
		"-i -- web -6", "-4 -- web -- -6",
		"-qTNf -o ConnectTimeout=1m web -- -p 3", "me@WEB:x", "-P 22", "-f web true", "-s web sftp", "-qv web",
		"-v -q web -o LogLevel=INFO", "web -s sftp",
	} {
		args := append([]string{"-F", "none"}, strings.Fields(line)...)
		c, err := ParseCommand("ssh", args)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if len(c.Targets) == 0 {
			continue
		}
		q := c.Targets[0].Query()
		if err := q.understand(); err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if d := cmp.Diff(settings(t, args...), settings(t, q.sshArgs()[1:]...)); d != "" {
			t.Errorf("%s: -ssh +ours\n%s", line, d)
		}
	}
}

// TestFileCommands lets the installed sftp and scp run a recorder in the place
// of ssh, and compares what ssh -G says to its arguments with what it says to
// those that were read from the command line.
func TestFileCommands(t *testing.T) {
	dir := t.TempDir()
	record := filepath.Join(dir, "record")
	recorder := filepath.Join(dir, "recorder")
	script := "#!/bin/sh\nfor a; do printf '%s\\n' \"$a\"; done >" + record + "\n"
	if err := os.WriteFile(recorder, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"sftp -F none web", "sftp -F none me@web:/x", "sftp -F none -P 7 -o Port=8 me@web",
		"sftp -F none -P 7 sftp://me@web:9/x",
		"sftp -F none -4 -J gate -oConnectTimeout=5 [::1]:x", "sftp -F none -C -b /dev/null -R 5 -B 100 -l 9 Web",
		"scp -F none web:x /dev/null", "scp -F none -P 7 -o Port=8 me@web:x /dev/null",
		"scp -F none -P 7 scp://me@web:9/x /dev/null",
		"scp -F none -6 -l 100 -i k -oUser=u me@[::1]:x /dev/null", "scp -F none -rpq /dev/null Web:",
		"scp -F none -v web:x /dev/null", "scp -F none -B web:x /dev/null", "sftp -F none -q web", "sftp -F none -vv web",
	} {
		words := strings.Fields(line)
		os.Remove(record)
		// The recorder speaks no protocol, so the programs fail, having run it.
		out, err := exec.Command(words[0], append([]string{"-S", recorder}, words[1:]...)...).CombinedOutput()
		told, readErr := os.ReadFile(record)
		if readErr != nil {
			t.Errorf("%s: nothing recorded: %v, %s", line, err, out)
			continue
		}
		args := strings.Split(strings.TrimSuffix(string(told), "\n"), "\n")
		c, err := ParseCommand(words[0], words[1:])
		if err != nil || len(c.Targets) != 1 {
			t.Errorf("%s: %+v, %v", line, c, err)
			continue
		}
		q := c.Targets[0].Query()
		if err := q.understand(); err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if d := cmp.Diff(settings(t, args...), settings(t, q.sshArgs()[1:]...)); d != "" {
			t.Errorf("%s: -ssh +ours\n%s", line, d)
		}
	}
}

// FuzzParseCommand: what was read is stable, for the options of a target can be
// read again, and no target can pass for an option.
func FuzzParseCommand(f *testing.F) {
	for _, s := range []string{"ssh\n-4vp\n22\nweb\nls", "sftp\n-P\n7\nme@[::1]:x", "scp\n-3\na:b\nscp://c:5/d\ne",
		"ssh\nssh://a%40b;c@[::1]:5", "ssh\n--\n-x", "ssh\n-Fx\n-oA=b\nc@d@e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words := strings.Split(s, "\n")
		c, err := ParseCommand(words[0], words[1:])
		if err != nil {
			return
		}
		for _, target := range c.Targets {
			if target.Host == "" || target.Host[0] == '-' {
				t.Errorf("host %q", target.Host)
			}
			again, err := ParseCommand("ssh", append(slices.Clone(target.Args), "--", "host"))
			if err != nil || len(again.Targets) != 1 || !slices.Equal(again.Targets[0].Args, target.Args) {
				t.Errorf("%q read again: %+v, %v", target.Args, again, err)
			}
		}
	})
}
