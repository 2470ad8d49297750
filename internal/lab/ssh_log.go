package lab

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/crypto/ssh"
)

// SSHLog is what a server writes about its clients, as OpenSSH's sshd does at LogLevel
// INFO with UseDNS yes: one line of syslog for each message, with an RFC 3339 stamp.
type SSHLog struct {
	To       io.Writer
	Host     string         // the server's name in the log
	Users    []string       // those that it knows; any other is an invalid user
	Resolver netip.AddrPort // where clients are looked up; the zero value: they are not

	// Guise is the address of a client in the log. If nil, the client's own.
	Guise func(netip.AddrPort) netip.AddrPort

	mu   sync.Mutex
	pids int
}

// sshLogged is one connection, as the log has it.
type sshLogged struct {
	*SSHLog
	pid     int
	client  netip.AddrPort
	user    string
	asked   bool // a user was asked for
	invalid bool
	in      bool
}

// connection begins a connection; l may be nil, and then nothing is written.
func (l *SSHLog) connection(client netip.AddrPort) *sshLogged {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pids++
	return &sshLogged{SSHLog: l, pid: 4710 + l.pids, client: client}
}

func (c *sshLogged) say(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	stamp := time.Now().Format("2006-01-02T15:04:05.000000-07:00")
	fmt.Fprintf(c.To, "%s %s sshd[%d]: %s\n", stamp, c.Host, c.pid, fmt.Sprintf(format, args...))
}

// attempt is called for each attempt to log in: first with the user's name (auth.c,
// getpwnamallow), then with its end (auth.c, auth_log).
func (c *sshLogged) attempt(meta ssh.ConnMetadata, method string, err error) {
	if c == nil {
		return
	}
	if !c.asked {
		if c.Guise != nil {
			c.client = c.Guise(c.client)
		}
		c.asked, c.user = true, meta.User()
		c.invalid = !slices.Contains(c.Users, c.user)
		if c.Resolver.IsValid() {
			c.lookUp()
		}
		if c.invalid {
			c.say("Invalid user %s from %s port %d", c.user, c.client.Addr(), c.client.Port())
		}
	}
	switch {
	case err == nil:
		c.in = true
		c.say("Accepted %s for %s from %s port %d ssh2", method, c.user, c.client.Addr(), c.client.Port())
	case method != "none":
		c.say("Failed %s for %s%s from %s port %d ssh2", method, c.unknown(), c.user, c.client.Addr(), c.client.Port())
	}
}

// unknown returns sshd's words before a user name that it does not know.
func (c *sshLogged) unknown() string {
	if c.invalid {
		return "invalid user "
	}
	return ""
}

// over is called when the connection has ended (packet.c, sshpkt_vfatal).
func (c *sshLogged) over() {
	switch {
	case c == nil || !c.asked:
	case c.in:
		c.say("Disconnected from user %s %s port %d", c.user, c.client.Addr(), c.client.Port())
	case c.invalid:
		c.say("Connection closed by invalid user %s %s port %d [preauth]", c.user, c.client.Addr(), c.client.Port())
	default:
		c.say("Connection closed by authenticating user %s %s port %d [preauth]", c.user, c.client.Addr(), c.client.Port())
	}
}

// lookUp complains about a client's name as sshd does (auth.c, remote_hostname).
func (c *sshLogged) lookUp() {
	reverse, err := dns.ReverseAddr(c.client.Addr().String())
	if err != nil {
		return
	}
	names := c.ask(reverse, dns.TypePTR)
	if len(names) == 0 {
		return
	}
	name := names[0][:len(names[0])-1]
	switch addrs := c.ask(names[0], dns.TypeA); {
	case len(addrs) == 0:
		c.say("reverse mapping checking getaddrinfo for %s [%s] failed.", name, c.client.Addr())
	case !slices.Contains(addrs, c.client.Addr().String()):
		c.say("Address %s maps to %s, but this does not map back to the address.", c.client.Addr(), name)
	}
}

// ask returns the names or addresses of a name.
func (c *sshLogged) ask(name string, kind uint16) (found []string) {
	reply, err := dns.Exchange(new(dns.Msg).SetQuestion(name, kind), c.Resolver.String())
	if err != nil {
		return nil
	}
	for _, rr := range reply.Answer {
		switch rr := rr.(type) {
		case *dns.PTR:
			found = append(found, rr.Ptr)
		case *dns.A:
			found = append(found, rr.A.String())
		}
	}
	return found
}
