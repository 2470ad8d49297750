//go:build linux

package e2e

import (
	"os"
	"strings"
	"testing"
)

// shim writes an executable into ~/bin, which is first on PATH.
func (v *visit) shim(name, text string) {
	v.t.Helper()
	v.must(os.MkdirAll(home+"/bin", 0o755))
	v.write(home+"/bin/"+name, "#!/bin/sh\n"+text)
	v.must(os.Chmod(home+"/bin/"+name, 0o755))
}

// shimmed runs a program with ~/bin first on PATH.
func (v *visit) shimmed(argv []string, stdin string, env ...string) outcome {
	v.t.Helper()
	cmd := v.command(append([]string{"/usr/bin/env"}, argv...)...)
	cmd.Env = append(cmd.Env, "PATH="+home+"/bin:"+lab+":/usr/bin:/bin")
	cmd.Env = append(cmd.Env, env...)
	return v.finish(cmd, strings.NewReader(stdin))
}

// A wrapper script may have the name of the program that it wraps. It finds the real
// program and passes on its exit status and streams.
func TestShims(t *testing.T) {
	for name, shim := range map[string]string{
		"exec":     `exec rdnsproxy NAME "$@"`,
		"fork":     `rdnsproxy NAME "$@"`,
		"indirect": `p=proxy; exec rdns$p NAME "$@"`,
		"both":     `p=proxy; rdns$p NAME "$@"`,
		"no env":   `exec env -i PATH="$PATH" SHELL=/bin/sh HOME="$HOME" rdnsproxy NAME "$@"`,
	} {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t)
			v.sshConfig("")
			v.write(home+"/here", "some content\n")
			for _, program := range []string{"ssh", "sftp", "scp"} {
				v.shim(program, strings.ReplaceAll(shim, "NAME", program)+"\n")
			}
			for _, argv := range [][]string{{"ssh"}, {"rdnsproxy", "ssh"}} {
				o := v.shimmed(append(argv, "my.example.com", "echo hello; exit 7"), "")
				if o.status != 7 || o.out != "hello\n" || strings.Count(o.err, articleWarning) != 1 {
					t.Errorf("%q: %+v", argv, o)
				}
			}
			o := v.shimmed([]string{"scp", "here", "my.example.com:there"}, "")
			if got, _ := os.ReadFile(home + "/there"); o.status != 0 || string(got) != "some content\n" || !strings.Contains(o.err, articleWarning) {
				t.Errorf("scp: %+v, arrived %q", o, got)
			}
			o = v.shimmed([]string{"sftp", "-S", home + "/bin/ssh", "-b", "-", "my.example.com"}, "get here back\n")
			if got, _ := os.ReadFile(home + "/back"); o.status != 0 || string(got) != "some content\n" || !strings.Contains(o.err, articleWarning) {
				t.Errorf("sftp: %+v, arrived %q", o, got)
			}
			// ssh -G and the like give plain ssh's answer.
			v.sshConfig("Match exec true\n\tPort " + sshdUseDNS + "\n")
			if o := v.shimmed([]string{"rdnsproxy", "check", "--print-config", "my.example.com"}, ""); !strings.Contains(o.out, "port "+sshdUseDNS) || strings.Contains(o.out, "proxycommand") || o.status != 0 {
				t.Errorf("check: %+v", o)
			}
		})
	}
	// If there is only a script, the error says so.
	v := newVisit(t)
	v.shim("ssh", `exec rdnsproxy ssh "$@"`+"\n")
	o := v.shimmed([]string{"rdnsproxy", "ssh", "my.example.com"}, "", "PATH="+home+"/bin:"+lab)
	if o.status != 2 || !strings.Contains(o.err, "the only ssh on PATH") {
		t.Errorf("%+v", o)
	}
}

// Plain ssh needs no shell, so the wrapper works even if the user's shell is unusable. A
// shell that prints nothing is kept, for the other commands that ssh runs with it.
func TestWrapperWithoutShell(t *testing.T) {
	v := newVisit(t)
	v.write(home+"/.bashrc", "echo stray\n")
	v.write(home+"/.env", "echo stray\n")
	v.shim("noisy", "echo hello there\nexec /bin/sh \"$@\"\n")
	v.shim("silent", "exec /bin/sh \"$@\"\n")
	v.shim("hangs", "exec sleep 1000\n")
	v.sshConfig("Host *\n\tPermitLocalCommand yes\n\tLocalCommand echo $0 >&2\n")
	for _, c := range []struct {
		env  []string
		runs string // the shell that runs the user's LocalCommand
	}{
		{[]string{"SHELL=/usr/sbin/nologin"}, "/bin/sh"},
		{[]string{"SHELL=/bin/false"}, "/bin/sh"},
		{[]string{"SHELL="}, "/bin/sh"},
		{[]string{"SHELL=/nonexistent"}, "/bin/sh"},
		{[]string{"SHELL=" + home + "/bin/noisy"}, "/bin/sh"},
		{[]string{"SHELL=" + home + "/bin/hangs"}, "/bin/sh"},
		{[]string{"SHELL=" + home + "/bin/silent"}, "/bin/sh"}, // the script executes it
		{[]string{"SHELL=/bin/bash"}, "/bin/sh"},               // the first bash of a session reads .bashrc
		{[]string{"SHELL=/bin/bash", "SHLVL=1"}, "/bin/bash"},
		{[]string{"SHELL=/bin/bash", "SHLVL=1", "BASH_ENV=" + home + "/.env"}, "/bin/sh"},
	} {
		o := v.shimmed([]string{"rdnsproxy", "ssh", "exact.example.com", "echo hello"}, "", c.env...)
		if o != (outcome{"hello\n", c.runs + "\n", 0}) {
			t.Errorf("%q: %+v, want LocalCommand in %s", c.env, o, c.runs)
		}
	}
}
