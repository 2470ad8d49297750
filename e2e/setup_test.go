//go:build linux

package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// laterFiles are ProxyCommands in files that ssh reads after the user's: those of
// systemd's 20-systemd-ssh-proxy.conf and libvirt's 30-libvirt-ssh-proxy.conf in several
// releases, and of a company.
const laterFiles = `Host .host machine/.host
	ProxyCommand /usr/lib/systemd/systemd-ssh-proxy unix/run/ssh-unix-local/socket %p
	ProxyUseFdpass yes
	CheckHostIP no
Host unix/* unix,* unix%* vsock/* vsock,* vsock%* vsock-mux/* machine/* machine%*
	ProxyCommand /usr/lib/systemd/systemd-ssh-proxy %h %p
	ProxyUseFdpass yes
	CheckHostIP no
	StrictHostKeyChecking no
	UserKnownHostsFile /dev/null
Host qemu/* qemu:session/* qemu:system/*
	ProxyCommand /usr/libexec/libvirt-ssh-proxy %h %p
	ProxyUseFdpass yes
Host *.corp.example
	ProxyCommand corkscrew proxy 8080 %h %p
Match host *.inner.example user root
	ProxyJump gate
`

// whole returns the whole output of ssh -G for a command line, even of a refusal.
func (v *visit) whole(args ...string) string {
	v.t.Helper()
	o := v.run(append([]string{"ssh", "-G"}, args...)...)
	return o.out + o.err
}

// without returns the lines of a that are not in b.
func without(a, b string) []string {
	return slices.DeleteFunc(strings.Split(a, "\n"), func(ln string) bool { return strings.Contains("\n"+b+"\n", "\n"+ln+"\n") })
}

// setup, as in README's installation, makes ssh run rdnsproxy and changes nothing else.
func TestSetup(t *testing.T) {
	v := newVisit(t)
	v.sshConfig("Host viajump\n\tProxyJump exact.example.com\nHost own\n\tProxyCommand nc %h %p\n")
	v.must(os.MkdirAll("/etc/ssh/ssh_config.d", 0o755))
	v.write("/etc/ssh/ssh_config.d/others.conf", laterFiles)
	v.write("/etc/ssh/ssh_config", "Include /etc/ssh/ssh_config.d/*.conf\nMatch final all\n\tHashKnownHosts yes\n")
	t.Cleanup(func() { os.WriteFile("/etc/ssh/ssh_config", nil, 0o644); os.RemoveAll("/etc/ssh/ssh_config.d") })
	old, err := os.ReadFile(home + "/.ssh/config")
	v.must(err)

	asks := [][]string{
		{"my.example.com"}, {"viajump"}, {"own"}, {"vsock/3"}, {"vsock,3"}, {"vsock%3"}, {".host"}, {"unix/run/x"}, {"machine/m"}, {"machine/.host"},
		{"qemu/vm"}, {"db.corp.example"}, {"root@a.inner.example"}, {"you@a.inner.example"}, {"192.0.2.1"}, {"2001:db8::1"}, {"a_b"},
		{"-J", "gate", "my.example.com"}, {"-o", "ProxyCommand=nc %h %p", "my.example.com"}, {"-o", "ProxyJump=gate", "my.example.com"},
		{"-o", "ProxyCommand=none", "my.example.com"}, {"-oProxyCommand=/usr/bin/mosh --fake-proxy -- %h %p", "my.example.com"},
	}
	var before []string
	for _, a := range asks {
		before = append(before, v.whole(a...))
	}
	o := v.run("rdnsproxy", "setup", "--yes")
	if o.status != 0 || !strings.Contains(o.out, "wrote "+home+"/.ssh/config\n") || !strings.Contains(o.err, "viajump") || !strings.Contains(o.err, "own") || !strings.Contains(o.err, "vsock/*") {
		t.Errorf("%+v", o)
	}
	checked := 0
	for i, a := range asks {
		after := v.whole(a...)
		if strings.Contains(after, "proxycommand "+program+" '%h' %p\n") && !strings.Contains(before[i], "\nproxycommand ") {
			after = strings.Replace(after, "proxycommand "+program+" '%h' %p\n", "", 1)
			checked++
		}
		if after != before[i] {
			t.Errorf("%q: %q and %q", a, without(before[i], after), without(after, before[i]))
		}
	}
	if checked != 4 { // the first host, the addresses, and a_b
		t.Errorf("%d are checked", checked)
	}
	if o := v.ssh("my.example.com", "echo hello"); o.out != "hello\n" || !strings.HasPrefix(o.err, articleWarning) {
		t.Errorf("%+v", o)
	}
	if o := v.run("rdnsproxy", "setup", "--remove", "--yes"); o.status != 0 {
		t.Errorf("%+v", o)
	}
	if now, err := os.ReadFile(home + "/.ssh/config"); err != nil || string(now) != string(old) {
		t.Errorf("%q came back as %q, %v", old, now, err)
	}
}

// A job of cron has the PATH /usr/bin:/bin on Debian: the lines work for it too, wherever
// the program is.
func TestSetupForCron(t *testing.T) {
	v := newVisit(t)
	v.sshConfig("")
	const local = "/usr/local/bin"
	v.must(unix.Mount("tmpfs", local, "tmpfs", 0, "mode=755"))
	t.Cleanup(func() { v.must(unix.Unmount(local, 0)) })
	b, err := os.ReadFile(program)
	v.must(err)
	v.must(os.WriteFile(local+"/rdnsproxy", b, 0o755))
	if o := v.run("env", "PATH="+local+":/usr/bin:/bin", "rdnsproxy", "setup", "--yes"); o.status != 0 {
		t.Fatalf("%+v", o)
	}
	if o := v.run("env", "PATH=/usr/bin:/bin", "ssh", "exact.example.com", "echo hello"); o != (outcome{out: "hello\n"}) {
		t.Errorf("%+v", o)
	}
}

// A missing ~/.ssh is created with ssh's permissions; a configuration that is a link
// stays one; and anything that is not a file or not a configuration is left alone.
func TestSetupFiles(t *testing.T) {
	v := newVisit(t)
	config := home + "/.ssh/config"
	v.must(os.RemoveAll(home + "/.ssh"))
	if o := v.run("rdnsproxy", "setup", "--yes"); o.status != 0 {
		t.Errorf("%+v", o)
	}
	for path, mode := range map[string]os.FileMode{home + "/.ssh": 0o700, config: 0o600} {
		if st, err := os.Stat(path); err != nil || st.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", path, st, err)
		}
	}
	if got := v.whole("my.example.com"); !strings.Contains(got, "proxycommand "+program) {
		t.Error(got)
	}

	// ssh does not use $HOME.
	v.must(os.Remove(config))
	elsewhere := v.command("rdnsproxy", "setup", "--yes")
	elsewhere.Env = append(elsewhere.Env, "HOME=/nonexistent")
	if o := v.finish(elsewhere, nil); o.status != 0 {
		t.Errorf("%+v", o)
	}
	if got := v.whole("my.example.com"); !strings.Contains(got, "proxycommand "+program) {
		t.Error(got)
	}

	real := home + "/dotfiles/ssh"
	v.must(os.MkdirAll(filepath.Dir(real), 0o755))
	v.write(real, "Host x\r\n\tPort 7")
	v.must(os.Chmod(real, 0o644))
	v.must(do("chown", "-R", "chris:chris", home))
	v.must(os.Remove(config))
	v.must(os.Symlink(real, config))
	if o := v.run("rdnsproxy", "setup", "--yes"); o.status != 0 {
		t.Errorf("%+v", o)
	}
	if st, err := os.Lstat(config); err != nil || st.Mode()&os.ModeSymlink == 0 {
		t.Errorf("%v, %v", st, err)
	}
	if st, err := os.Stat(real); err != nil || st.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", st, err)
	}
	text, err := os.ReadFile(real)
	v.must(err)
	if strings.Count(string(text), "\n") != strings.Count(string(text), "\r\n") || !strings.Contains(v.whole("x"), "proxycommand "+program) {
		t.Errorf("%q", text)
	}

	// An edited block is left alone.
	v.write(real, strings.Replace(string(text), "'%h' %p", "--policy strict '%h' %p", 1))
	for _, args := range [][]string{{"--yes"}, {"--remove", "--yes"}} {
		o := v.run(append([]string{"rdnsproxy", "setup"}, args...)...)
		if o.status != 1 || !strings.Contains(o.err, "edited by hand") || strings.Count(o.err, "\n") != 1 {
			t.Errorf("%+v", o)
		}
	}
	v.write(real, string(text))
	if o := v.run("rdnsproxy", "setup", "--remove", "--yes"); o.status != 0 {
		t.Errorf("%+v", o)
	}
	if now, err := os.ReadFile(real); err != nil || string(now) != "Host x\r\n\tPort 7" {
		t.Errorf("%q, %v", now, err)
	}

	v.must(os.Remove(config))
	temp := home + "/tmp" // where the copies for ssh -G are
	v.must(errors.Join(os.Mkdir(temp, 0o700), os.Chown(temp, chris, chris)))
	for what, make := range map[string]func() error{
		"is a directory":              func() error { return os.Mkdir(config, 0o700) },
		"is not a regular file":       func() error { return do("mkfifo", "-m", "666", config) },
		"is a dangling symbolic link": func() error { return os.Symlink("nosuch", config) },
		"is larger than":              func() error { return do("truncate", "-s", "1T", config) },
		"permission denied":           func() error { return os.WriteFile(config, nil, 0) },
		"belongs to another user":     func() error { return os.WriteFile(config, nil, 0o644) },
		"everybody may write ": func() error {
			return errors.Join(os.WriteFile(config, nil, 0o600), os.Chown(config, chris, chris), os.Chmod(config, 0o666))
		},
		"Bad configuration option: nonsense": func() error { return os.WriteFile(config, []byte("Nonsense yes\n"), 0o644) },
	} {
		v.must(make())
		cmd := v.command("rdnsproxy", "setup", "--yes")
		cmd.Env = append(cmd.Env, "TMPDIR="+temp)
		o := v.finish(cmd, nil)
		if o.status != 1 || !strings.Contains(o.err, what) || strings.Count(o.err, "\n") != 1 || strings.Contains(o.err, "rdnsproxy-setup-") {
			t.Errorf("%s: %+v", what, o)
		}
		v.must(os.RemoveAll(config))
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
