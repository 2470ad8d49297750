package demo

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/lab"
	"rdnsproxy/internal/recipe"
	"rdnsproxy/resolve"
)

// stage holds the demo's servers on loopback, and a temporary directory with all files.
type stage struct {
	w        console.World
	dir      string
	self     string // this program
	ssh      string // the real ssh; if "", x/crypto/ssh plays the client
	chapters int
	groups   []group // processes that may still write into dir

	web, article, bank *actor
}

// actor is a host of the tour. Each has its own DNS server, so that they can share
// 127.0.0.1 on systems that have no other loopback address.
type actor struct {
	name string
	addr netip.Addr
	dns  *lab.DNSServer
	host *lab.SSHServer

	zones []lab.DNSZone // all except the one with its name
}

func newStage(w console.World) (*stage, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "rdnsproxy-demo-")
	if err != nil {
		return nil, err
	}
	s := &stage{w: w, dir: dir, self: self}
	s.ssh, _ = exec.LookPath("ssh")
	if err := s.cast(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// cast starts the servers and writes the files.
func (s *stage) cast() (err error) {
	if s.web, err = newActor("web1.example.com", "127.0.2.10", "web1.example.com."); err != nil {
		return err
	}
	if s.article, err = newActor("my.example.com", "127.168.1.243", "192-168-1-243.foo.bar.net.",
		lab.Zone("28.99.140.in-addr.arpa", "179 PTR 179.cureconsulting.deru.net."), lab.Zone("deru.net"),
		lab.Zone("100.51.198.in-addr.arpa", "25 PTR mail.example.com."),
		lab.Zone("113.0.203.in-addr.arpa", "77 PTR host-77.isp.example.net."), lab.Zone("example.net")); err != nil {
		return err
	}
	if s.bank, err = newActor("bank.example.com", "127.0.2.66", "mail.example.com."); err != nil {
		return err
	}
	var known, config, settings strings.Builder // settings: the part of config that can be read without ssh
	fmt.Fprint(&settings, "Host *\n  UserKnownHostsFile known_hosts\n  GlobalKnownHostsFile none\n")
	fmt.Fprintf(&config, "Host *\n  ProxyCommand %s %s\n  UserKnownHostsFile \"%s\"\n  GlobalKnownHostsFile none\n"+
		"  StrictHostKeyChecking yes\n  IdentityFile none\n  IdentityAgent none\n  LogLevel ERROR\n",
		recipe.Quote(s.self), recipe.Tokens(), s.path("known_hosts"))
	for _, a := range s.actors() {
		port := a.host.Addr().Port()
		fmt.Fprintf(&config, "Host %s\n  Port %d\n", a.name, port)
		fmt.Fprintf(&settings, "Host %s\n  Port %d\n", a.name, port)
		fmt.Fprintln(&known, a.host.KnownHostsLine(a.name))
	}
	for name, content := range map[string]string{
		"config":      config.String(),
		"settings":    settings.String(),
		"known_hosts": known.String(),
		"hosts":       "127.0.0.1  localhost\n",
	} {
		if err := os.WriteFile(s.path(name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// newActor starts a host at addr, or at 127.0.0.1 if addr is not available.
func newActor(name, addr, ptr string, more ...lab.DNSZone) (*actor, error) {
	a := &actor{name: name, addr: netip.MustParseAddr(addr)}
	greet := func(session *lab.Session) int {
		fmt.Fprintf(session, "hello, %s, this is %s\n", session.User, name)
		return 0
	}
	var err error
	if a.host, err = lab.StartSSH(lab.SSH{Addr: addr + ":0", Serve: greet}); err != nil {
		a.addr = netip.MustParseAddr("127.0.0.1")
		if a.host, err = lab.StartSSH(lab.SSH{Addr: "127.0.0.1:0", Serve: greet}); err != nil {
			return nil, err
		}
	}
	reverse := string(resolve.ReverseName(a.addr)) + ". PTR " + ptr
	a.zones = append(more, lab.Zone("127.in-addr.arpa", reverse), lab.Zone("bar.net"))
	return a, a.moves(a.addr.String())
}

// moves makes DNS give the actor's name another address. The host stays where it is.
func (a *actor) moves(addr string) (err error) {
	if a.dns != nil {
		a.dns.Close()
	}
	forward := lab.Zone("example.com", a.name+". A "+addr, "mail.example.com. A 198.51.100.25")
	a.dns, err = lab.StartDNS(append(a.zones, forward)...)
	return err
}

func (s *stage) actors() []*actor { return []*actor{s.web, s.article, s.bank} }

func (s *stage) path(name string) string { return filepath.Join(s.dir, name) }

func (s *stage) close() {
	s.await()
	for _, a := range s.actors() {
		if a == nil {
			continue
		}
		a.host.Close()
		if a.dns != nil {
			a.dns.Close()
		}
	}
	os.RemoveAll(s.dir)
}

// environment makes the program use only the demo's servers and files.
func (s *stage) environment(a *actor, policy string) []string {
	mine := slices.DeleteFunc(slices.Clone(s.w.Env), func(v string) bool { return strings.HasPrefix(v, "RDNSPROXY_") })
	return append(mine,
		// With this program on PATH, hints name it as they would if it were installed.
		"PATH="+filepath.Dir(s.self)+string(filepath.ListSeparator)+s.w.Getenv("PATH"),
		"RDNSPROXY_RESOLVER="+a.dns.Addr().String(),
		"RDNSPROXY_HOSTS_FILE=hosts", // relative to the directory that everything runs in
		"RDNSPROXY_SSH_CONFIG=none", "RDNSPROXY_SSHD_CONFIG=none",
		"RDNSPROXY_LOG_FILE="+s.path("log"),
		"RDNSPROXY_POLICY="+policy,
		"HOME="+s.dir, "AppData="+s.dir, // where accepted mappings are stored
		"XDG_CONFIG_HOME=", "XDG_CACHE_HOME="+s.path("cache"))
}

// outcome is the expected outcome of a connection.
type outcome struct {
	verdict  check.Verdict
	policy   string // if "", warn
	connects bool
}

// connect runs ssh to an actor, shows its output, and compares the verdict that the
// relay logged and the session that the host saw with want.
func (s *stage) connect(ctx context.Context, a *actor, want outcome) error {
	shown := "$ ssh chris@" + a.name
	if want.policy == "" {
		want.policy = "warn"
	} else {
		shown = "$ RDNSPROXY_POLICY=" + want.policy + " ssh chris@" + a.name
	}
	s.say(shown)
	os.Remove(s.path("log"))
	before := a.host.Sessions()
	err := s.client(ctx, a, want.policy)
	log, _ := os.ReadFile(s.path("log"))
	switch {
	case !strings.Contains(string(log), " "+string(want.verdict)+" "):
		return fmt.Errorf("%s: the verdict was not %s", a.name, want.verdict)
	case want.connects && err != nil:
		return fmt.Errorf("%s: ssh: %w", a.name, err)
	case want.connects != (a.host.Sessions() > before):
		return fmt.Errorf("%s: the host saw %d sessions", a.name, a.host.Sessions()-before)
	}
	return nil
}

// client runs the real ssh, or the stand-in.
func (s *stage) client(ctx context.Context, a *actor, policy string) error {
	if s.ssh == "" {
		return s.standIn(ctx, a, policy)
	}
	cmd := exec.CommandContext(ctx, s.ssh, "-F", s.path("config"), "-T", "chris@"+a.name)
	cmd.Dir, cmd.Env = s.dir, s.environment(a, policy)
	cmd.Stdout, cmd.Stderr = s.w.Out, s.w.Err
	return s.perform(cmd)
}

// run runs rdnsproxy, shows its output, and compares its exit status with want.
func (s *stage) run(ctx context.Context, a *actor, want int, args ...string) error {
	s.say("$ rdnsproxy " + strings.Join(args, " "))
	cmd := exec.CommandContext(ctx, s.self, args...)
	cmd.Dir, cmd.Env = s.dir, append(s.environment(a, "warn"), "RDNSPROXY_SSH_CONFIG=settings")
	cmd.Stdout, cmd.Stderr = s.w.Out, s.w.Err
	err := s.perform(cmd)
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		err = nil
	}
	if err != nil {
		return err
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		return fmt.Errorf("rdnsproxy %s: exit status %d, not %d", strings.Join(args, " "), got, want)
	}
	return nil
}

// perform runs cmd and records its process group, whose processes may outlive it.
func (s *stage) perform(cmd *exec.Cmd) error {
	if err := s.begin(cmd); err != nil {
		return err
	}
	return cmd.Wait()
}
