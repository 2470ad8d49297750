//go:build bench

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"strings"
	"time"

	"rdnsproxy/internal/lab"
)

// sshServer is a real sshd on loopback. It listens here and runs an sshd for each
// connection (sshd -i), so that the CPU time and the log of each session are known when
// its process ends.
type sshServer struct {
	config string
	keys   string // directory with the client's key and known_hosts
	user   string
	host   string
	port   string
	ended  chan sshdSession
}

// sshdSession is one connection as its sshd saw it.
type sshdSession struct {
	cpu time.Duration
	log string
	err error
}

// sshd generates keys and starts to listen.
func sshd(ctx context.Context, s *stage) (*sshServer, error) {
	if err := needs("sshd", "ssh", "ssh-keygen", "nc"); err != nil {
		return nil, err
	}
	me, err := user.Current()
	if err != nil {
		return nil, err
	}
	d := &sshServer{config: s.path("sshd_config"), keys: s.dir, user: me.Username, ended: make(chan sshdSession, 64)}
	if _, err := os.Stat(s.path("userkey")); err != nil {
		if err := d.makeKeys(ctx, s); err != nil {
			return nil, err
		}
	}
	path, err := exec.LookPath("sshd") // it re-executes itself and requires an absolute path
	if err != nil {
		return nil, err
	}
	serve := func(c *net.TCPConn) { d.ended <- d.serve(ctx, path, c) }
	server, err := lab.StartTCP(net.JoinHostPort(aliveAddr, "0"), serve)
	if err != nil {
		return nil, err
	}
	s.atEnd(func() { server.Close() })
	d.host, d.port, err = net.SplitHostPort(server.Addr().String())
	return d, err
}

func (d *sshServer) makeKeys(ctx context.Context, s *stage) error {
	for _, key := range []string{"hostkey", "userkey"} {
		if err := s.do(ctx, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", s.path(key)); err != nil {
			return err
		}
	}
	public, err := os.ReadFile(s.path("hostkey.pub"))
	if err != nil {
		return err
	}
	return errors.Join(
		s.write("known_hosts", "bench "+string(public)),
		s.write("sshd_config", strings.Join([]string{
			"HostKey " + s.path("hostkey"),
			"AuthorizedKeysFile " + s.path("userkey.pub"),
			"StrictModes no",
			"UsePAM no",
			"UseDNS no",
			"PasswordAuthentication no",
			"KbdInteractiveAuthentication no",
			"PermitRootLogin yes",
			"PrintMotd no",
			"PrintLastLog no",
			"PidFile none",
			"",
		}, "\n")))
}

// serve passes a connection to an sshd and waits for it to exit.
func (d *sshServer) serve(ctx context.Context, path string, c *net.TCPConn) sshdSession {
	f, err := c.File()
	if err != nil {
		return sshdSession{err: err}
	}
	var log bytes.Buffer
	cmd := exec.CommandContext(ctx, path, "-i", "-e", "-f", d.config)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = f, f, &log
	cmd.WaitDelay = 5 * time.Second
	inOwnGroup(cmd)
	err = cmd.Start()
	f.Close()
	c.Close() // only sshd keeps it open, so that it closes when sshd exits
	if err != nil {
		return sshdSession{err: err}
	}
	err = cmd.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.Exited() {
		err = nil // 255 after an ordinary disconnect
	}
	return sshdSession{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), log.String(), err}
}

// session waits for the end of one connection.
func (d *sshServer) session(ctx context.Context) (sshdSession, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	select {
	case e := <-d.ended:
		return e, e.err
	case <-ctx.Done():
		return sshdSession{}, fmt.Errorf("a connection that does not end: %w", ctx.Err())
	}
}

// client writes a configuration for ssh with a way to connect and further options, and
// returns the beginning of ssh's command line.
func (d *sshServer) client(s *stage, name, hostName string, options ...string) ([]string, error) {
	config := s.path("ssh_config." + name)
	return []string{"ssh", "-F", config, "bench"}, s.write("ssh_config."+name, strings.Join(append(options,
		"HostName "+hostName,
		"Port "+d.port,
		"User "+d.user,
		"HostKeyAlias bench",
		"UserKnownHostsFile "+d.keys+"/known_hosts",
		"GlobalKnownHostsFile /dev/null",
		"StrictHostKeyChecking yes",
		"UpdateHostKeys no",
		"IdentityFile "+d.keys+"/userkey",
		"IdentitiesOnly yes",
		"BatchMode yes",
		"",
	), "\n"))
}
