package sshprobe_test

import (
	"bufio"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
	"rdnsproxy/internal/sshprobe"
)

// Of the real sshd this program finds what ssh-keyscan finds, and says of each
// key what ssh says.
func TestRealSSHD(t *testing.T) {
	s := startSSHD(t)
	keys := probe(t, &sshprobe.Prober{AllKeys: true}, s.addr).Keys
	if got := statuses(keys); got != "ssh-rsa+=unknown ecdsa-sha2-nistp256=unknown ssh-ed25519=unknown" &&
		got != "ssh-ed25519=unknown ecdsa-sha2-nistp256=unknown ssh-rsa+=unknown" {
		t.Errorf("keys: %s", got)
	}
	s.compareWithKeyscan(t)

	line := func(marker, key string) string { return marker + name + " " + strings.TrimSpace(key) + "\n" }
	authorized := func(i int) string { return keys[i].Line[strings.IndexByte(keys[i].Line, ' ')+1:] }
	stranger := func(algorithm string) string {
		return string(ssh.MarshalAuthorizedKey(hostKey(t, algorithm).PublicKey()))
	}
	for _, test := range []struct{ what, known string }{
		{"nothing", ""},
		{"the first", line("", authorized(0))},
		{"the second", line("", authorized(1))},
		{"all", line("", authorized(0)) + line("", authorized(1)) + line("", authorized(2))},
		{"others", line("", stranger(ssh.KeyAlgoED25519)) + line("", stranger(ssh.KeyAlgoECDSA256)) + line("", stranger(ssh.KeyAlgoRSA))},
		{"one right, one wrong", line("", authorized(1)) + line("", stranger(keys[0].Type))},
		{"authority", line("@cert-authority ", s.authority)},
		{"authority revoked", line("@cert-authority ", s.authority) + line("@revoked ", s.authority)},
		{"revoked", line("", authorized(0)) + line("@revoked ", authorized(1))},
	} {
		p := &sshprobe.Prober{Known: known(t, test.known), AllKeys: true}
		found := p.Probe(t.Context(), check.Target{Host: "127.0.0.1", Port: s.addr.Port(), KeyName: name}, s.addr)
		if len(found.Keys) != len(keys) {
			t.Fatalf("%s: %+v", test.what, found)
		}
		recognised := slices.ContainsFunc(found.Keys, func(k check.Key) bool { return k.Status.Proven() })
		for _, k := range found.Keys {
			want := s.ssh(t, test.known, algorithmsOf(k.Type)...)
			if want == check.KeyChanged && k.Status == check.KeyUnknown && recognised && !strings.Contains(test.known, " "+k.Type+" ") {
				want = check.KeyUnknown // ssh would not have come to see it
			}
			if k.Status != want {
				t.Errorf("%s: %s: %s, ssh says %s", test.what, k.Type, k.Status, want)
			}
		}
		p.AllKeys = false
		alone := p.Probe(t.Context(), check.Target{Host: "127.0.0.1", Port: s.addr.Port(), KeyName: name}, s.addr).Keys
		if free := s.ssh(t, test.known); len(alone) != 1 || !alone[0].Chosen || alone[0].Status != free {
			t.Errorf("%s: %s, ssh left alone says %s", test.what, statuses(alone), free)
		}
	}
}

// algorithmsOf are those with which ssh asks for a key of a type.
func algorithmsOf(keyType string) []string {
	algorithms := []string{keyType}
	if keyType == ssh.KeyAlgoRSA {
		algorithms = []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	var certificates []string
	for _, a := range algorithms {
		certificates = append(certificates, a+"-cert-v01@openssh.com")
	}
	return append(certificates, algorithms...)
}

// compareWithKeyscan wants the very lines that ssh-keyscan prints.
func (s *realSSHD) compareWithKeyscan(t *testing.T) {
	t.Helper()
	var theirs []string
	for line := range strings.Lines(run(t, "ssh-keyscan", "-p", strconv.Itoa(int(s.addr.Port())), "127.0.0.1")) {
		theirs = append(theirs, strings.TrimSpace(line))
	}
	found := (&sshprobe.Prober{AllKeys: true}).Probe(t.Context(), check.Target{Host: "127.0.0.1", Port: s.addr.Port()}, s.addr)
	var ours []string
	for _, k := range found.Keys {
		ours = append(ours, k.Line)
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	if !slices.Equal(ours, theirs) {
		t.Errorf("ours:\n%s\nssh-keyscan's:\n%s", strings.Join(ours, "\n"), strings.Join(theirs, "\n"))
	}
}

// sshd logs one quiet line a connection: neither a reset, nor a failed negotiation, nor
// an attempt to log in.
func TestQuietInSSHDsLog(t *testing.T) {
	s := startSSHD(t)
	const probes, keys = 10, 1
	for range probes {
		if found := probe(t, &sshprobe.Prober{}, s.addr); len(found.Keys) != keys {
			t.Errorf("%+v", found)
		}
	}
	for began := time.Now(); len(s.said()) < probes*keys && time.Since(began) < patience; {
		time.Sleep(10 * time.Millisecond)
	}
	if n := len(s.said()); n != probes*keys {
		t.Errorf("%d lines, want %d", n, probes*keys)
	}
	for _, line := range s.said() {
		if !strings.HasPrefix(line, "Connection closed by 127.0.0.1 port ") || !strings.HasSuffix(line, " [preauth]") {
			t.Errorf("logged: %s", line)
		}
	}
}

// Where ssh and the real sshd have nothing in common, the finding is in ssh's own
// words; where they have, the key that ssh is shown comes.
func TestNegotiatesAsSSH(t *testing.T) {
	for _, config := range []string{
		"HostKeyAlgorithms ssh-rsa",
		"KexAlgorithms diffie-hellman-group14-sha1,diffie-hellman-group1-sha1",
		"Ciphers aes128-cbc,3des-cbc",
		"Ciphers aes128-ctr\nMACs hmac-md5",
		"Ciphers aes128-gcm@openssh.com,chacha20-poly1305@openssh.com\nMACs hmac-md5",
		"HostKeyAlgorithms rsa-sha2-256",
		"KexAlgorithms ecdh-sha2-nistp521",
	} {
		s := startSSHD(t, config)
		for _, options := range [][]string{
			nil,
			{"-oHostKeyAlgorithms=+ssh-rsa", "-oKexAlgorithms=+diffie-hellman-group1-sha1", "-oCiphers=+aes128-cbc"},
			{"-oHostKeyAlgorithms=rsa-sha2-256,ssh-ed25519", "-oMACs=-*-etm@openssh.com"},
		} {
			p := &sshprobe.Prober{}
			p.Rules.HostKeys, p.Rules.KeepOrder = sshList(t, "hostkeyalgorithms", options), slices.Contains(options, "-oHostKeyAlgorithms=rsa-sha2-256,ssh-ed25519")
			p.Lists = sshprobe.Lists{Exchanges: sshList(t, "kexalgorithms", options), Ciphers: sshList(t, "ciphers", options), MACs: sshList(t, "macs", options)}
			found := probe(t, p, s.addr)
			differ, keyType := s.negotiates(t, options)
			if found.Differ != differ || found.Broken != "" {
				t.Errorf("%s, %v: %q, ssh says %q (%+v)", config, options, found.Differ, differ, found)
			}
			if differ == "" && (len(found.Keys) != 1 || found.Keys[0].Type != keyType) && found.Keyless == "" {
				t.Errorf("%s, %v: %s, ssh is shown %s", config, options, statuses(found.Keys), keyType)
			}
		}
	}
}

// sshList is a list as ssh -G prints it.
func sshList(t *testing.T, keyword string, options []string) []string {
	t.Helper()
	for line := range strings.Lines(run(t, "ssh", slices.Concat([]string{"-G", "-F", "none"}, options, []string{"host"})...)) {
		if list, ok := strings.CutPrefix(strings.TrimSpace(line), keyword+" "); ok {
			return strings.Split(list, ",")
		}
	}
	t.Fatalf("ssh -G does not tell %s", keyword)
	return nil
}

// negotiates is what the real client comes to: why it fails, or the type of key
// that it is shown.
func (s *realSSHD) negotiates(t *testing.T, options []string) (differ, keyType string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "ssh", slices.Concat([]string{"-F", "none", "-v", "-oBatchMode=yes", "-oStrictHostKeyChecking=yes",
		"-oUserKnownHostsFile=none", "-oGlobalKnownHostsFile=none", "-p", strconv.Itoa(int(s.addr.Port()))}, options, []string{s.addr.Addr().String(), "true"})...)
	out, _ := cmd.CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if _, why, ok := strings.Cut(strings.TrimSpace(line), fmt.Sprintf("Unable to negotiate with %s port %d: ", s.addr.Addr(), s.addr.Port())); ok {
			return why, ""
		}
		if key, ok := strings.CutPrefix(line, "debug1: Server host key: "); ok {
			keyType, _, _ = strings.Cut(key, " ")
		} else if cert, ok := strings.CutPrefix(line, "debug1: Server host certificate: "); ok {
			keyType, _, _ = strings.Cut(cert, "-cert-")
		}
	}
	if keyType == "" {
		t.Fatalf("%v: ssh: %s", options, out)
	}
	return "", keyType
}

// A real sshd with an identification of up to 8 KiB shows its keys all the same,
// proven over the whole of it.
func TestRealLongIdentification(t *testing.T) {
	for _, length := range []int{200, 228, 229, 4000} {
		s := startSSHD(t, "VersionAddendum "+strings.Repeat("v", length))
		found := probe(t, &sshprobe.Prober{AllKeys: true}, s.addr)
		if len(found.Keys) != 3 || found.Keyless != "" || found.Broken != "" {
			t.Errorf("%d: %s %+v", length, statuses(found.Keys), found)
			continue
		}
		for _, k := range found.Keys { // ssh-keyscan does not read such a line
			line := name + k.Line[strings.IndexByte(k.Line, ' '):] + "\n"
			if got := s.ssh(t, line, algorithmsOf(k.Type)...); got != check.KeyKnown {
				t.Errorf("%d: ssh says %s of %s", length, got, line)
			}
		}
	}
}

// A real sshd with sntrup761 alone is not down, and says what it has.
func TestRealSntrup(t *testing.T) {
	s := startSSHD(t, "KexAlgorithms sntrup761x25519-sha512@openssh.com")
	found := probe(t, &sshprobe.Prober{}, s.addr)
	const want = "the server offers only key exchanges that this program does not support: sntrup761x25519-sha512@openssh.com"
	if found.Identity != check.IdentitySSH || found.Keyless != want || !strings.HasPrefix(found.Version.Raw(), "SSH-2.0-OpenSSH_") {
		t.Errorf("%+v", found)
	}
}

// A real sshd that is full says so, and is not taken for silent.
func TestRealMaxStartups(t *testing.T) {
	s := startSSHD(t, "MaxStartups 1")
	c, err := net.Dial("tcp", s.addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := bufio.NewReader(c).ReadString('\n'); err != nil { // it answers us, and nobody else
		t.Fatal(err)
	}
	found := probe(t, &sshprobe.Prober{}, s.addr)
	if found.Identity != check.IdentityAway || !strings.Contains(found.Error, "MaxStartups") {
		t.Errorf("%+v", found)
	}
}

func BenchmarkProbeSSHD(b *testing.B) {
	s := startSSHD(b)
	for b.Loop() {
		if found := (&sshprobe.Prober{}).Probe(b.Context(), check.Target{Host: name}, s.addr); len(found.Keys) != 1 {
			b.Fatalf("%+v", found)
		}
	}
}
