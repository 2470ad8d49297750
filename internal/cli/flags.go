package cli

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"

	"github.com/spf13/pflag"
)

// sharedFlags are the flags of every command that looks something up.
type sharedFlags struct {
	resolvers    addrPorts
	hostsFile    string
	sshConfig    string
	ipv4, ipv6   bool
	checkTimeout interval
	requireName  bool
	quiet        bool
	verbose      bool
}

func (s *sharedFlags) register(fs *pflag.FlagSet) {
	s.checkTimeout.d = 5 * time.Second
	fs.VarP(&s.resolvers, "resolver", "", "ask this DNS server, ADDR or ADDR:PORT (repeatable; default: the system's)")
	fs.StringVar(&s.hostsFile, "hosts-file", "", "read this `FILE` instead of the system's hosts file")
	fs.StringVarP(&s.sshConfig, "ssh-config", "F", "", "read this `FILE` instead of the user's ssh configuration; 'none' reads nothing")
	fs.BoolVarP(&s.ipv4, "ipv4", "4", false, "IPv4 only")
	fs.BoolVarP(&s.ipv6, "ipv6", "6", false, "IPv6 only")
	fs.Var(&s.checkTimeout, "check-timeout", "how long the look-ups of a target may take")
	fs.BoolVar(&s.requireName, "require-name", false, "a reverse name other than the host's is a warning")
	fs.BoolVarP(&s.quiet, "quiet", "q", false, "no warnings; errors only")
	fs.BoolVarP(&s.verbose, "verbose", "v", false, "say more")
}

// connectFlags are the flags of every command that connects; they beat ssh's
// configuration.
type connectFlags struct {
	connectTimeout interval
	bindAddress    string
	bindInterface  string
}

func (c *connectFlags) register(fs *pflag.FlagSet) {
	fs.Var(&c.connectTimeout, "connect-timeout", "how long connecting may take, look-ups included")
	fs.StringVar(&c.bindAddress, "bind-address", "", "connect from this `ADDRESS`")
	fs.StringVar(&c.bindInterface, "bind-interface", "", "connect from this `INTERFACE`'s address")
}

// family is what -4 and -6 ask for.
func (s *sharedFlags) family() (resolve.Family, error) {
	switch {
	case s.ipv4 && s.ipv6:
		return 0, refuse("leave both out for either family", "-4 and -6 exclude each other")
	case s.ipv4:
		return resolve.IPv4, nil
	case s.ipv6:
		return resolve.IPv6, nil
	}
	return resolve.AnyFamily, nil
}

// resolver is the resolver that the flags ask for, and the hosts file that a
// suggested line would be for.
func (s *sharedFlags) resolver(w World) (*resolve.Resolver, string, error) {
	r, path := &resolve.Resolver{Env: w.lookups()}, hostsfile.SystemPath()
	if len(s.resolvers) > 0 {
		system, _ := resolve.SystemConfig(r.Env) // an unreadable file leaves glibc's defaults
		r.Config = system.WithServers(s.resolvers...)
	}
	if s.hostsFile != "" {
		f, err := hostsfile.ParseFile(s.hostsFile)
		if err != nil {
			return nil, "", refuse("--hosts-file takes a file in the format of hosts(5)", "%v", err)
		}
		r.Hosts, path = f, s.hostsFile
	}
	return r, path, nil
}

// lookups is what the environment says about look-ups: glibc reads it as well.
func (w World) lookups() (env resolve.Environment) {
	for _, v := range w.Env {
		switch name, value, _ := strings.Cut(v, "="); name {
		case "LOCALDOMAIN":
			env.LocalDomain = &value
		case "RES_OPTIONS":
			env.Options = value
		case "HOSTALIASES":
			env.Aliases = value
		}
	}
	return env
}

// parseFlags reads args and then, for what they leave out, the environment:
// RDNSPROXY_ and the long flag's name in capitals.
func parseFlags(fs *pflag.FlagSet, w World, args []string) error {
	switch err := fs.Parse(args); {
	case errors.Is(err, pflag.ErrHelp):
		return err
	case err != nil:
		return badFlag(err, fs, "'rdnsproxy help' lists the commands and flags")
	}
	return fromEnvironment(fs, w)
}

// addrPorts are DNS servers; a repeated flag adds, commas separate.
type addrPorts []netip.AddrPort

func (a *addrPorts) Type() string { return "ADDR[:PORT]" }

func (a *addrPorts) String() string {
	var words []string
	for _, ap := range *a {
		words = append(words, ap.String())
	}
	return strings.Join(words, ",")
}

func (a *addrPorts) Set(s string) error {
	for word := range strings.SplitSeq(s, ",") {
		ap, err := resolve.ParseServer(word)
		if err != nil {
			return err
		}
		*a = append(*a, ap)
	}
	return nil
}

// interval is a time span as Go writes it (1.5s, 200ms) or as ssh does (10, 1m30).
type interval struct{ d time.Duration }

func (i *interval) Type() string { return "DURATION" }

func (i *interval) String() string {
	if i.d == 0 {
		return "0" // which pflag does not show as a default
	}
	return i.d.String()
}

func (i *interval) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil {
		d, err = time.ParseDuration(s + "s") // a bare number, or a bare number at the end, is seconds
	}
	if err != nil || d < 0 {
		return fmt.Errorf("%q is no time span (1.5s, 200ms, 10, 1m30)", s)
	}
	i.d = d
	return nil
}

// isPort reports whether a word is a port number.
func isPort(s string) bool {
	_, err := parsePort(s)
	return err == nil
}

func parsePort(s string) (uint16, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || n == 0 || s[0] == '+' {
		return 0, refuse("a port is a number from 1 to 65535; ssh's %p gives it", "%s is no port", quoted(s))
	}
	return uint16(n), nil
}

// quoted shows what a user typed, made safe.
func quoted(s string) string { return `"` + safetext.Cut(safetext.Of(s).String(), 80) + `"` }
