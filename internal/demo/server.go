package demo

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/lab"
)

// visitor is a client of the server whose log is read.
type visitor struct {
	from, user, password string
	times                int
}

// password is the one that lets people in.
const password = "correct horse"

var visitors = []visitor{
	{"198.51.100.25", "anna", password, 1},
	{"203.0.113.77", "root", "123456", 3},
	{"140.99.28.179", "chris", password, 1},
	{"203.0.113.77", "admin", "admin", 2},
	{"140.99.28.179", "chris", password, 1},
	{"203.0.113.77", "root", "toor", 3},
}

// logged is the server's side: what its log says, whether anybody got in, and what is
// true once the zone's operator has done something.
func (s *stage) logged(ctx context.Context) error {
	s.chapter("The server's side: its log complains about reverse names. Did anybody get in?")
	log, err := s.visit(ctx)
	if err != nil {
		return err
	}
	s.say("$ grep reverse auth.log | sort -u -k 5")
	shown := map[string]bool{}
	for line := range strings.Lines(log) {
		if _, message, _ := strings.Cut(line, "]: "); strings.HasPrefix(message, "reverse mapping") && !shown[message] {
			shown[message] = true
			s.say(strings.TrimSuffix(line, "\n"))
		}
	}
	if err := s.run(ctx, s.article, exit.Found, "audit", "auth.log"); err != nil {
		return err
	}
	s.say("\nThe operator of deru.net adds the missing address. The log is as it was:")
	s.article.zones = append(slices.Clip(s.article.zones), lab.Zone("cureconsulting.deru.net", "179 A 140.99.28.179"))
	if err := s.article.moves(s.article.addr.String()); err != nil {
		return err
	}
	return s.run(ctx, s.article, exit.OK, "audit", "-q", "auth.log")
}

// visit starts a server that looks its clients up and logs as sshd does, lets the
// visitors come, and returns the log. Loopback has not everybody's address, so the
// server is told whose each connection is.
func (s *stage) visit(ctx context.Context) (log string, err error) {
	file, err := os.Create(s.path("auth.log"))
	if err != nil {
		return "", err
	}
	defer file.Close()
	var guises sync.Map // of the clients' addresses and ports
	server, err := lab.StartSSH(lab.SSH{Password: password, Log: &lab.SSHLog{
		To: file, Host: "gate", Users: []string{"anna", "chris", "root"}, Resolver: s.article.dns.Addr(),
		Guise: func(client netip.AddrPort) netip.AddrPort {
			from, _ := guises.Load(client)
			return netip.AddrPortFrom(from.(netip.Addr), client.Port())
		},
	}})
	if err != nil {
		return "", err
	}
	for _, v := range visitors {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", server.Addr().String())
		if err != nil {
			server.Close()
			return "", err
		}
		guises.Store(conn.LocalAddr().(*net.TCPAddr).AddrPort(), netip.MustParseAddr(v.from))
		if err := v.logIn(conn); err != nil {
			server.Close()
			return "", err
		}
	}
	server.Close() // waits until it has logged how each connection ended
	text, err := os.ReadFile(file.Name())
	return string(text), err
}

// logIn tries to log in, as often as the visitor does, and leaves at once.
func (v visitor) logIn(conn net.Conn) error {
	defer conn.Close()
	c, _, _, err := ssh.NewClientConn(conn, "", &ssh.ClientConfig{
		User: v.user, HostKeyCallback: ssh.InsecureIgnoreHostKey(),
		Auth: []ssh.AuthMethod{ssh.RetryableAuthMethod(ssh.Password(v.password), v.times)},
	})
	if in := err == nil; in != (v.password == password) {
		return fmt.Errorf("%s from %s: logged in %t: %w", v.user, v.from, in, err)
	}
	if err == nil {
		c.Close()
	}
	return nil
}
