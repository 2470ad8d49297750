package lab_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/internal/lab"
)

// The real client logs in, finds the host key in known_hosts, and sends
// SSH_MSG_DISCONNECT.
func TestRealSSH(t *testing.T) {
	keys := []ssh.Signer{hostKey(t, ssh.KeyAlgoED25519), hostKey(t, ssh.KeyAlgoRSA), hostKey(t, ssh.KeyAlgoECDSA256)}
	for i := range keys {
		s := start(t, lab.SSH{HostKeys: keys[i : i+1], Banner: "be welcome\n"})
		known := filepath.Join(t.TempDir(), "known_hosts")
		if err := os.WriteFile(known, []byte(s.KnownHostsLine("my.example.com")), 0o600); err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(s.Addr().String())
		ssh := exec.Command("ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes",
			"-o", "UserKnownHostsFile="+known, "-o", "GlobalKnownHostsFile=none", "-o", "HostName=127.0.0.1",
			"-o", "HostKeyAlias=[my.example.com]:"+port, "-p", port, "-l", "ada", "my.example.com", "sha256sum")
		ssh.Stdin = io.LimitReader(endless('x'), 3<<20)
		var errout strings.Builder
		ssh.Stderr = &errout
		out, err := ssh.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, &errout)
		}
		if len(out) != 64+len("  -\n") {
			t.Errorf("answered %q", out)
		}
		if !strings.Contains(errout.String(), "be welcome") {
			t.Errorf("no banner in %q", &errout)
		}
		await(t, func() bool { return s.Visits()[0].Over })
		v := s.Visits()[0]
		if v.User != "ada" || !v.Farewell || !v.Client.Addr().IsLoopback() || s.Sessions() != 1 ||
			!strings.HasPrefix(v.Version, "SSH-2.0-OpenSSH") || !slices.Equal(v.Commands, []string{"sha256sum"}) {
			t.Errorf("visit: %+v", v)
		}
	}
}

// The real client gives up on every faulty server and prints none of its control
// characters.
func TestRealSSHOnFaults(t *testing.T) {
	for _, fault := range []lab.SSHFault{lab.SpeaksHTTP, lab.Hostile, lab.HangsUp, lab.Resets, lab.Silent, lab.Sntrup} {
		s := start(t, lab.SSH{Fault: fault})
		_, port, _ := net.SplitHostPort(s.Addr().String())
		out, err := exec.CommandContext(t.Context(), "ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "ConnectTimeout=2",
			"-o", "UserKnownHostsFile=none", "-p", port, "127.0.0.1", "true").CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 255 {
			t.Errorf("fault %d: %v: %q", fault, err, out)
		}
		if bytes.ContainsRune(out, '\x1b') {
			t.Errorf("fault %d: %q", fault, out)
		}
	}
}
