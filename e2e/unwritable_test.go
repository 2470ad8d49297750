//go:build linux

package e2e

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// sudoLine returns the command for root that the last line on stderr suggests.
var sudoLine = regexp.MustCompile(`\(sudo (.*)\)\n$`)

// A user who may not write gets a command for root that does exactly what was shown, from
// any directory and whatever is in root's known_hosts.
func TestHostsForeign(t *testing.T) {
	v := newVisit(t)
	folder := lab + "/it's a (folder)"
	v.must(os.MkdirAll(folder, 0o755))
	defer os.RemoveAll(folder)
	for _, c := range []struct {
		path, before string
		argv         []string
	}{
		{"/etc/hosts", pristine["hosts"], []string{"hosts", "add", "my.example.com", "--yes"}},
		{"/etc/hosts", pristine["hosts"], []string{"hosts", "add", "--yes", "--expires", "90d", "--backup", "--address", "198.51.100.18", "mismatch.example.com"}},
		{"/etc/hosts", "192.0.2.1 my.example.com its.alias\n", []string{"hosts", "add", "--yes", "--replace", "my.example.com"}},
		{"/etc/hosts", "192.0.2.1 my.example.com its.alias\n", []string{"hosts", "remove", "--yes", "--any", "my.example.com"}},
		{"/etc/hosts", pristine["hosts"], []string{"hosts", "add", "--yes", "--force", "exact.example.com"}},
		{folder + "/hosts", "127.0.0.1 localhost", []string{"hosts", "add", "--yes", "--hosts-file", "../it's a (folder)/hosts", "my.example.com"}},
		{"/etc/hosts", articleLine + "  # rdnsproxy 2026-01-01 unresolvable expires=2026-02-01\n", []string{"hosts", "verify", "--fix", "--yes"}},
	} {
		v.write(c.path, c.before)
		o := v.run(append([]string{"rdnsproxy"}, c.argv...)...)
		line := sudoLine.FindStringSubmatch(o.err)
		if o.status != 1 || strings.Count(o.err, "\n") != 1 || !strings.Contains(o.err, ": needs root") || line == nil {
			t.Errorf("%q: %+v", c.argv, o)
			continue
		}
		if got := v.content(c.path); got != c.before {
			t.Errorf("%q: the file is %q", c.argv, got)
		}
		as := v.asRoot("sh", "-c", line[1])
		if shown := changes(o.out); as.status != 0 || changes(as.out) != shown || shown == "" || v.content(c.path) == c.before {
			t.Errorf("%s: %+v, and the user was shown\n%s", line[1], as, shown)
		}
		v.backups()
	}
}

// No confirmation is asked for if the file cannot be written.
func TestHostsForeignAtTerminal(t *testing.T) {
	v := newVisit(t)
	screen, status := v.onTerminal("rdnsproxy", "hosts", "add", "my.example.com")
	if status != 1 || strings.Contains(screen, "[y/N]") || !regexp.MustCompile(`\nrdnsproxy: hint: sudo /\S+/rdnsproxy hosts add my\.example\.com`).MatchString(screen) {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
}

// changes returns the lines that a diff removes and adds.
func changes(diff string) string {
	return strings.Join(regexp.MustCompile(`(?m)^(-[^-]|\+[^+]).*\n`).FindAllString(diff, -1), "")
}

// If even root cannot write, root's own run does not suggest sudo, and the file is
// unchanged.
func TestHostsReadOnly(t *testing.T) {
	for name, protect := range map[string]func(v *visit){
		"immutable": func(v *visit) {
			f, err := os.Open("/etc/hosts")
			v.must(err)
			defer f.Close()
			err = unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, unix.STATX_ATTR_IMMUTABLE)
			if errors.Is(err, unix.ENOTTY) || errors.Is(err, unix.EOPNOTSUPP) {
				v.t.Log("no such attribute on a tmpfs of this kernel's: it is mounted read-only instead")
				v.mountOn("/etc/hosts", unix.MS_RDONLY)
				return
			}
			v.must(err)
			v.t.Cleanup(func() {
				f, err := os.Open("/etc/hosts")
				v.must(err)
				defer f.Close()
				v.must(unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, 0))
			})
		},
		"mounted read-only": func(v *visit) { v.mountOn("/etc/hosts", unix.MS_RDONLY) },
	} {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t)
			protect(v)
			o := v.asRoot("rdnsproxy", "hosts", "add", "--yes", "--backup", "my.example.com")
			if o.status != 1 || strings.Count(o.err, "\n") != 1 || !strings.Contains(o.err, "/etc/hosts: not even root can write it") || strings.Contains(o.err, "sudo") {
				t.Errorf("%+v", o)
			}
			if got := v.content("/etc/hosts"); got != pristine["hosts"] {
				t.Errorf("the file is %q", got)
			}
			if paths := v.backups(); len(paths) > 0 {
				t.Errorf("%q", paths)
			}
		})
	}
}

// In a container whose /etc is read-only, the file mounted on hosts is written; journal
// and backup go to the program's own directory.
func TestHostsInReadOnlyFolder(t *testing.T) {
	const state = "/var/lib/rdnsproxy"
	v := newVisit(t)
	t.Cleanup(func() { os.RemoveAll(state) })
	v.mountOn("/etc", 0)
	v.mountOn("/etc/hosts", 0)
	v.must(unix.Mount("", "/etc", "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	if o := v.asRoot("rdnsproxy", "hosts", "add", "--yes", "--backup", "my.example.com"); o.status != 0 || !strings.Contains(o.err, "the old file is "+state+"/hosts-") {
		t.Errorf("add: %+v", o)
	}
	if o := v.ssh("my.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
		t.Errorf("%+v", o)
	}
	if o := v.asRoot("rdnsproxy", "hosts", "remove", "--yes", "my.example.com"); o.status != 0 || v.content("/etc/hosts") != pristine["hosts"] {
		t.Errorf("remove: %+v", o)
	}
	left, err := os.ReadDir(state)
	if err != nil || len(left) != 1 || !strings.HasSuffix(left[0].Name(), ".bak") || v.content(state+"/"+left[0].Name()) != pristine["hosts"] {
		t.Errorf("%v, %v", left, err)
	}
}

// mountOn mounts a file or directory on itself until the test ends.
func (v *visit) mountOn(path string, flags uintptr) {
	v.t.Helper()
	v.must(unix.Mount(path, path, "", unix.MS_BIND, ""))
	v.t.Cleanup(func() { v.must(unix.Unmount(path, unix.MNT_DETACH)) })
	v.must(unix.Mount("", path, "", unix.MS_BIND|unix.MS_REMOUNT|flags, ""))
}
