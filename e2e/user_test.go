//go:build linux

package e2e

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// plainly is the first recipe in README.
const plainly = "Host *\n\tProxyCommand rdnsproxy '%h' %p\n"

// patience is a timeout that nothing comes near unless it hangs.
const patience = 60 * time.Second

// visit is a test's environment: an ordinary user's home with README's line in
// ~/.ssh/config, and an unchanged /etc. Tests run one after the other, because there is
// only one /etc.
type visit struct {
	t          *testing.T
	logSeen    map[string]int64
	nsdProcess *os.Process // of nsd, where a test has its own zones
}

func newVisit(t *testing.T) *visit {
	t.Helper()
	v := &visit{t: t, logSeen: map[string]int64{}}
	for name, content := range pristine {
		v.write("/etc/"+name, content)
	}
	for _, h := range []string{home, rootHome} {
		v.must(os.RemoveAll(h))
		v.must(os.MkdirAll(h+"/.ssh", 0o700))
	}
	v.must(do("cp", lab+"/userkey", home+"/.ssh/id"))
	key, err := os.ReadFile(lab + "/hostkey.pub")
	v.must(err)
	v.write(home+"/.ssh/known_hosts", "* "+string(key))
	v.sshConfig(plainly)
	v.must(do("chown", "-R", strconv.Itoa(chris)+":"+strconv.Itoa(chris), home))
	for _, port := range []string{sshdPlain, sshdUseDNS} {
		if st, err := os.Stat(sshdLog(port)); err == nil {
			v.logSeen[port] = st.Size()
		}
	}
	t.Cleanup(v.leave)
	return v
}

// leave checks after every test that no relay stays behind.
func (v *visit) leave() {
	v.t.Helper()
	v.eventually("the last helper ends", func() bool { return len(helpers()) == 0 })
	if v.t.Failed() {
		for port := range v.logSeen {
			lines := strings.SplitAfter(v.sshdSaid(port), "\n")
			v.t.Logf("sshd at port %s, at last:\n%s", port, strings.Join(lines[max(0, len(lines)-30):], ""))
		}
	}
}

// sshConfig writes these lines and the common ones to ~/.ssh/config.
func (v *visit) sshConfig(lines string) {
	v.t.Helper()
	common, err := os.ReadFile(lab + "/ssh_config")
	v.must(err)
	v.write(home+"/.ssh/config", lines+string(common))
}

// resolver sets another DNS server in resolv.conf.
func (v *visit) resolver(addr string) { v.write("/etc/resolv.conf", "nameserver "+addr+"\n") }

// outcome is the result of a program.
type outcome struct {
	out, err string
	status   int
}

// command returns a program as the user would start it, from a shell without a terminal.
func (v *visit) command(argv ...string) *exec.Cmd {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience) // the test's own context has ended during cleanup
	v.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	if argv[0] == "rdnsproxy" {
		cmd = exec.CommandContext(ctx, program, argv[1:]...)
	}
	cmd.Dir = home
	cmd.Env = []string{"HOME=" + home, "USER=chris", "LOGNAME=chris", "SHELL=/bin/sh", "LANG=C", "TERM=dumb", "PATH=" + lab + ":/usr/bin:/bin:/usr/sbin:/sbin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: &syscall.Credential{Uid: chris, Gid: chris}}
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// run runs a program. The test judges its exit status; if it hangs or does not start, the
// test fails.
func (v *visit) run(argv ...string) outcome {
	v.t.Helper()
	return v.finish(v.command(argv...), nil)
}

func (v *visit) finish(cmd *exec.Cmd, stdin io.Reader) outcome {
	v.t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &errs
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || !exit.Exited()) {
		v.t.Fatalf("%q: %v\n%s%s", cmd.Args, err, &out, &errs)
	}
	return outcome{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// ssh runs ssh with these arguments and checks that the session worked.
func (v *visit) ssh(args ...string) outcome {
	v.t.Helper()
	o := v.run(append([]string{"ssh"}, args...)...)
	if o.status != 0 {
		v.t.Fatalf("ssh %q: status %d\n%s", args, o.status, o.err)
	}
	return o
}

// sshdSaid returns what an sshd has logged during this visit.
func (v *visit) sshdSaid(port string) string {
	v.t.Helper()
	b, err := os.ReadFile(sshdLog(port))
	v.must(err)
	return strings.ReplaceAll(string(b[v.logSeen[port]:]), "\r\n", "\n")
}

// eventually polls until a condition holds.
func (v *visit) eventually(what string, happened func() bool) {
	v.t.Helper()
	v.within(patience/2, func() string { return "not seen: " + what }, happened)
}

// within polls until a condition holds, but for no longer than most; missing says then what is
// there instead.
func (v *visit) within(most time.Duration, missing func() string, happened func() bool) {
	v.t.Helper()
	for end := time.Now().Add(most); !happened(); time.Sleep(most / 3000) {
		if time.Now().After(end) {
			v.t.Fatal(missing())
		}
	}
}

func (v *visit) write(path, content string) {
	v.t.Helper()
	v.must(os.WriteFile(path, []byte(content), 0o644))
}

func (v *visit) must(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

// helpers returns the running processes of the program.
func helpers() []int { return running(filepath.Base(program)) }

// running returns the running processes of a program with this name.
func running(name string) (pids []int) {
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, l := range links {
		if exe, err := os.Readlink(l); err == nil && filepath.Base(exe) == name {
			pid, _ := strconv.Atoi(strings.Split(l, "/")[2])
			pids = append(pids, pid)
		}
	}
	return pids
}
