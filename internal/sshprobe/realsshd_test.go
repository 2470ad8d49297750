package sshprobe_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"rdnsproxy/check"
)

// realSSHD is an sshd on loopback with a key of each of three types, the RSA one
// with a certificate for my.example.com.
type realSSHD struct {
	addr      netip.AddrPort
	authority string // its public key, as in a file

	mu  sync.Mutex
	log []string
}

// startSSHD starts an sshd, with more lines of configuration, and waits until it
// listens.
func startSSHD(t testing.TB, more ...string) *realSSHD {
	t.Helper()
	if testing.Short() {
		t.Skip("a real sshd takes its time")
	}
	folder := t.TempDir()
	config := []string{"UsePAM no", "PidFile none", "StrictModes no", "LogLevel INFO"}
	for _, kind := range []string{"ed25519", "ecdsa", "rsa"} {
		run(t, "ssh-keygen", "-q", "-t", kind, "-N", "", "-f", filepath.Join(folder, kind))
		config = append(config, "HostKey "+filepath.Join(folder, kind))
	}
	run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(folder, "ca"))
	run(t, "ssh-keygen", "-q", "-s", filepath.Join(folder, "ca"), "-I", "lab", "-h", "-n", name, filepath.Join(folder, "rsa.pub"))
	config = append(config, "HostCertificate "+filepath.Join(folder, "rsa-cert.pub"))
	authority, err := os.ReadFile(filepath.Join(folder, "ca.pub"))
	if err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 { // as root, sshd wants the folder that it locks its children up in
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 { // another program may take the free port first
		s := &realSSHD{addr: freePort(t), authority: string(authority)}
		lines := append(config, fmt.Sprintf("ListenAddress %s", s.addr))
		path := filepath.Join(folder, "sshd_config")
		if err := os.WriteFile(path, []byte(strings.Join(append(lines, more...), "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if s.listens(t, path) {
			return s
		}
	}
	t.Fatal("sshd does not start")
	return nil
}

// listens starts sshd and reports whether it came so far. sshd names an
// absolute path of itself.
func (s *realSSHD) listens(t testing.TB, config string) bool {
	t.Helper()
	program, err := exec.LookPath("sshd")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-D", "-e", "-f", config)
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	up := make(chan bool, 2)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			s.mu.Lock()
			s.log = append(s.log, lines.Text())
			s.mu.Unlock()
			if strings.HasPrefix(lines.Text(), "Server listening on ") {
				up <- true
			}
		}
		up <- false
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-read // its children have ended too
		cmd.Wait()
		if t.Failed() {
			t.Logf("sshd: %s", strings.Join(s.said(), "\n"))
		}
	})
	return <-up
}

// said is what sshd has logged since it listens.
func (s *realSSHD) said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.log), func(line string) bool { return strings.HasPrefix(line, "Server listening on ") })
}

func freePort(t testing.TB) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).AddrPort()
}

func run(t testing.TB, program string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, args...).Output()
	if err != nil {
		t.Fatalf("%s %v: %v", program, args, err)
	}
	return string(out)
}

// ssh is the real client's verdict on a host key, in check's words. It is asked
// for the types that it may show; if none, it chooses.
func (s *realSSHD) ssh(t *testing.T, knownHosts string, algorithms ...string) check.KeyStatus {
	t.Helper()
	path := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(path, []byte(knownHosts), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-F", "none", "-v", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "UserKnownHostsFile=" + path,
		"-o", "GlobalKnownHostsFile=none", "-o", "PreferredAuthentications=none", "-o", "HostKeyAlias=" + name,
		"-p", strconv.Itoa(int(s.addr.Port()))}
	if len(algorithms) > 0 {
		args = append(args, "-o", "HostKeyAlgorithms="+strings.Join(algorithms, ","))
	}
	cmd := exec.CommandContext(t.Context(), "ssh", append(args, s.addr.Addr().String(), "true")...)
	out, _ := cmd.CombinedOutput() // it always fails: nobody logs in
	has := func(text string) bool { return bytes.Contains(out, []byte(text)) }
	switch {
	case has("REVOKED HOST KEY DETECTED"):
		return check.KeyRevoked
	case has("REMOTE HOST IDENTIFICATION HAS CHANGED"):
		return check.KeyChanged
	case has("is known and matches the ") && has(" host certificate."):
		return check.KeyCertified
	case has("is known and matches the "):
		return check.KeyKnown
	case has(" host key is known for "):
		return check.KeyUnknown
	}
	t.Fatalf("ssh: %s", out)
	return ""
}
