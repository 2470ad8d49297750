//go:build linux

package e2e

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// TestAuditDropbear reads the log of a real Dropbear, which never looks at a client's
// name: who logged in and who failed counts all the same.
func TestAuditDropbear(t *testing.T) {
	o := newOffice(t, rsyslogSocket, busyboxSocket)
	o.rsyslog()
	o.busybox()
	stop := o.dropbear()
	o.anHourWithDropbear()
	stop()
	o.quiet()
	for _, file := range []string{"rfc3164.log", "rfc3339.log", "busybox.log"} {
		o.written(file)
		r, raw := o.report(nil, "--dns", "none", audited+"/"+file)
		got := map[string][4]int64{}
		for _, c := range r.Clients {
			got[c.Address] = [4]int64{c.Logins, c.Failed, c.UnknownUser, c.BadlyMapped}
		}
		if len(got) != 2 || got[clientUnresolvable] != [4]int64{1, 0, 0, 0} || got[clientGuessing] != [4]int64{0, 2, 2, 0} || r.Totals.Unattributed != 0 {
			t.Errorf("%s: %v\n%s\n%s", file, got, raw, o.written(file))
		}
		for event := range o.events(file) {
			if event.Address != "" && event.Address != clientUnresolvable && event.Address != clientGuessing {
				t.Errorf("%s: %+v", file, event)
			}
		}
	}
}

// anHourWithDropbear is a login, and guesses, one of which forges.
func (o *office) anHourWithDropbear() {
	o.t.Helper()
	if !o.login(clientUnresolvable, "chris", ssh.Password("secret")) {
		o.t.Fatalf("no login\n%v", o.logged())
	}
	for _, user := range []string{"chris", "chris", "oracle", "x' from " + forgedClient + ":22"} {
		o.login(clientGuessing, user, ssh.Password("123456"))
	}
	o.dial(clientGuessing, auditPort).Close()
	o.quiet()
}

// dropbear starts the real Dropbear at the office's port.
func (o *office) dropbear() (stop func()) {
	o.t.Helper()
	binary, err := exec.LookPath("dropbear")
	o.must(err)
	argv := []string{binary, "-F", "-p", auditPort, "-P", audited + "/dropbear.pid"}
	for _, algorithm := range []string{"rsa", "ecdsa", "ed25519"} { // it offers them all
		o.must(do("dropbearkey", "-t", algorithm, "-f", audited+"/dropbear."+algorithm))
		argv = append(argv, "-r", audited+"/dropbear."+algorithm)
	}
	stop = o.start(o.onServer(argv...))
	o.eventually("dropbear listens", func() bool {
		return slices.ContainsFunc(o.logged(), func(r record) bool { return strings.Contains(r.text, "Not backgrounding") })
	})
	return stop
}
