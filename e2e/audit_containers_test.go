//go:build linux

package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// containers starts servers that share a name and a log, each with process IDs of its own from 1 on.
func (o *office) containers(ports ...string) {
	o.t.Helper()
	path, err := exec.LookPath("sshd")
	o.must(err)
	for _, port := range ports {
		common, err := os.ReadFile("testdata/audit/sshd_config")
		o.must(err)
		conf := audited + "/sshd_config." + port
		o.write(conf, "Port "+port+"\nLogLevel VERBOSE\nUsePAM no\nDenyUsers backup\n"+string(common))
		cmd := o.onServer(path, "-D", "-f", conf)
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWPID
		before := len(o.logged())
		o.start(cmd)
		o.eventually("sshd listens", func() bool {
			n := 0
			for _, r := range o.logged()[before:] {
				n += strings.Count(r.text, "Server listening on ")
			}
			return n >= 2
		})
	}
}

// TestAuditContainers: three servers log under one name, and their processes have the same few
// IDs. No login is attributed to a client that did not log in, and none is lost.
func TestAuditContainers(t *testing.T) {
	o := newOffice(t, rsyslogSocket)
	o.rsyslog()
	ports := []string{"2301", "2302", "2303"}
	o.containers(ports...)
	clients := []string{clientConfirmed, clientUnresolvable, clientMismatch}
	users := map[string]string{clientConfirmed: "chris", clientUnresolvable: "deploy", clientMismatch: "root"}
	var all sync.WaitGroup
	for i, port := range ports {
		all.Go(func() {
			for n := range 12 {
				from := clients[(i+n)%3]
				user := users[from]
				how := []ssh.AuthMethod{o.key(user)}
				if n%2 == 1 { // a client that guesses, or may not log in, at the same time
					from, how = clientGuessing, []ssh.AuthMethod{ssh.RetryableAuthMethod(ssh.Password("x"), 2)}
					user = []string{"admin", "backup", "anna"}[n%3]
				}
				c := o.dial(from, port)
				conn, channels, requests, err := ssh.NewClientConn(c, "", &ssh.ClientConfig{User: user, Auth: how,
					HostKeyCallback: ssh.InsecureIgnoreHostKey()})
				if (err == nil) != (n%2 == 0) {
					t.Errorf("%s from %s: %v", user, from, err)
				}
				if err == nil {
					client := ssh.NewClient(conn, channels, requests)
					if session, err := client.NewSession(); err == nil {
						session.Run("true")
					}
					client.Close()
				}
				c.Close()
			}
		})
	}
	all.Wait()
	o.quiet()
	log := o.written("rfc3339.log")
	accepted := map[string]int64{} // what sshd says
	pids := map[string]map[string]bool{}
	for line := range strings.Lines(log) {
		_, rest, _ := strings.Cut(line, " sshd[")
		pid, _, _ := strings.Cut(rest, "]")
		for _, from := range append(clients, clientGuessing) {
			if strings.Contains(line, "Accepted ") && strings.Contains(line, " from "+from+" port ") {
				accepted[from]++
			}
			if strings.Contains(line, " "+from+" port ") {
				if pids[pid] == nil {
					pids[pid] = map[string]bool{}
				}
				pids[pid][from] = true
			}
		}
	}
	shared := 0
	for _, clients := range pids {
		if len(clients) > 1 {
			shared++
		}
	}
	if shared == 0 {
		t.Fatalf("no process ID is of two clients:\n%s", log)
	}
	r, raw := o.report(nil, "--dns", "none", audited+"/rfc3339.log")
	for _, c := range r.Clients {
		if c.Logins != accepted[c.Address] || c.Address == clientGuessing && c.Reading == "people" {
			t.Errorf("%s: %d logins, %s; sshd accepted %d", c.Address, c.Logins, c.Reading, accepted[c.Address])
		}
		if c.Address != clientGuessing && (c.NotAllowed > 0 || c.UnknownUser > 0 || c.Failed > 0) {
			t.Errorf("%s did what another client did: %+v", c.Address, c)
		}
		delete(accepted, c.Address)
	}
	if len(accepted) > 0 {
		t.Errorf("not in the report: %v\n%s", accepted, raw)
	}
}

// TestAuditContainerText: what sshd -e writes, as a container's log and as a collector has it. The
// text has no tag, and is read all the same; any client can have written it.
func TestAuditContainerText(t *testing.T) {
	o := newOffice(t)
	stop := o.sshd(auditPort, "-e", "LogLevel INFO")
	if !o.login(clientUnresolvable, "chris", o.key("chris")) {
		t.Fatal("chris does not log in")
	}
	o.login(clientGuessing, "admin", ssh.Password("x"))
	time.Sleep(300 * time.Millisecond)
	stop()
	raw, err := os.ReadFile(audited + "/stderr.log")
	o.must(err)
	stamp := time.Now().UTC().Format(time.RFC3339Nano)
	forms := map[string]func(string) any{
		"collector": func(s string) any { return map[string]any{"message": s, "stream": "stderr", "timestamp": stamp} },
		"pod": func(s string) any {
			return map[string]any{"message": s, "@timestamp": stamp, "kubernetes": map[string]any{"pod": map[string]any{"name": "sshd-0"}}}
		},
		"docker": func(s string) any { return map[string]any{"log": s + "\n", "stream": "stderr", "time": stamp} },
		"fluent-bit": func(s string) any {
			return map[string]any{"date": time.Now().Unix(), "log": s, "kubernetes": map[string]any{"pod_name": "sshd-0", "host": auditHost}}
		},
		"cri": nil, "bare": nil,
	}
	for name, form := range forms {
		var b strings.Builder
		lines := bufio.NewScanner(strings.NewReader(string(raw)))
		for lines.Scan() {
			switch {
			case form != nil:
				line, err := json.Marshal(form(lines.Text()))
				o.must(err)
				b.Write(append(line, '\n'))
			case name == "cri":
				fmt.Fprintf(&b, "%s stderr F %s\n", stamp, lines.Text())
			default:
				fmt.Fprintln(&b, lines.Text())
			}
		}
		o.write(audited+"/"+name+".log", b.String())
		r, text := o.report(nil, "--dns", "none", audited+"/"+name+".log")
		logins := map[string]int64{}
		for _, c := range r.Clients {
			logins[c.Address] = c.Logins
		}
		if len(logins) != 2 || logins[clientUnresolvable] != 1 || r.Inputs[0].Trust != "stranger" || !r.has("log.forgeable") {
			t.Errorf("%s: %v, trust %s, %q\n%s\n%s", name, logins, r.Inputs[0].Trust, r.codes(), b.String(), text)
		}
	}
}
