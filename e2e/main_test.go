//go:build linux

package e2e

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	dnslab "rdnsproxy/internal/lab"
)

// The test binary runs three times, each inside the previous: outside, it builds the
// program and creates the namespaces; as their init, it reaps orphans, and its exit ends
// all processes there; the third runs the tests.
const (
	stageVar    = "RDNSPROXY_E2E_STAGE"
	programsVar = "RDNSPROXY_E2E_PROGRAMS"
)

// programsBuilt are the project's programs and the packages that they are built from.
var programsBuilt = map[string]string{"rdnsproxy": "..", "rdnsproxy_exporter": "../cmd/rdnsproxy_exporter"}

var programsNeeded = []string{"ssh", "sshd", "sftp", "scp", "nsd", "ip", "nc", "git", "rsync", "dbclient", "dropbearconvert", "dropbear", "dropbearkey", "getent", "avahi-daemon", python,
	"rsyslogd", "busybox", "journalctl", "logger", "openssl", journalRemote, "microsocks", "tinyproxy", "stunnel4",
	"ncat", "socat", "corkscrew", "connect-proxy", "strace", "gcc", "ldconfig",
	"systemctl", "systemd-analyze", "unshare", "nsenter", "promtool"}

func TestMain(m *testing.M) {
	var status int
	var err error
	switch os.Getenv(stageVar) {
	case "":
		if flag.Parse(); testing.Short() {
			fmt.Println("e2e: left out with -short")
			return
		}
		status, err = outside()
	case "init":
		status, err = asInit()
	default:
		dnslab.DefaultSignals()
		status, err = inside(m)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		status = 1
	}
	os.Exit(status)
}

// before are what the tests behind a tag need from outside of the namespaces, where there
// are a network and Go's caches: each returns variables for their environment. The directory
// is removed after the tests.
var before []func(dir string) (env []string, err error)

// outside leaves nothing behind except in the build cache.
func outside() (int, error) {
	if os.Geteuid() != 0 {
		return 0, errors.New("these tests make network and mount namespaces of their own, which takes root: run make e2e as root")
	}
	os.Setenv("PATH", os.Getenv("PATH")+":/usr/local/sbin:/usr/sbin:/sbin") // nsd and sshd may be in these
	for _, p := range programsNeeded {
		if _, err := exec.LookPath(p); err != nil {
			return 0, fmt.Errorf("%w: testdata/install test, as root, sees to that", err)
		}
	}
	if !hasNSSModule("mdns4_minimal") {
		return 0, errors.New("libnss_mdns4_minimal.so.2 is not installed: testdata/install test, as root, sees to that")
	}
	dir, err := os.MkdirTemp("", "rdnsproxy-e2e-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	programs := filepath.Join(dir, "bin")
	for name, pkg := range programsBuilt {
		build := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(programs, name), pkg)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			return 0, fmt.Errorf("%w\n%s", err, out)
		}
	}
	env := []string{programsVar + "=" + programs}
	for _, prepare := range before {
		more, err := prepare(dir)
		if err != nil {
			return 0, err
		}
		env = append(env, more...)
	}
	runtime.LockOSThread() // Pdeathsig is about the parent thread, not the process
	self := again("init", env...)
	self.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS,
		Pdeathsig:  syscall.SIGKILL,
	}
	err = self.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	return 0, err
}

// hasNSSModule reports whether the dynamic linker finds an NSS module of libc.
func hasNSSModule(name string) bool {
	known, err := exec.Command("ldconfig", "-p").Output()
	return err == nil && strings.Contains(string(known), "libnss_"+name+".so.2")
}

// asInit is process 1: it inherits orphans, and when it exits the kernel kills all other
// processes.
func asInit() (int, error) {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return 0, fmt.Errorf("a private mount namespace: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return 0, fmt.Errorf("/proc of an own process namespace: %w", err)
	}
	tests := again("tests")
	if err := tests.Start(); err != nil {
		return 0, err
	}
	for {
		var status unix.WaitStatus
		switch pid, err := unix.Wait4(-1, &status, 0, nil); {
		case err == unix.EINTR:
		case err != nil:
			return 0, err
		case pid == tests.Process.Pid && status.Exited():
			return status.ExitStatus(), nil
		case pid == tests.Process.Pid && status.Signaled():
			return 0, fmt.Errorf("the tests were ended by %v", status.Signal())
		}
	}
}

// inside builds the world and runs the tests in it.
func inside(m *testing.M) (int, error) {
	built := os.Getenv(programsVar)
	stop, err := buildWorld(built)
	defer stop()
	os.RemoveAll(built) // it has been copied, and the outer process may be killed
	os.Remove(filepath.Dir(built))
	if err != nil {
		return 0, err
	}
	return m.Run(), nil
}

// again returns a command for this binary with the same arguments, at another stage.
func again(stage string, env ...string) *exec.Cmd {
	self := exec.Command("/proc/self/exe", os.Args[1:]...)
	self.Args[0] = os.Args[0]
	self.Stdin, self.Stdout, self.Stderr = os.Stdin, os.Stdout, os.Stderr
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, stageVar+"=") {
			self.Env = append(self.Env, v)
		}
	}
	self.Env = append(append(self.Env, env...), stageVar+"="+stage)
	return self
}
