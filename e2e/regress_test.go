//go:build linux && regress

package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	dnslab "rdnsproxy/internal/lab"
)

// regressSuite is OpenSSH's own regress suite, as Debian's package openssh-tests installs it.
const regressSuite = "/usr/lib/openssh/regress"

func init() { programsNeeded = append(programsNeeded, regressSuite+"/modpipe", "openssl") }

// A ProxyCommand in place of which the relay is tried, and what the suite's configuration
// of ssh needs for it. Whatever passes with nc passes with the relay.
var regressModes = []struct{ name, relay, nc, lines string }{
	{"pipes", program, "nc", ""},
	{"fdpass", program + " --fdpass", "nc -F", "\n\tProxyUseFdpass yes"},
}

// regressLeftOut are the tests that say nothing about the relay, and why. All others go through
// it; one that does not, and is not here, fails. Tests that read neither of the suite's
// configurations of ssh, such as those of sftp over a pipe, are not run.
var regressLeftOut = map[string]string{
	"sshfp-connect": "it wants a zone of the tester's own on the Internet, signed",
	"hostbased":     "it wants hostbased authentication set up on the machine, by hand",
	"broken-pipe":   "the configuration that it names does not exist, so its ssh ends at once",
	"scp-uri":       "its scp runs a program of the suite's in place of ssh",
	"sshcfgparse":   "it only runs ssh -G",
	"cfginclude":    "it only runs ssh -G",
	"integrity":     "with fdpass, its own ProxyCommand passes no descriptor, whichever program it runs",
}

// TestRegress runs OpenSSH's regress suite with the relay between its ssh and its sshd. A
// test fails here if it passes with nc and not with the relay.
func TestRegress(t *testing.T) {
	for _, m := range regressModes {
		t.Run(m.name, func(t *testing.T) {
			newVisit(t)
			s := prepareRegress(t, m.lines)
			var sum regressSum
			for _, name := range s.tests {
				t.Run(name, func(t *testing.T) { sum.add(t, s.compare(t, name, m.relay, m.nc)) })
			}
			t.Logf("%s: %v", m.name, sum)
			if sum.tests() == len(s.tests) && sum.same < 40 {
				t.Errorf("only %d tests of OpenSSH went through the relay", sum.same)
			}
		})
	}
}

// regress is a copy of the suite that connects through OBJ/relay.
type regress struct {
	dir   string
	lines string   // of ssh's configuration
	tests []string // without .sh
}

// prepareRegress copies the suite to a directory of its own, with a server for each sshd
// that it starts as its ProxyCommand.
func prepareRegress(t *testing.T, lines string) *regress {
	t.Helper()
	dir, err := os.MkdirTemp(lab, "r-") // short: there will be sockets in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &regress{dir: dir + "/r", lines: lines}
	if err := errors.Join(os.Chmod(dir, 0o755), do("cp", "-a", regressSuite, s.dir)); err != nil {
		t.Fatal(err)
	}
	if err := s.divert(t); err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile(s.dir + "/Makefile")
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`(?m)^LTESTS=((?:.*\\\n)*.*)`).FindSubmatch(makefile)
	if list == nil {
		t.Fatal("the suite's Makefile has no list of tests")
	}
	connects := regexp.MustCompile(`ssh_proxy|ssh_config`)
	for name := range strings.FieldsSeq(strings.ReplaceAll(string(list[1]), "\\\n", " ")) {
		if text, err := os.ReadFile(s.dir + "/" + name + ".sh"); err == nil && connects.Match(text) {
			s.tests = append(s.tests, name)
		}
	}
	return s
}

// proxiedSSHD is how the suite's configurations of ssh start an sshd as their ProxyCommand.
var proxiedSSHD = regexp.MustCompile(`\$\{?SUDO\}? env SSH_SK_HELPER=\S+ sh \$\{SRC\}/sshd-log-wrapper\.sh \$\{TEST_SSHD_LOGFILE\} \$\{SSHD\} -i -f ([\w$/{}]+)`)

// ownProxy is a ProxyCommand of a test's own, which passes no connection.
var ownProxy = regexp.MustCompile(`-o "[Pp]roxy[Cc]ommand `)

// divert makes the suite's ssh connect to these sshds over TCP.
func (s *regress) divert(t *testing.T) error {
	scripts, err := filepath.Glob(s.dir + "/*.sh")
	if err != nil {
		return err
	}
	diverted := 0
	for _, path := range scripts {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		changed := proxiedSSHD.ReplaceAll(text, []byte("$$OBJ/through $1"))
		changed = ownProxy.ReplaceAll(changed, []byte("-o ProxyUseFdpass=no $0"))
		if filepath.Base(path) == "test-exec.sh" {
			// ssh_proxy is ssh_config and a ProxyCommand, of which the first counts.
			changed = bytes.Replace(changed, []byte("\tcat $OBJ/ssh_config\n\techo proxycommand"),
				[]byte("\tgrep -vi 'proxycommand' $OBJ/ssh_config\n\techo proxycommand"), 1)
		}
		if !bytes.Equal(changed, text) {
			diverted++
			if err := os.WriteFile(path, changed, 0o755); err != nil {
				return err
			}
		}
	}
	if diverted < 2 {
		return fmt.Errorf("%d scripts of the suite start sshd as a ProxyCommand: it has changed", diverted)
	}
	through := "#!/bin/sh\ncase $1 in\n"
	for _, config := range []string{"sshd_proxy", "sshd_proxy_host_a", "sshd_proxy_host_b", "sshd_proxy_host_c", "sshd_proxy_host_d", "sshd_proxy_host_e", "sshd_proxy_orig"} {
		port, err := s.inetd(t, config)
		if err != nil {
			return err
		}
		through += fmt.Sprintf("%s/%s) exec %s/relay exact.example.com %d ;;\n", s.dir, config, s.dir, port)
	}
	return os.WriteFile(s.dir+"/through", []byte(through+"esac\necho \"no sshd is prepared for $1\" >&2\nexit 1\n"), 0o755)
}

// inetd starts an sshd with this configuration for each connection to the port. The sshd is
// behind pipes, as it is as a ProxyCommand, so that it does not know its client's address.
func (s *regress) inetd(t *testing.T, config string) (port int, err error) {
	sshd, err := exec.LookPath("sshd")
	if err != nil {
		return 0, err
	}
	server, err := dnslab.StartTCP("198.51.100.10:0", func(c *net.TCPConn) {
		cmd := exec.Command("sh", s.dir+"/sshd-log-wrapper.sh", s.dir+"/sshd.log", sshd, "-i", "-f", s.dir+"/"+config)
		cmd.Dir = s.dir
		in, err := cmd.StdinPipe()
		if err != nil {
			return
		}
		out, err := cmd.StdoutPipe()
		if err != nil || cmd.Start() != nil {
			return
		}
		go func() {
			io.Copy(in, c)
			in.Close()
		}()
		io.Copy(c, out)
		c.CloseWrite()
		cmd.Wait()
	})
	if err != nil {
		return 0, err
	}
	t.Cleanup(func() { server.Close() })
	return int(server.Addr().Port()), nil
}

// regressResult is what became of one test.
type regressResult struct {
	passed, skipped bool
	sessions        int // through the ProxyCommand
	said            string
}

// run runs one test with a ProxyCommand.
func (s *regress) run(t *testing.T, name, proxy string) regressResult {
	t.Helper()
	count := s.dir + "/relayed"
	os.Remove(count)
	script := fmt.Sprintf("#!/bin/sh\necho >>%s\nexec %s \"$@\"\n", count, proxy)
	if err := os.WriteFile(s.dir+"/relay", []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", s.dir+"/test-exec.sh", s.dir, s.dir+"/"+name+".sh")
	cmd.Dir, cmd.WaitDelay = s.dir, 5*time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // with its ssh
	cmd.Env = []string{"HOME=" + rootHome, "LOGNAME=root", "SHELL=/bin/sh", "PATH=" + lab + ":/usr/bin:/bin:/usr/sbin:/sbin",
		"BUILDDIR=" + s.dir, "TEST_SHELL=sh", "TEST_SSH_SSH=ssh", "TEST_SSH_SFTPSERVER=/usr/lib/openssh/sftp-server",
		"TEST_SSH_IPV6=yes", "TEST_SSH_ECC=yes", "TEST_SSH_UNSAFE_PERMISSIONS=1", "TEST_SSH_FAIL_FATAL=yes",
		"TEST_SSH_SSH_CONFOPTS=\tProxyCommand " + s.dir + "/relay %h %p" + s.lines}
	said, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	s.endLeftovers(t)
	relayed, _ := os.ReadFile(count)
	// What a test leaves in the background keeps its output open, which is an error to Wait.
	return regressResult{cmd.ProcessState.Success(), bytes.Contains(said, []byte("SKIPPED:")), len(relayed), string(said)}
}

// endLeftovers ends what a test has left running, such as a ControlMaster on the port that
// the next test wants. There are only processes of these tests here.
func (s *regress) endLeftovers(t *testing.T) {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range lines {
		if text, err := os.ReadFile(path); err == nil && bytes.Contains(text, []byte(s.dir+"/")) {
			pid, _ := strconv.Atoi(strings.Split(path, "/")[2])
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// compare runs one test with the relay and, if it fails, with nc. A test that measures time
// may fail on a busy machine: it is run once more.
func (s *regress) compare(t *testing.T, name, relay, nc string) (r regressResult) {
	t.Helper()
	for range 2 {
		if r = s.run(t, name, relay); r.passed {
			return r
		}
		if !s.run(t, name, nc).passed {
			return r
		}
	}
	logs := ""
	for _, log := range []string{"failed-regress.log", "failed-ssh.log", "failed-sshd.log"} {
		text, _ := os.ReadFile(s.dir + "/" + log)
		logs += fmt.Sprintf("== %s\n%s\n", log, text[max(0, len(text)-6000):])
	}
	t.Errorf("passes with nc, and fails with the relay:\n%s%s", r.said, logs)
	return r
}

// regressSum counts the tests of a mode.
type regressSum struct{ same, sessions, without, skipped, foreign, failed int }

func (s *regressSum) add(t *testing.T, r regressResult) {
	relayed := r.passed && !r.skipped && r.sessions > 0
	if !relayed && !t.Failed() && regressLeftOut[path.Base(t.Name())] == "" {
		t.Errorf("it does not go through the relay, and regressLeftOut does not say why:\n%.300s", r.said)
	}
	switch {
	case t.Failed():
		s.failed++
	case !r.passed:
		s.foreign++
		t.Logf("fails with nc too: %.300s", r.said)
	case r.skipped:
		s.skipped++
		t.Logf("skipped by itself: %.300s", r.said)
	case r.sessions == 0:
		s.without++
		t.Log("passes, and connects past any ProxyCommand")
	default:
		s.same++
		s.sessions += r.sessions
		t.Logf("passes, with %d connections through the relay", r.sessions)
	}
}

func (s regressSum) tests() int {
	return s.same + s.without + s.skipped + s.foreign + s.failed
}

func (s regressSum) String() string {
	return fmt.Sprintf("%d tests pass, with %d connections through the relay; %d fail; %d fail with nc too, %d skip themselves, %d do not use a ProxyCommand",
		s.same, s.sessions, s.failed, s.foreign, s.skipped, s.without)
}
