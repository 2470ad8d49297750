//go:build linux

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// asking is the recipe for --policy ask, for a user at a terminal.
const asking = "Host *\n\tBatchMode no\n\tProxyCommand rdnsproxy --policy ask %h %p\n"

const (
	continueQuestion = "\nContinue connecting (yes/no/accept)? "
	askedAgain       = "\nPlease type 'yes', 'no' or 'accept': "
	articleQuestion  = articleWarning + "\nrdnsproxy: accept remembers it until it changes; for details, run: rdnsproxy check my.example.com" + continueQuestion
)

// askedAt starts a program on a terminal, and waits for the question.
func (v *visit) askedAt(question string, argv ...string) (*terminal, *exec.Cmd) {
	v.t.Helper()
	term := v.terminal()
	cmd := term.command(argv...)
	v.must(cmd.Start())
	term.shows(question)
	return term, cmd
}

// connections counts the established TCP connections to a server's port.
func (v *visit) connections(port string) (n int) {
	v.t.Helper()
	want, _ := strconv.Atoi(port)
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		for line := range strings.Lines(v.content(file)) {
			f := strings.Fields(line)
			remote := f[2][strings.LastIndexByte(f[2], ':')+1:]
			if got, err := strconv.ParseInt(remote, 16, 32); err == nil && int(got) == want && f[3] == "01" {
				n++
			}
		}
	}
	return n
}

// Each answer to the question, under the real ssh. Nobody is connected to meanwhile.
func TestAsk(t *testing.T) {
	for name, c := range map[string]struct {
		keys, says string
		status     int
	}{
		"yes":       {"yes\n", "", 0},
		"capitals":  {" YES \n", "", 0},
		"accept":    {"accept\n", "", 0},
		"no":        {"no\n", "not confirmed", 255},
		"nothing":   {"\n", "not confirmed", 255},
		"garbage":   {"y\nyes please\nno\n", "not confirmed", 255},
		"end":       {"\x04", "no answer", 255},
		"cut":       {"yes\x04\x04", "no answer", 255},
		"only that": {strings.Repeat("maybe\n", 10), "no answer", 255},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t)
			v.sshConfig(asking)
			term, cmd := v.askedAt(continueQuestion, "ssh", "my.example.com", "echo hello")
			if screen := strings.TrimLeft(term.screen(), "\r"); screen != articleQuestion {
				t.Errorf("the question is\n%q", screen)
			}
			if n := v.connections(sshdPlain); n > 0 {
				t.Errorf("%d connections wait for the answer", n)
			}
			for i, line := range strings.SplitAfter(c.keys, "\n") {
				if i > 0 && line != "" {
					v.eventually("the question again", func() bool { return strings.Count(term.screen(), askedAgain) == i })
				}
				term.press(line)
			}
			screen, status := term.wait(cmd)
			_, after, _ := strings.Cut(screen, continueQuestion)
			if status != c.status || (status == 0) != strings.HasSuffix(after, "\nhello\n") {
				t.Errorf("status %d, screen\n%s", status, screen)
			}
			if c.says != "" && !strings.Contains(after, "\nrdnsproxy: error: not connecting to my.example.com: "+c.says+"\n") {
				t.Errorf("screen\n%s", screen)
			}
			if name == "garbage" != strings.Contains(after, askedAgain) && name != "only that" {
				t.Errorf("screen\n%s", screen)
			}
			if (name == "accept") != (v.accepted() != "") {
				t.Errorf("accepted: %q", v.accepted())
			}
		})
	}
}

// accept remembers what 'rdnsproxy accept' does, and asks again when it has changed.
func TestAskAccept(t *testing.T) {
	v := newVisit(t)
	if o := v.run("rdnsproxy", "accept", "my.example.com"); o.status != 0 {
		t.Fatalf("%+v", o)
	}
	plain := strings.Fields(v.accepted())
	v.must(os.Remove(acceptedFile))
	v.sshConfig(asking)
	term, cmd := v.askedAt(continueQuestion, "ssh", "my.example.com", "echo hello")
	term.press("accept\n")
	if screen, status := term.wait(cmd); status != 0 {
		t.Fatalf("screen\n%s", screen)
	}
	if got := strings.Fields(v.accepted()); len(got) != 5 || strings.Join(got[:4], " ") != strings.Join(plain[:4], " ") {
		t.Errorf("remembered %q, want %q", got, plain)
	}
	if screen, status := v.onTerminal("ssh", "my.example.com", "echo hello"); status != 0 || screen != "hello\n" {
		t.Errorf("accepted: status %d, screen\n%s", status, screen)
	}
	v.write("/etc/hosts", pristine["hosts"]+"198.51.100.10 my.example.com\n")
	const changed = "; it no longer matches the accepted mapping: the address changed from 192.168.1.243 to 198.51.100.10"
	term, cmd = v.askedAt(continueQuestion, "ssh", "my.example.com", "echo hello")
	if screen := term.screen(); !strings.Contains(screen, changed) {
		t.Errorf("screen\n%s", screen)
	}
	term.press("no\n")
	if screen, status := term.wait(cmd); status != 255 {
		t.Errorf("screen\n%s", screen)
	}
}

// A file that cannot be written costs the memory, not the login.
func TestAskAcceptUnwritable(t *testing.T) {
	v := newVisit(t)
	v.must(os.MkdirAll(filepath.Dir(acceptedFile), 0o755)) // root's
	v.sshConfig(asking)
	term, cmd := v.askedAt(continueQuestion, "ssh", "my.example.com", "echo hello")
	term.press("accept\n")
	if screen, status := term.wait(cmd); status != 0 || !strings.Contains(screen, "rdnsproxy: warning: cannot remember the mapping of my.example.com: ") {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
}

// A host with a good mapping is connected to without a question, and one that could not be
// judged cannot be accepted.
func TestAskOthers(t *testing.T) {
	v := newVisit(t)
	v.sshConfig(asking)
	for _, host := range []string{"exact.example.com", "missing.example.com"} {
		if screen, status := v.onTerminal("ssh", host, "echo hello"); status != 0 || screen != "hello\n" {
			t.Errorf("%s: status %d, screen\n%s", host, status, screen)
		}
	}
	term, cmd := v.askedAt("\nContinue connecting (yes/no)? ", "ssh", "undetermined.example.com", "echo hello")
	term.press("accept\n")
	term.shows("\nPlease type 'yes' or 'no': ")
	term.press("yes\n")
	if screen, status := term.wait(cmd); status != 0 || !strings.HasSuffix(screen, "\nhello\n") {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
	if screen, status := v.onTerminal("ssh", "nowhere.example.com", "true"); status != 255 || strings.Contains(screen, "Continue") {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
}

// Who does not sit at the terminal is not asked: then ask is strict.
func TestAskNobody(t *testing.T) {
	v := newVisit(t)
	const refusal = "rdnsproxy: error: refused by --policy ask: my.example.com is 192.168.1.243, "
	verbose := strings.Replace(asking, "ask", "ask -v", 1)
	batch := strings.Replace(verbose, "BatchMode no", "BatchMode yes", 1)
	for name, c := range map[string]struct{ config, command, why string }{
		"BatchMode":            {batch, "ssh my.example.com true", "ssh asks nothing either (BatchMode)"},
		"BatchMode, as a flag": {verbose, "ssh -o batchmode=yes my.example.com true", "ssh asks nothing either (BatchMode)"},
		"scp -B":               {verbose, "scp -B my.example.com:here there", "ssh asks nothing either (BatchMode)"},
		"in the background":    {verbose, "set -m; ssh my.example.com true & wait $!", "the process is in the background of its terminal"},
		"a master there":       {verbose + "\tControlMaster yes\n\tControlPath ~/.ssh/control-%C\n\tControlPersist yes\n", "set -m; ssh -fMN my.example.com & wait $!", "the process is in the background of its terminal"},
		"no terminal":          {verbose, "setsid -w ssh my.example.com true", "there is no terminal"},
	} {
		t.Run(name, func(t *testing.T) {
			v.t = t
			v.sshConfig(c.config)
			screen, status := v.onTerminal("sh", "-c", c.command)
			if status == 0 || strings.Contains(screen, "Continue") || !strings.Contains(screen, refusal) || !strings.Contains(screen, "rdnsproxy: notice: not asking: "+c.why+"\n") {
				t.Errorf("status %d, screen\n%s", status, screen)
			}
			v.sshConfig(strings.Replace(c.config, " -v", "", 1))
			if screen, status = v.onTerminal("sh", "-c", c.command); status == 0 || !strings.Contains(screen, refusal) || strings.Contains(screen, "not asking") {
				t.Errorf("without -v: status %d, screen\n%s", status, screen)
			}
		})
	}
}

// The question is about ssh's host, not about what ssh says: like its own questions it comes
// under -q too, and where stderr leads elsewhere. A master is asked about, its guests are not.
func TestAskEverywhere(t *testing.T) {
	const master = "\tControlMaster auto\n\tControlPath ~/.ssh/control-%C\n\tControlPersist 60\n"
	const fdpass = "Host *\n\tBatchMode no\n\tProxyUseFdpass yes\n\tProxyCommand rdnsproxy --policy ask --fdpass %h %p\n"
	for name, c := range map[string]struct{ config, command, after string }{
		"quiet":          {asking, "ssh -q my.example.com echo hello", "hello\n"},
		"stderr":         {asking, "ssh my.example.com echo hello 2>/dev/null", "hello\n"},
		"stdin, stdout":  {asking, "echo hello | ssh my.example.com cat | cat", "hello\n"},
		"forking":        {asking, "ssh -f my.example.com echo hello; sleep 1", "hello\n"},
		"ControlPersist": {asking + master, "ssh my.example.com echo hello; ssh my.example.com echo again", "hello\nagain\n"},
		"a master":       {asking + master, "ssh -fMN my.example.com; ssh my.example.com echo hello", "hello\n"},
		"fdpass":         {fdpass, "ssh my.example.com echo hello", "hello\n"},
		"scp":            {asking, "echo hello >f; scp -q f my.example.com:g; cat g", "hello\n"},
		"the wrapper":    {"Host *\n\tBatchMode no\n", "RDNSPROXY_POLICY=ask rdnsproxy ssh my.example.com echo hello", "hello\n"},
		"a command":      {"Host *\n\tBatchMode no\n\tProxyCommand rdnsproxy --policy ask %h %p -- nc %h %p\n", "ssh my.example.com echo hello", "hello\n"},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t)
			v.sshConfig(c.config)
			t.Cleanup(func() { v.run("ssh", "-O", "exit", "my.example.com") })
			term, cmd := v.askedAt(continueQuestion, "sh", "-c", c.command)
			term.press("yes\n")
			screen, status := term.wait(cmd)
			if _, after, _ := strings.Cut(screen, continueQuestion); status != 0 || after != "yes\n"+c.after {
				t.Errorf("status %d, screen\n%s", status, screen)
			}
		})
	}
}

// A command is not run after a no, and the question says what it is not about.
func TestAskCommand(t *testing.T) {
	v := newVisit(t)
	v.sshConfig("Host *\n\tBatchMode no\n\tProxyCommand rdnsproxy --policy ask %h %p -- sh -c 'echo ran >~/ran'\n")
	term, cmd := v.askedAt(articleWarning+"; what sh connects to was not checked\n", "ssh", "my.example.com", "true")
	term.shows(continueQuestion)
	term.press("no\n")
	if screen, status := term.wait(cmd); status != 255 || !strings.Contains(screen, "not connecting to my.example.com: not confirmed\n") {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
	if _, err := os.Stat(home + "/ran"); err == nil {
		t.Error("the command ran")
	}
}

// Through a proxy it is the address that the proxy is asked for that is asked about.
func TestAskVia(t *testing.T) {
	v := newVisit(t)
	p := v.proxies()
	v.sshConfig("Host *\n\tBatchMode no\n\tProxyCommand rdnsproxy --policy ask --via http://" + p.tinyproxy + " %h %p\n")
	for keys, want := range map[string]int{"yes\n": 0, "no\n": 255} {
		term, cmd := v.askedAt(articleQuestion, "ssh", "my.example.com", "echo hello")
		term.press(keys)
		if screen, status := term.wait(cmd); status != want || (want == 0) != strings.HasSuffix(screen, "\nhello\n") {
			t.Errorf("status %d, screen\n%s", status, screen)
		}
	}
	v.sshConfig("Host *\n\tBatchMode no\n\tProxyCommand rdnsproxy --policy ask --via socks5h://" + p.sshD + " %h %p\n")
	if screen, status := v.onTerminal("ssh", "my.example.com", "true"); status != 255 || !strings.Contains(screen, "--policy ask cannot vouch for an address that the proxy looks up") {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
}

// modes returns the modes of the terminal.
func (t *terminal) modes() unix.Termios {
	t.v.t.Helper()
	modes, err := unix.IoctlGetTermios(int(t.tty.Fd()), unix.TCGETS)
	t.v.must(err)
	return *modes
}

// raw turns echo and whole lines off.
func (t *terminal) raw() unix.Termios {
	t.v.t.Helper()
	modes := t.modes()
	modes.Lflag &^= unix.ICANON | unix.ECHO
	t.v.must(unix.IoctlSetTermios(int(t.tty.Fd()), unix.TCSETS, &modes))
	return modes
}

// The question is put in whole lines with echo, and the terminal is left as it was, however
// the question ends. What was typed before is not an answer.
func TestAskTerminal(t *testing.T) {
	for name, end := range map[string]func(*terminal){
		"no":      func(term *terminal) { term.press("no\n") },
		"end":     func(term *terminal) { term.press("\x04") },
		"Ctrl-C":  func(term *terminal) { term.press(ctrlC) },
		"SIGTERM": func(term *terminal) { unix.Kill(helpers()[0], unix.SIGTERM) },
		"SIGHUP":  func(term *terminal) { unix.Kill(helpers()[0], unix.SIGHUP) },
	} {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t)
			v.sshConfig(asking)
			term := v.terminal()
			was := term.raw()
			term.press("yes\n")
			// A shell stays in front, as in real use.
			cmd := term.command("sh", "-c", "trap : INT; rdnsproxy --policy ask my.example.com 22; echo status $?; ssh my.example.com true; exec sleep 60")
			v.must(cmd.Start())
			term.shows(continueQuestion)
			if now := term.modes(); now.Lflag&(unix.ICANON|unix.ECHO) != unix.ICANON|unix.ECHO {
				t.Errorf("modes %x", now.Lflag)
			}
			end(term)
			term.shows("status 1\n")
			v.eventually("the question of ssh's", func() bool { return strings.Count(term.screen(), continueQuestion) == 2 })
			end(term)
			v.eventually("the end", func() bool { return len(helpers()) == 0 && len(running("ssh")) == 0 })
			if now := term.modes(); now != was {
				t.Errorf("modes %+v, want %+v", now, was)
			}
			cmd.Process.Kill()
			cmd.Wait()
		})
	}
}

// A login that is stopped asks again when it continues.
func TestAskStopped(t *testing.T) {
	v := newVisit(t)
	v.sshConfig(asking)
	term := v.terminal()
	cmd := term.command("sh", "-c", "set -m; ssh my.example.com echo hello; echo stopped; fg >/dev/null")
	v.must(cmd.Start())
	term.shows(continueQuestion)
	term.press("\x1a")
	term.shows("stopped\n")
	v.eventually("the question again", func() bool { return strings.Count(term.screen(), continueQuestion[1:]) == 2 })
	term.press("yes\n")
	if screen, status := term.wait(cmd); status != 0 || !strings.HasSuffix(screen, "\nhello\n") {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
}

// ssh's own question for a password comes next, with a terminal that shows none.
func TestAskThenPassword(t *testing.T) {
	v := newVisit(t)
	hash, err := exec.Command("openssl", "passwd", "-6", "s3cret").Output()
	v.must(err)
	v.write("/etc/shadow", strings.Replace(accounts["shadow"], "chris:*:", "chris:"+strings.TrimSpace(string(hash))+":", 1))
	t.Cleanup(func() { v.write("/etc/shadow", accounts["shadow"]) })
	server, err := serve(append(sshd("2223", "no"), "-o", "PasswordAuthentication=yes", "-o", "PubkeyAuthentication=no"))
	v.must(err)
	t.Cleanup(func() { server.Process.Kill(); server.Wait() })
	v.must(answers("127.0.0.1:2223"))
	v.sshConfig(asking)
	term, cmd := v.askedAt(continueQuestion, "ssh", "-p", "2223", "my.example.com", "echo hello")
	was := term.modes()
	term.press("yes\n")
	term.shows("'s password: ")
	if now := term.modes(); now.Lflag&unix.ECHO != 0 {
		t.Error("the password is shown")
	}
	term.press("s3cret\n")
	cmd.Wait()
	if now := term.modes(); now != was {
		t.Errorf("modes %+v, want %+v", now, was)
	}
	term.shows("\nhello\n")
	if strings.Contains(term.screen(), "s3cret") {
		t.Error("the password was shown")
	}
}

// Of two logins on a terminal one asks after the other.
func TestAskInTurn(t *testing.T) {
	v := newVisit(t)
	v.sshConfig(asking)
	term, cmd := v.askedAt(continueQuestion, "sh", "-c", "ssh my.example.com echo first & ssh mismatch.example.com echo second; wait")
	v.eventually("both at the terminal", func() bool {
		at := 0
		for _, pid := range helpers() {
			fds, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/fd/*")
			for _, fd := range fds {
				if to, _ := os.Readlink(fd); to == "/dev/tty" {
					at++
				}
			}
		}
		return at == 2
	})
	if n := strings.Count(term.screen(), continueQuestion); n != 1 {
		t.Errorf("%d questions at once:\n%s", n, term.screen())
	}
	term.press("yes\n")
	v.eventually("the second question", func() bool { return strings.Count(term.screen(), continueQuestion) == 2 })
	term.press("yes\n")
	if screen, status := term.wait(cmd); status != 0 || !strings.Contains(screen, "first\n") || !strings.Contains(screen, "second\n") {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
}

// ssh's ConnectTimeout goes on during the question, which says so and ends before. With
// fdpass ssh sets no limit.
func TestAskWithinConnectTimeout(t *testing.T) {
	v := newVisit(t)
	const hurry = " for the answer and the server (ConnectTimeout)\n"
	v.sshConfig("ConnectTimeout 5\n" + asking)
	term, cmd := v.askedAt(hurry+continueQuestion[1:], "ssh", "my.example.com", "true")
	if screen, status := term.wait(cmd); status != 255 || !strings.Contains(screen, "not connecting to my.example.com: no answer before ssh gives up (ConnectTimeout)\n") {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
	v.sshConfig("ConnectTimeout 60\n" + asking)
	term, cmd = v.askedAt(continueQuestion, "ssh", "my.example.com", "echo hello")
	term.press("yes\n")
	if screen, status := term.wait(cmd); status != 0 || strings.Contains(screen, hurry) {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
	v.sshConfig("ConnectTimeout 5\nHost *\n\tBatchMode no\n\tProxyUseFdpass yes\n\tProxyCommand rdnsproxy --policy ask --fdpass %h %p\n")
	term, cmd = v.askedAt(continueQuestion, "ssh", "my.example.com", "echo hello")
	term.press("yes\n")
	if screen, status := term.wait(cmd); status != 0 || strings.Contains(screen, hurry) {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
}
