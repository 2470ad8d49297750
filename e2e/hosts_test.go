//go:build linux

package e2e

import (
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	dnslab "rdnsproxy/internal/lab"
)

// rootCommand returns a program as root would start it, from root's home.
func (v *visit) rootCommand(argv ...string) *exec.Cmd {
	v.t.Helper()
	cmd := v.command(argv...)
	cmd.SysProcAttr.Credential = nil
	cmd.Dir = rootHome
	cmd.Env = append(cmd.Env, "HOME="+rootHome, "USER=root", "LOGNAME=root")
	return cmd
}

func (v *visit) asRoot(argv ...string) outcome {
	v.t.Helper()
	return v.finish(v.rootCommand(argv...), nil)
}

// dns makes a server for these zones the system's resolver until the test ends.
func (v *visit) dns(zones ...dnslab.DNSZone) *dnslab.DNSServer {
	v.t.Helper()
	server, err := dnslab.StartDNSAt(netip.MustParseAddrPort("127.0.0.99:53"), zones...)
	v.must(err)
	v.t.Cleanup(func() { server.Close() })
	v.resolver("127.0.0.99")
	return server
}

// The article's fix as one command, which can be undone and verified.
func TestHostsLine(t *testing.T) {
	v := newVisit(t)
	if o := v.ssh("my.example.com", "true"); !strings.HasPrefix(o.err, articleWarning) {
		t.Fatalf("%+v", o)
	}
	// A user who may not write gets a command that works with sudo's PATH too.
	if o := v.run("rdnsproxy", "hosts", "add", "--yes", "my.example.com"); o.status != 1 || !regexp.MustCompile(`\(sudo /\S+/rdnsproxy hosts add my\.example\.com `).MatchString(o.err) {
		t.Errorf("without root: %+v", o)
	}
	if o := v.asRoot("rdnsproxy", "hosts", "add", "--yes", "my.example.com"); o.status != 0 || !strings.Contains(o.out, "+192.168.1.243  my.example.com  # rdnsproxy ") {
		t.Fatalf("%+v", o)
	}
	if o := v.ssh("my.example.com", "echo hello"); o.err != "" || o.out != "hello\n" {
		t.Errorf("with the line: %+v", o)
	}
	if o := v.run("rdnsproxy", "hosts", "verify"); o.status != 0 {
		t.Errorf("verify: %+v", o)
	}

	v.dns(dnslab.Zone("example.com", "my A 198.51.100.10"))
	o := v.ssh("my.example.com", "echo $SSH_CONNECTION")
	if !strings.Contains(o.err, "is stale") || strings.Fields(o.out)[2] != "192.168.1.243" {
		t.Errorf("after the move, the line's address is dialled and DNS's is told: %+v", o)
	}
	if o := v.run("rdnsproxy", "hosts", "verify"); o.status != 1 || !strings.Contains(o.out, "pin.moved") {
		t.Errorf("verify after the move: %+v", o)
	}
	if o := v.asRoot("rdnsproxy", "hosts", "remove", "--yes", "my.example.com"); o.status != 0 {
		t.Errorf("remove: %+v", o)
	}
	if b, err := os.ReadFile("/etc/hosts"); err != nil || string(b) != pristine["hosts"] {
		t.Errorf("%v, the file is %q", err, b)
	}
}

// Of many concurrent writers each gets its line into the file: one that finds the file
// changed plans its edit again.
func TestHostsAtOnce(t *testing.T) {
	v := newVisit(t)
	var mu sync.Mutex
	var said []string
	var adding sync.WaitGroup
	for _, h := range hosts {
		cmd := v.rootCommand("rdnsproxy", "hosts", "add", "--yes", "--force", h.name)
		adding.Go(func() {
			var out, errs strings.Builder
			cmd.Stdout, cmd.Stderr = &out, &errs
			err := cmd.Run()
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				said = append(said, strings.TrimPrefix(changes(out.String()), "+"))
			case h.verdict != "undetermined":
				t.Errorf("%s: %v, %s", h.name, err, &errs)
			}
		})
	}
	adding.Wait()
	lines := strings.SplitAfter(strings.TrimPrefix(v.content("/etc/hosts"), pristine["hosts"]), "\n")
	lines = lines[:len(lines)-1]
	slices.Sort(said)
	slices.Sort(lines)
	if len(lines) == 0 || !slices.Equal(said, lines) {
		t.Errorf("said to be written:\n%sin the file:\n%s", strings.Join(said, ""), strings.Join(lines, ""))
	}
}
