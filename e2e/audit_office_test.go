//go:build linux

package e2e

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"
)

const (
	audited   = lab + "/audit"
	auditPort = "2300"
	// auditHost is the name of the machine whose log the audit tests read.
	auditHost = "fs1"
)

// office is a server that goes by its clients' names, what listens at its /dev/log, and
// the keys of the people who work there.
type office struct {
	*visit
	keys map[string]ssh.Signer // by user, and "ca", "stranger"

	mu      sync.Mutex
	records []record
}

// record is one datagram that a process of the office's has sent to syslog.
type record struct {
	at       time.Time
	pid, uid uint32
	text     string // <38>Nov 25 20:08:24 sshd[381]: ...
}

// The users who can log in at the office beside root and chris.
var colleagues = []string{"anna", "bob", "backup", "deploy"}

// newOffice starts the name server and what passes /dev/log on. sinks are the sockets of
// other loggers, each of which gets every message.
func newOffice(t *testing.T, sinks ...string) *office {
	t.Helper()
	o := &office{visit: newVisit(t), keys: map[string]ssh.Signer{}}
	o.must(os.RemoveAll(audited))
	for _, dir := range []string{audited, audited + "/keys", audited + "/rsyslog.d"} {
		o.must(os.MkdirAll(dir, 0o755))
	}
	passwd, shadow := accounts["passwd"], accounts["shadow"]
	for i, name := range colleagues {
		passwd += fmt.Sprintf("%s:x:%d:1000::%s:/bin/sh\n", name, 1001+i, home)
		shadow += name + ":*:19000:0:99999:7:::\n"
	}
	// The password is "secret".
	hash, err := exec.Command("openssl", "passwd", "-6", "-salt", "salt", "secret").Output()
	o.must(err)
	shadow = strings.Replace(shadow, "chris:*:", "chris:"+strings.TrimSpace(string(hash))+":", 1)
	o.write("/etc/passwd", passwd)
	o.write("/etc/shadow", shadow)
	t.Cleanup(func() {
		for _, name := range []string{"passwd", "shadow"} {
			o.write("/etc/"+name, accounts[name])
		}
	})
	pam, err := os.ReadFile("testdata/audit/pam")
	o.must(err)
	o.write("/etc/pam.d/sshd", string(pam))
	o.hireEverybody()
	o.dnsOfTheOffice()
	o.passOn(sinks)
	return o
}

// hireEverybody makes keys. backup's works from two places only.
func (o *office) hireEverybody() {
	for _, name := range append([]string{"root", "chris", "ca", "stranger"}, colleagues...) {
		_, private, err := ed25519.GenerateKey(rand.Reader)
		o.must(err)
		o.keys[name], err = ssh.NewSignerFromKey(private)
		o.must(err)
		line := string(ssh.MarshalAuthorizedKey(o.keys[name].PublicKey()))
		switch name {
		case "ca":
			o.write(audited+"/ca.pub", line)
		case "stranger":
		case "backup":
			o.write(audited+"/keys/"+name, `from="*.deru.net,good.example.com" `+line)
		default:
			o.write(audited+"/keys/"+name, line)
		}
	}
}

// The office's clients, by what their reverse mapping is.
const (
	clientConfirmed    = "203.0.113.10"  // office.example.net
	clientAlso         = "203.0.113.11"  // home.example.net, confirmed
	clientUnresolvable = "140.99.28.179" // the article's second case
	clientMismatch     = "203.0.113.20"
	clientNumeric      = "203.0.113.21"
	clientNameless     = "203.0.113.22"
	clientGuessing     = "203.0.113.77" // does not resolve
	clientForger       = "203.0.113.5"  // confirmed
	clientMismatch6    = "2001:db8:5::45"
	clientDeadZone     = "192.0.2.30"
	// forgedClient must never become a client of any report.
	forgedClient = "1.2.3.4"
)

func (o *office) dnsOfTheOffice() {
	for _, addr := range []string{"203.0.113.128/24", "192.0.2.30/32", clientMismatch6 + "/128"} {
		o.must(do("ip", "address", "add", addr, "dev", "lo"))
		o.t.Cleanup(func() { exec.Command("ip", "address", "del", addr, "dev", "lo").Run() })
	}
	o.nsd(map[string][]string{
		"113.0.203.in-addr.arpa": {
			"10 PTR office.example.net.", "11 PTR home.example.net.", "20 PTR mail.example.net.", "21 PTR 10.0.0.1.",
			"77 PTR host-77.isp.example.net.", "5 PTR forger.example.net.",
		},
		"28.99.140.in-addr.arpa":                   {"179 PTR 179.cureconsulting.deru.net."},
		"0.0.0.0.5.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa": {"5.4.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR v6-45.example.net."},
		"deru.net": {},
		"example.net": {
			"office A 203.0.113.10", "home A 203.0.113.11", "mail A 203.0.113.25", "forger A 203.0.113.5",
			"v6-45 AAAA 2001:db8:5::46",
		},
	})
}

// passOn listens at the office's /dev/log, keeps every message and passes it on.
func (o *office) passOn(sinks []string) {
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: audited + "/log", Net: "unixgram"})
	o.must(err)
	o.t.Cleanup(func() { l.Close() })
	o.must(os.Chmod(audited+"/log", 0o666))
	raw, err := l.SyscallConn()
	o.must(err)
	o.must(errors.Join(raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PASSCRED, 1) }), err))
	go func() {
		buf, oob := make([]byte, 64<<10), make([]byte, unix.CmsgSpace(unix.SizeofUcred))
		for {
			n, m, _, _, err := l.ReadMsgUnix(buf, oob)
			if err != nil {
				return
			}
			r := record{at: time.Now(), text: string(bytes.TrimRight(buf[:n], "\x00\n"))}
			if c, err := unix.ParseSocketControlMessage(oob[:m]); err == nil && len(c) > 0 {
				if cred, err := unix.ParseUnixCredentials(&c[0]); err == nil {
					r.pid, r.uid = uint32(cred.Pid), cred.Uid
				}
			}
			o.mu.Lock()
			o.records = append(o.records, r)
			o.mu.Unlock()
			for _, s := range sinks {
				if c, err := net.Dial("unixgram", s); err == nil {
					c.Write(buf[:n])
					c.Close()
				}
			}
		}
	}()
}

// logged returns what the office has logged so far.
func (o *office) logged() []record {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.records[:len(o.records):len(o.records)]
}

// onServer returns a command on the office's server: with its name and its /dev/log.
func (o *office) onServer(argv ...string) *exec.Cmd {
	cmd := exec.Command("testdata/audit/own-dev", append([]string{auditHost, audited + "/log"}, argv...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Unshareflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWUTS}
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd
}

// start starts a server, which ends with the test or when the function is called.
func (o *office) start(cmd *exec.Cmd) (stop func()) {
	o.t.Helper()
	o.must(cmd.Start())
	stop = sync.OnceFunc(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	o.t.Cleanup(stop)
	return stop
}

// sshd starts the office's server with these lines before those of its file, or with an
// option of the command line.
func (o *office) sshd(port string, options ...string) (stop func()) {
	o.t.Helper()
	path, err := exec.LookPath("sshd")
	o.must(err)
	argv := []string{path, "-D", "-f", audited + "/sshd_config"}
	conf := "Port " + port + "\n"
	for _, option := range options {
		if option[0] == '-' {
			argv = append(argv, option)
			continue
		}
		conf += option + "\n"
	}
	common, err := os.ReadFile("testdata/audit/sshd_config")
	o.must(err)
	o.write(audited+"/sshd_config", conf+string(common))
	cmd := o.onServer(argv...)
	if cmd.Stderr = os.Stderr; len(options) > 0 && options[0] == "-e" {
		f, err := os.OpenFile(audited+"/stderr.log", os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
		o.must(err)
		defer f.Close()
		cmd.Stderr = f
	}
	before := len(o.logged())
	stop = o.start(cmd)
	// A connection would be in the log.
	o.eventually("sshd listens", func() bool {
		b, _ := os.ReadFile(audited + "/stderr.log")
		n := strings.Count(string(b), "Server listening on ")
		for _, r := range o.logged()[before:] {
			n += strings.Count(r.text, "Server listening on ")
		}
		return n >= 2
	})
	return stop
}

// dial connects from an address to the office's server.
func (o *office) dial(from, port string) net.Conn {
	o.t.Helper()
	server := "127.0.0.1:" + port
	if strings.Contains(from, ":") {
		server = "[::1]:" + port
	}
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: patience}
	c, err := d.Dial("tcp", server)
	o.must(err)
	c.SetDeadline(time.Now().Add(patience))
	return c
}

// login tries to log in, and reports whether that succeeded. The session ends at once.
func (o *office) login(from, user string, how ...ssh.AuthMethod) bool {
	o.t.Helper()
	c := o.dial(from, auditPort)
	defer c.Close()
	conn, channels, requests, err := ssh.NewClientConn(c, "", &ssh.ClientConfig{User: user, Auth: how, HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	if err != nil {
		return false
	}
	client := ssh.NewClient(conn, channels, requests)
	defer client.Close()
	if session, err := client.NewSession(); err == nil {
		session.Run("true")
	}
	return true
}

func (o *office) key(of string) ssh.AuthMethod { return ssh.PublicKeys(o.keys[of]) }

// answer types the same password at every prompt of keyboard-interactive.
func answer(password string) ssh.AuthMethod {
	return ssh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
		answers := make([]string, len(questions))
		for i := range answers {
			answers[i] = password
		}
		return answers, nil
	})
}

// certified returns a key of the user's own with a certificate of the office's authority
// that has this key ID.
func (o *office) certified(user, keyID string, by ssh.Signer) ssh.AuthMethod {
	o.t.Helper()
	cert := &ssh.Certificate{
		Key: o.keys["stranger"].PublicKey(), Serial: 7, CertType: ssh.UserCert, KeyId: keyID,
		ValidPrincipals: []string{user}, ValidBefore: ssh.CertTimeInfinity,
		Permissions: ssh.Permissions{Extensions: map[string]string{"permit-pty": ""}},
	}
	o.must(cert.SignCert(rand.Reader, by))
	signer, err := ssh.NewCertSigner(cert, o.keys["stranger"])
	o.must(err)
	return ssh.PublicKeys(signer)
}

// quiet waits until nothing is logged any more.
func (o *office) quiet() {
	o.t.Helper()
	for before := -1; ; time.Sleep(300 * time.Millisecond) {
		n := len(o.logged())
		if n == before {
			return
		}
		before = n
	}
}

// disconnect is a packet before any encryption (RFC 4253, sections 6 and 11.1).
func disconnect(text string) []byte {
	payload := []byte{1, 0, 0, 0, 11}
	for _, s := range []string{text, ""} {
		payload = append(payload, byte(len(s)>>24), byte(len(s)>>16), byte(len(s)>>8), byte(len(s)))
		payload = append(payload, s...)
	}
	padding := 8 - (5+len(payload))%8
	if padding < 4 {
		padding += 8
	}
	n := 1 + len(payload) + padding
	packet := append([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n), byte(padding)}, payload...)
	return append(packet, make([]byte, padding)...)
}
