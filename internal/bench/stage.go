//go:build bench

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"rdnsproxy/internal/lab"
)

// The hosts of the measurements. The mapping of the first is exact; the reverse zone of
// the second never answers.
const (
	aliveName, aliveAddr = "alive.bench.test", "127.0.0.21"
	deadName, deadAddr   = "dead.bench.test", "127.0.0.22"
)

// stage is what all measurements share: a temporary directory, the program, and a DNS
// server.
type stage struct {
	plan
	dir     string
	program string
	dns     *lab.DNSServer
	closers []func()
}

func newStage(ctx context.Context, p plan) (*stage, error) {
	dir, err := os.MkdirTemp("", "rdnsproxy-bench-")
	if err != nil {
		return nil, err
	}
	s := &stage{plan: p, dir: dir, program: filepath.Join(dir, "rdnsproxy")}
	s.atEnd(func() { os.RemoveAll(dir) })
	if err := errors.Join(s.takeProgram(ctx), s.startDNS()); err != nil {
		s.close()
		return nil, err
	}
	// The machine's own hosts file may be a huge block list.
	return s, s.write("hosts", "127.0.0.1 localhost\n::1 localhost\n")
}

// takeProgram builds the program with the flags of a release, unless one is given.
func (s *stage) takeProgram(ctx context.Context) (err error) {
	if s.given != "" {
		s.program, err = filepath.Abs(s.given)
		return err
	}
	s.say("building the program")
	return s.do(ctx, "go", "build", "-trimpath", "-o", s.program, "rdnsproxy")
}

func (s *stage) startDNS() (err error) {
	s.dns, err = lab.StartDNS( // with TTLs that outlast every measurement
		lab.Zone("bench.test", "alive 3600 IN A "+aliveAddr, "dead 3600 IN A "+deadAddr),
		lab.Zone("127.in-addr.arpa", "21.0.0 3600 IN PTR "+aliveName+".", "22.0.0 3600 IN PTR "+deadName+"."))
	if err != nil {
		return err
	}
	s.atEnd(func() { s.dns.Close() })
	s.dns.Fault("22.0.0.127.in-addr.arpa", lab.Drop)
	return nil
}

// atEnd registers f to be called after the measurements, last registered first.
func (s *stage) atEnd(f func()) { s.closers = append(s.closers, f) }

func (s *stage) close() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		s.closers[i]()
	}
	s.closers = nil
}

func (s *stage) path(name string) string { return filepath.Join(s.dir, name) }

func (s *stage) write(name, text string) error {
	return os.WriteFile(s.path(name), []byte(text), 0o600)
}

// env returns the environment for measured programs: the machine's, without variables
// that affect the program or ssh, and with the given cache directory.
func (s *stage) env(cache string) []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "RDNSPROXY_") && !strings.HasPrefix(v, "SSH_") {
			env = append(env, v)
		}
	}
	return append(env, "CGO_ENABLED=0", "SHELL=/bin/sh", "XDG_CACHE_HOME="+s.path(cache))
}

// unchecked is the relay with its check off, checked the one with it on.
func (s *stage) unchecked(host, port string) []string {
	return []string{s.program, "--policy", "off", "-F", "none", host, port}
}

func (s *stage) checked(host, port string) []string {
	return []string{
		s.program, "--resolver", s.dns.Addr().String(), "--hosts-file", s.path("hosts"), "-F", "none", host, port,
	}
}

// do runs a command to prepare a measurement, with the user's own caches.
func (s *stage) do(ctx context.Context, argv ...string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	inOwnGroup(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%q: %w: %s", argv, err, out)
	}
	return nil
}

// say prints progress.
func (s *stage) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s  %s\n", time.Now().Format(time.TimeOnly), fmt.Sprintf(format, args...))
}

// limited keeps the beginning of a program's output.
type limited struct{ bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	l.Buffer.Write(p[:max(0, min(len(p), 4096-l.Len()))])
	return len(p), nil
}

// needs reports missing programs before anything is measured.
func needs(programs ...string) error {
	var missing []error
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			missing = append(missing, err)
		}
	}
	if missing != nil {
		return fmt.Errorf("%w\ntestdata/install bench sees to that", errors.Join(missing...))
	}
	return nil
}
