package lab_test

import (
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/internal/lab"
)

// lines is a log that can be read while it is written.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// TestSSHLog compares the log with what sshd 9.2p1 writes about the same clients
// (sshdlog/testdata/recorded).
func TestSSHLog(t *testing.T) {
	zones, err := lab.StartDNS(
		lab.Zone("113.0.203.in-addr.arpa", "77 PTR host-77.example.net.", "20 PTR mail.example.net.", "10 PTR office.example.net."),
		lab.Zone("example.net", "mail A 203.0.113.25", "office A 203.0.113.10"))
	if err != nil {
		t.Fatal(err)
	}
	defer zones.Close()
	for name, test := range map[string]struct {
		client, user, password string
		want                   []string
	}{
		"confirmed, logs in": {"203.0.113.10", "ada", "secret", []string{
			"Accepted password for ada from 203.0.113.10 port 4022 ssh2",
			"Disconnected from user ada 203.0.113.10 port 4022",
		}},
		"does not resolve, logs in": {"203.0.113.77", "ada", "secret", []string{
			"reverse mapping checking getaddrinfo for host-77.example.net [203.0.113.77] failed.",
			"Accepted password for ada from 203.0.113.77 port 4022 ssh2",
			"Disconnected from user ada 203.0.113.77 port 4022",
		}},
		"resolves elsewhere, wrong password": {"203.0.113.20", "ada", "x", []string{
			"Address 203.0.113.20 maps to mail.example.net, but this does not map back to the address.",
			"Failed password for ada from 203.0.113.20 port 4022 ssh2",
			"Connection closed by authenticating user ada 203.0.113.20 port 4022 [preauth]",
		}},
		"no name, unknown user": {"203.0.113.22", "oracle", "x", []string{
			"Invalid user oracle from 203.0.113.22 port 4022",
			"Failed password for invalid user oracle from 203.0.113.22 port 4022 ssh2",
			"Connection closed by invalid user oracle 203.0.113.22 port 4022 [preauth]",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var log lines
			s := start(t, lab.SSH{Password: "secret", Log: &lab.SSHLog{To: &log, Host: "fs1", Users: []string{"ada"}, Resolver: zones.Addr(),
				Guise: func(netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(netip.MustParseAddr(test.client), 4022) }}})
			c, err := ssh.Dial("tcp", s.Addr().String(), &ssh.ClientConfig{User: test.user, Auth: []ssh.AuthMethod{ssh.Password(test.password)},
				HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: patience})
			if err == nil {
				c.Close()
			}
			for end := time.Now().Add(patience); strings.Count(log.String(), "\n") < len(test.want) && time.Now().Before(end); {
				time.Sleep(time.Millisecond)
			}
			stamped := regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d fs1 sshd\[4711\]: `)
			if got, want := stamped.ReplaceAllString(log.String(), ""), strings.Join(test.want, "\n")+"\n"; got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}
