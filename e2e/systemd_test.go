//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// machine is a system under a systemd of its own, in the tests' network.
type machine struct {
	v   *visit
	pid int // systemd
}

// units copies examples/systemd to a directory, with the program where it is here.
func (v *visit) units(dir string) {
	v.t.Helper()
	v.must(os.CopyFS(dir, os.DirFS("../examples/systemd")))
	v.must(filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		v.write(path, strings.ReplaceAll(v.content(path), "/usr/bin/rdnsproxy", program))
		return nil
	}))
}

// boot starts systemd as process 1 of namespaces of its own, with the units of a directory.
// It forgets how a service ended when nothing refers to it, as its timer does, so each gets
// a timer that elapses too late to start it.
func (v *visit) boot(units string) *machine {
	v.t.Helper()
	services, _ := filepath.Glob(units + "/*[^@].service")
	var keep []string
	for _, s := range services {
		keep = append(keep, "keep-"+strings.TrimSuffix(filepath.Base(s), ".service")+".timer")
		v.write(units+"/"+keep[len(keep)-1], "[Timer]\nOnActiveSec=1d\nUnit="+filepath.Base(s)+"\n")
	}
	group := v.processGroup()
	fd, err := os.Open(group)
	v.must(err)
	defer fd.Close()
	script, err := filepath.Abs("testdata/systemd/boot.sh")
	v.must(err)
	// The new namespace of groups begins where the process is that makes it.
	cmd := exec.Command("unshare", "--cgroup", "sh", script, units)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setsid: true, UseCgroupFD: true, CgroupFD: int(fd.Fd()),
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS,
	}
	v.must(cmd.Start())
	v.t.Cleanup(func() { // with process 1 go all others
		cmd.Process.Kill()
		cmd.Wait()
	})
	m := &machine{v, cmd.Process.Pid}
	v.eventually("systemd has booted", func() bool { return m.run("systemctl", "is-active", "booted.target").status == 0 })
	if o := m.run(append([]string{"systemctl", "start"}, keep...)...); o.status != 0 {
		v.t.Fatalf("%+v", o)
	}
	return m
}

// processGroup makes a control group for the test and what it starts.
func (v *visit) processGroup() string {
	v.t.Helper()
	const all = lab + "/cgroup"
	v.must(os.MkdirAll(all, 0o755))
	v.must(unix.Mount("cgroup2", all, "cgroup2", 0, ""))
	// Each run has a name of its own: one that was killed leaves its group behind.
	group, err := os.MkdirTemp(all, "rdnsproxy-e2e-")
	v.must(err)
	v.t.Cleanup(func() {
		v.eventually("the groups are empty", func() bool { return removeGroups(group) == nil })
		v.must(unix.Unmount(all, 0))
	})
	return group
}

// removeGroups removes a control group and those in it.
func removeGroups(group string) error {
	inner, err := os.ReadDir(group)
	if err != nil {
		return err
	}
	for _, d := range inner {
		if d.IsDir() {
			if err := removeGroups(group + "/" + d.Name()); err != nil {
				return err
			}
		}
	}
	return unix.Rmdir(group)
}

// run runs a program on the machine, as root.
func (m *machine) run(argv ...string) outcome {
	m.v.t.Helper()
	inside := []string{"nsenter", "--target", strconv.Itoa(m.pid), "--mount", "--pid", "--cgroup", "--ipc", "--uts", "--"}
	return m.v.asRoot(append(inside, argv...)...)
}

// path is a file of the machine, as the tests see it.
func (m *machine) path(file string) string { return fmt.Sprintf("/proc/%d/root%s", m.pid, file) }

// start runs a service and says how it ended: inactive or failed, and the status of its
// last process.
func (m *machine) start(service string) (state, status string) {
	m.v.t.Helper()
	m.run("systemctl", "reset-failed", service) // or it would be started five times in ten seconds, and no more
	m.run("systemctl", "start", service)
	return m.property(service, "ActiveState"), m.property(service, "ExecMainStatus")
}

func (m *machine) property(unit, name string) string {
	m.v.t.Helper()
	return strings.TrimSpace(m.run("systemctl", "show", "--property", name, "--value", unit).out)
}

// logged returns what a service has written since the last call for it, each line after the
// priority that the journal has for it, as <4>. journald may still be about to read it.
func (m *machine) logged(service string) string {
	m.v.t.Helper()
	o := m.run("journalctl", "--quiet", "--no-pager", "--output=json", "--output-fields=PRIORITY,MESSAGE",
		"--cursor-file=/run/"+service+".cursor", "_TRANSPORT=stdout", "_SYSTEMD_UNIT="+service)
	var b strings.Builder
	for line := range strings.Lines(o.out) {
		var e struct{ PRIORITY, MESSAGE string }
		m.v.must(json.Unmarshal([]byte(line), &e))
		fmt.Fprintf(&b, "<%s>%s\n", e.PRIORITY, e.MESSAGE)
	}
	return b.String()
}
