package lab

import (
	"cmp"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// SSH configures a server. The zero value is a healthy server on a free port of
// 127.0.0.1, with a fresh ed25519 host key, that lets anyone in.
type SSH struct {
	Addr     string             // host:port to listen on; if "", 127.0.0.1:0
	HostKeys []ssh.Signer       // from NewHostKey or Certify; if empty, one fresh ed25519 key
	Version  string             // software version in the identification; if "", rdnsproxy-lab
	Preface  string             // lines before the identification, with their ends; if "", none
	Banner   string             // shown before authentication; if "", none
	Password string             // the only way in; if "", anyone gets in by none, password or any key
	Fault    SSHFault           // if Healthy, none
	Serve    func(*Session) int // answers a session with its exit status; if nil, Commands
	Log      *SSHLog            // if nil, none
}

// SSHServer is a running server.
type SSHServer struct {
	setup  SSH
	config *ssh.ServerConfig
	tcp    *TCPServer

	mu     sync.Mutex
	visits []*Visit
}

// Visit records a connection from a client.
type Visit struct {
	Client   netip.AddrPort
	User     string   // once authenticated
	Version  string   // the client's identification, once received
	Commands []string // of its sessions; "" is a shell
	Farewell bool     // the client sent SSH_MSG_DISCONNECT before it closed
	Over     bool     // the connection has ended
}

// StartSSH starts a server, which serves until Close.
func StartSSH(setup SSH) (*SSHServer, error) {
	if len(setup.HostKeys) == 0 {
		key, err := NewHostKey(ssh.KeyAlgoED25519)
		if err != nil {
			return nil, err
		}
		setup.HostKeys = []ssh.Signer{key}
	}
	s := &SSHServer{setup: setup, config: setup.config()}
	tcp, err := StartTCP(setup.Addr, s.host)
	if err != nil {
		return nil, err
	}
	s.tcp = tcp
	return s, nil
}

func (setup SSH) config() *ssh.ServerConfig {
	config := &ssh.ServerConfig{ServerVersion: "SSH-2.0-" + cmp.Or(setup.Version, "rdnsproxy-lab")}
	if setup.Banner != "" {
		config.BannerCallback = func(ssh.ConnMetadata) string { return setup.Banner }
	}
	config.PasswordCallback = func(_ ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
		if setup.Password != "" && setup.Password != string(password) {
			return nil, errors.New("wrong password")
		}
		return nil, nil
	}
	if setup.Password == "" {
		config.NoClientAuth = true
		config.PublicKeyCallback = func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, nil }
	}
	for _, key := range setup.HostKeys {
		config.AddHostKey(key)
	}
	return config
}

// Addr returns the address that the server listens on.
func (s *SSHServer) Addr() netip.AddrPort { return s.tcp.Addr() }

// HostKeys returns the public host keys, with certificates as such.
func (s *SSHServer) HostKeys() []ssh.PublicKey {
	var keys []ssh.PublicKey
	for _, key := range s.setup.HostKeys {
		keys = append(keys, key.PublicKey())
	}
	return keys
}

// KnownHostsLine returns known_hosts lines for the server under this name and its port,
// one for each host key, each with a newline. For a certificate it lists the plain key.
func (s *SSHServer) KnownHostsLine(name string) string {
	var b strings.Builder
	at := knownhosts.Normalize(net.JoinHostPort(name, strconv.Itoa(int(s.Addr().Port()))))
	for _, key := range s.HostKeys() {
		if cert, ok := key.(*ssh.Certificate); ok {
			key = cert.Key
		}
		b.WriteString(knownhosts.Line([]string{at}, key) + "\n")
	}
	return b.String()
}

// Visits returns the connections so far, in order of arrival.
func (s *SSHServer) Visits() []Visit {
	s.mu.Lock()
	defer s.mu.Unlock()
	visits := make([]Visit, len(s.visits))
	for i, v := range s.visits {
		visits[i] = *v
		visits[i].Commands = slices.Clone(v.Commands)
	}
	return visits
}

// Sessions returns the number of commands and shells requested.
func (s *SSHServer) Sessions() int {
	n := 0
	for _, v := range s.Visits() {
		n += len(v.Commands)
	}
	return n
}

// Close stops listening, closes every connection and waits until they have ended.
func (s *SSHServer) Close() error { return s.tcp.Close() }

// host serves a connection until it ends.
func (s *SSHServer) host(c *net.TCPConn) {
	v := &Visit{Client: c.RemoteAddr().(*net.TCPAddr).AddrPort()}
	s.note(func() { s.visits = append(s.visits, v) })
	farewell := false
	io.WriteString(c, s.setup.Preface)
	if s.setup.Fault == Healthy {
		logged := s.setup.Log.connection(v.Client)
		farewell = s.serve(c, v, logged)
		logged.over()
	} else {
		s.setup.Fault.commit(c, s.config.ServerVersion)
	}
	s.note(func() { v.Farewell, v.Over = farewell, true })
}

// note updates the record of visits.
func (s *SSHServer) note(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}
