//go:build linux

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// content returns the content of a file.
func (v *visit) content(path string) string {
	v.t.Helper()
	b, err := os.ReadFile(path)
	v.must(err)
	return string(b)
}

// backups returns the copies of old hosts files.
func (v *visit) backups() []string {
	v.t.Helper()
	paths, err := filepath.Glob("/etc/hosts.*.bak")
	v.must(err)
	v.t.Cleanup(func() {
		for _, p := range paths {
			os.Remove(p)
		}
	})
	return paths
}

const question = "\napply this change to /etc/hosts? [y/N] "

// asked runs hosts add at root's terminal, up to its question.
func (v *visit) asked(flags ...string) (*terminal, *exec.Cmd) {
	v.t.Helper()
	term := v.terminal()
	cmd := term.command(append([]string{"rdnsproxy", "hosts", "add", "my.example.com"}, flags...)...)
	root := v.rootCommand("true")
	cmd.SysProcAttr.Credential, cmd.Dir, cmd.Env = nil, root.Dir, root.Env
	v.must(cmd.Start())
	term.shows(question)
	if screen := term.screen(); !strings.HasSuffix(screen, question) || !strings.Contains(screen, "\n+"+articleLine+"  # rdnsproxy ") {
		v.t.Errorf("the question stands under\n%s", screen)
	}
	if got := v.content("/etc/hosts"); got != pristine["hosts"] {
		v.t.Errorf("before the answer the file is %q", got)
	}
	return term, cmd
}

// The change is shown first, and only a yes writes it.
func TestHostsQuestion(t *testing.T) {
	for _, c := range []struct {
		name, keys string
		status     int
	}{
		{"y", "y\n", 0},
		{"yes", "Yes\n", 0},
		{"n", "n\n", 1},
		{"nothing", "\n", 1},
		{"something else", "nay\n", 1},
		{"end of input", "\x04", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := newVisit(t)
			term, cmd := v.asked()
			term.press(c.keys)
			screen, status := term.wait(cmd)
			if status != c.status || (status != 0) != strings.Contains(screen, "nothing was written") {
				t.Errorf("status %d, screen\n%s", status, screen)
			}
			got, added := strings.CutPrefix(v.content("/etc/hosts"), pristine["hosts"]+articleLine+"  # rdnsproxy ")
			if added != (c.status == 0) || !added && got != pristine["hosts"] {
				t.Errorf("the file is %q", got)
			}
			if paths := v.backups(); len(paths) > 0 {
				t.Errorf("%q", paths)
			}
		})
	}
}

// A hangup or an interrupt is not a yes.
func TestHostsQuestionInterrupted(t *testing.T) {
	v := newVisit(t)
	for name, end := range map[string]func(*terminal){
		"Ctrl-C":  func(term *terminal) { term.press(ctrlC) },
		"hang-up": func(term *terminal) { term.keys.Close() },
	} {
		term, cmd := v.asked()
		end(term)
		if err := cmd.Wait(); err == nil || v.content("/etc/hosts") != pristine["hosts"] {
			t.Errorf("%s: %v", name, err)
		}
	}
	if o := v.finish(v.rootCommand("rdnsproxy", "hosts", "add", "my.example.com"), strings.NewReader("y\n")); o.status != 1 || !strings.Contains(o.err, "use --yes to write without asking") || v.content("/etc/hosts") != pristine["hosts"] {
		t.Errorf("a pipe says yes: %+v", o)
	}
}

// The answer is read as a whole line: nothing of it is left for the shell.
func TestHostsAnswerIsLine(t *testing.T) {
	v := newVisit(t)
	term := v.terminal()
	cmd := term.command("sh", "-c", "rdnsproxy hosts add my.example.com; read line; echo \"the shell reads [$line]\"")
	root := v.rootCommand("true")
	cmd.SysProcAttr.Credential, cmd.Dir, cmd.Env = nil, root.Dir, root.Env
	v.must(cmd.Start())
	term.shows(question)
	term.press("y or rather not\n")
	term.shows("nothing was written")
	term.press("the next\n")
	if screen, _ := term.wait(cmd); !strings.HasSuffix(screen, "\nthe shell reads [the next]\n") || v.content("/etc/hosts") != pristine["hosts"] {
		t.Errorf("screen\n%s", screen)
	}
}

// A yes applies to what was shown, not to a file that has changed since.
func TestHostsChangedMeanwhile(t *testing.T) {
	const another = "192.0.2.7 another.example.com\n"
	for name, change := range map[string]func(v *visit){
		"in place": func(v *visit) { v.write("/etc/hosts", pristine["hosts"]+another) },
		"replaced": func(v *visit) {
			v.write("/etc/hosts.new", pristine["hosts"]+another)
			v.must(os.Rename("/etc/hosts.new", "/etc/hosts"))
		},
		"by a second rdnsproxy": func(v *visit) {
			if o := v.asRoot("rdnsproxy", "hosts", "add", "--yes", "mismatch.example.com"); o.status != 0 {
				v.t.Errorf("%+v", o)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t)
			term, cmd := v.asked("--backup")
			change(v)
			changed := v.content("/etc/hosts")
			term.press("y\n")
			screen, status := term.wait(cmd)
			_, after, _ := strings.Cut(screen, question)
			if status != 1 || !strings.Contains(after, "changed since it was read") || !strings.Contains(after, "run it again") {
				t.Errorf("status %d, screen\n%s", status, screen)
			}
			if got := v.content("/etc/hosts"); got != changed || strings.Contains(got, "my.example.com") {
				t.Errorf("the file is %q", got)
			}
			if paths := v.backups(); len(paths) > 0 {
				t.Errorf("%q", paths)
			}
		})
	}
}

// --backup keeps a copy of the old file, each time under a new name.
func TestHostsBackup(t *testing.T) {
	v := newVisit(t)
	v.write("/etc/hosts", "127.0.0.1\tlocalhost\r\n# no newline")
	v.must(os.Chmod("/etc/hosts", 0o640))
	was := []string{v.content("/etc/hosts")}
	if o := v.asRoot("rdnsproxy", "hosts", "add", "--yes", "--backup", "my.example.com"); o.status != 0 || !strings.Contains(o.err, "the old file is /etc/hosts.") {
		t.Errorf("add: %+v", o)
	}
	was = append(was, v.content("/etc/hosts"))
	if o := v.asRoot("rdnsproxy", "hosts", "remove", "--yes", "--backup", "my.example.com"); o.status != 0 {
		t.Errorf("remove: %+v", o)
	}
	if got := v.content("/etc/hosts"); got != was[0] {
		t.Errorf("the file was %q and is %q", was[0], got)
	}
	held := map[string]bool{}
	paths := v.backups()
	for _, p := range paths {
		held[v.content(p)] = true
		if st, err := os.Stat(p); err != nil || st.Mode() != 0o640 {
			t.Errorf("%s: %v, %v", p, st, err)
		}
	}
	if len(paths) != 2 || !held[was[0]] || !held[was[1]] {
		t.Errorf("%q hold %v", paths, held)
	}
	v.must(os.Chmod("/etc/hosts", 0o644))
}
