//go:build linux

package e2e

import (
	"net/netip"
	"os"
	"strings"
	"testing"

	dnslab "rdnsproxy/internal/lab"
)

// asRoot runs a program as root would, from root's home.
func (v *visit) asRoot(argv ...string) outcome {
	v.t.Helper()
	cmd := v.command(argv...)
	cmd.SysProcAttr.Credential = nil
	cmd.Dir = "/root"
	for i, e := range cmd.Env {
		if strings.HasPrefix(e, "HOME=") {
			cmd.Env[i] = "HOME=/root"
		}
	}
	return v.finish(cmd, nil)
}

// hostMoves makes DNS give my.example.com another address.
func (v *visit) hostMoves() {
	v.t.Helper()
	elsewhere, err := dnslab.StartDNSAt(netip.MustParseAddrPort("127.0.0.99:53"), dnslab.Zone("example.com", "my A 198.51.100.10"))
	v.must(err)
	v.t.Cleanup(func() { elsewhere.Close() })
	v.resolver("127.0.0.99")
}

// The article's remedy as one command, reversible and watched.
func TestHostsLine(t *testing.T) {
	v := newVisit(t)
	if o := v.ssh("my.example.com", "true"); !strings.HasPrefix(o.err, articleWarning) {
		t.Fatalf("%+v", o)
	}
	// Who may not write is told how.
	if o := v.run("rdnsproxy", "hosts", "add", "--yes", "my.example.com"); o.status != 1 || !strings.Contains(o.err, "sudo rdnsproxy hosts add my.example.com --yes") {
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

	v.hostMoves()
	o := v.ssh("my.example.com", "echo $SSH_CONNECTION")
	if !strings.Contains(o.err, "no longer agrees with DNS") || strings.Fields(o.out)[2] != "192.168.1.243" {
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

// The same without root: an accepted mapping is silent until it changes.
func TestAccept(t *testing.T) {
	v := newVisit(t)
	if o := v.run("rdnsproxy", "accept", "my.example.com"); o.status != 0 {
		t.Fatalf("%+v", o)
	}
	if o := v.ssh("my.example.com", "echo hello"); o.err != "" || o.out != "hello\n" {
		t.Errorf("accepted: %+v", o)
	}
	if st, err := os.Stat(home + "/.config/rdnsproxy/accepted"); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st, err)
	}
	if o := v.run("rdnsproxy", "accept", "forget", "my.example.com"); o.status != 0 {
		t.Errorf("forget: %+v", o)
	}
	if o := v.ssh("my.example.com", "true"); !strings.HasPrefix(o.err, articleWarning) {
		t.Errorf("forgotten: %+v", o)
	}
}
