package lab

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
)

// Session is a client's command or shell. Read returns the client's input; Write sends
// output, on a terminal with newlines converted to CR LF.
type Session struct {
	io.Reader
	io.Writer
	Stderr   io.Writer
	User     string
	Client   netip.AddrPort
	Command  string // "": a shell
	Terminal bool   // the client asked for one
}

// Commands is the default of SSH.Serve. It runs no process: a shell prints a greeting
// and exits; "echo WORDS", "cat", "wc -c", "sha256sum", "head -c N /dev/zero", "true",
// "false" and "exit N" do what the real commands do.
func Commands(s *Session) int {
	name, rest, _ := strings.Cut(s.Command, " ")
	switch name {
	case "":
		fmt.Fprintf(s, "Welcome, %s.\n", s.User)
	case "echo":
		fmt.Fprintln(s, rest)
	case "cat":
		io.Copy(s, s)
	case "wc":
		n, _ := io.Copy(io.Discard, s)
		fmt.Fprintln(s, n)
	case "sha256sum":
		h := sha256.New()
		io.Copy(h, s)
		fmt.Fprintf(s, "%x  -\n", h.Sum(nil))
	case "head":
		var n int64
		if _, err := fmt.Sscanf(rest, "-c %d /dev/zero", &n); err != nil {
			return complain(s, "head: only -c N /dev/zero")
		}
		io.CopyN(s, zeros{}, n)
	case "true":
	case "false":
		return 1
	case "exit":
		status, err := strconv.ParseUint(rest, 10, 8)
		if err != nil {
			return complain(s, "exit: a status from 0 to 255")
		}
		return int(status)
	default:
		complain(s, name+": command not found")
		return 127
	}
	return 0
}

func complain(s *Session, text string) int {
	fmt.Fprintln(s.Stderr, text)
	return 2
}

// serve speaks SSH with a client and reports whether it sent SSH_MSG_DISCONNECT.
func (s *SSHServer) serve(c net.Conn, v *Visit, logged *sshLogged) (farewell bool) {
	config := *s.config
	config.AuthLogCallback = logged.attempt
	conn, channels, requests, err := ssh.NewServerConn(c, &config)
	if err != nil {
		return took(err)
	}
	s.note(func() { v.User, v.Version = conn.User(), string(conn.ClientVersion()) })
	var sessions sync.WaitGroup
	sessions.Go(func() { ssh.DiscardRequests(requests) })
	for ask := range channels {
		if ask.ChannelType() != "session" {
			ask.Reject(ssh.UnknownChannelType, "only sessions")
			continue
		}
		channel, requests, err := ask.Accept()
		if err != nil {
			continue
		}
		sessions.Go(func() { s.session(channel, requests, conn.User(), v) })
	}
	err = conn.Wait() // ends when the connection does
	sessions.Wait()
	return took(err)
}

// took reports from a connection's error whether the client sent SSH_MSG_DISCONNECT
// (RFC 4253, section 11.1). The library does not export the type of that error.
func took(err error) bool {
	return err != nil && strings.Contains(err.Error(), "ssh: disconnect, reason ")
}

// session answers the requests of a session (RFC 4254, section 6) and runs the first
// command or shell.
func (s *SSHServer) session(channel ssh.Channel, requests <-chan *ssh.Request, user string, v *Visit) {
	// Ends when the client has closed its side too. Undrained requests would block the
	// connection.
	defer ssh.DiscardRequests(requests)
	defer channel.Close()
	running := make(chan struct{})
	started, terminal := false, false
	for {
		select {
		case <-running:
			return
		case r, open := <-requests:
			if !open {
				if started {
					<-running // its reads and writes now fail
				}
				return
			}
			ok := false
			switch r.Type {
			case "pty-req":
				ok, terminal = true, true
			case "env":
				ok = true
			case "shell", "exec":
				command, valid := commandOf(r)
				if ok = valid && !started; ok {
					started = true
					s.note(func() { v.Commands = append(v.Commands, command) })
					run := &Session{Reader: channel, Writer: channel, Stderr: channel.Stderr(),
						User: user, Client: v.Client, Command: command, Terminal: terminal}
					if terminal {
						run.Writer, run.Stderr = crlf{channel}, crlf{channel.Stderr()}
					}
					r.Reply(true, nil)
					go func() {
						defer close(running)
						s.run(channel, run)
					}()
					continue
				}
			}
			if r.WantReply {
				r.Reply(ok, nil)
			}
		}
	}
}

// run serves a session and sends its exit status.
func (s *SSHServer) run(channel ssh.Channel, run *Session) {
	serve := s.setup.Serve
	if serve == nil {
		serve = Commands
	}
	status := serve(run)
	channel.CloseWrite()
	channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{uint32(status)}))
}

func commandOf(r *ssh.Request) (string, bool) {
	if r.Type == "shell" {
		return "", true
	}
	var exec struct{ Command string }
	err := ssh.Unmarshal(r.Payload, &exec)
	return exec.Command, err == nil && exec.Command != ""
}

// zeros is /dev/zero.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// crlf converts newlines for a terminal in raw mode.
type crlf struct{ w io.Writer }

func (t crlf) Write(p []byte) (int, error) {
	_, err := io.WriteString(t.w, strings.ReplaceAll(string(p), "\n", "\r\n"))
	return len(p), err
}
