package resolve

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"rdnsproxy/safetext"
)

// Config is what resolv.conf and nsswitch.conf say. A zero Config asks the
// server on this machine, with the hosts file first.
type Config struct {
	Servers  []Server      // if none, 127.0.0.1 (resolv.conf(5))
	Explicit bool          // the user named the servers: they are asked about loopback and link-local addresses too
	Search   []Name        // the root stands for the name as it is
	Ndots    int           // a name with at least this many dots is tried as it is first
	Timeout  time.Duration // of one attempt at one server; if 0, 5 s
	Attempts int           // rounds over the servers; if 0, 2
	Rotate   bool          // each lookup starts at the next server
	UseVC    bool          // TCP alone
	TrustAD  bool          // the servers' AD bit is believed
	NoAAAA   bool          // IPv6 addresses are not asked for
	NoTLD    bool          // a name without a dot is asked about only with the search list
	Single   bool          // one outstanding question per port: some servers and firewalls drop the second
	Reopen   bool          // and each question from a new port
	Aliases  string        // the path of the HOSTALIASES file; if empty, none
	Services []Service     // nsswitch.conf's sources for hosts; if nil, files, dns

	machine *Config // the same without the user's environment; if nil, there is none
}

// Where the system says how it resolves names.
const (
	resolvConfPath = "/etc/resolv.conf"
	nsswitchPath   = "/etc/nsswitch.conf"
)

// maxConfigSize bounds resolv.conf and nsswitch.conf, in bytes.
const maxConfigSize = 1 << 20

// SystemConfig reads the system's configuration, which the environment overrides. A
// missing file is not an error: glibc's defaults apply, as they do for an unreadable
// file. An nsswitch.conf that glibc refuses leaves no sources. The Config is never
// nil.
func SystemConfig(env Environment) (*Config, error) {
	return load(resolvConfPath, nsswitchPath, env)
}

func load(resolvConf, nsswitch string, env Environment) (*Config, error) {
	cfg, err := loadResolvConf(resolvConf)
	if len(cfg.Search) == 0 {
		cfg.Search = localDomain()
	}
	if env != (Environment{}) {
		machine := *cfg
		cfg.machine = &machine
		env.apply(cfg)
	}
	services, nssErr := loadNSSwitch(nsswitch)
	cfg.Services = services
	return cfg, errors.Join(err, nssErr)
}

func loadResolvConf(path string) (*Config, error) {
	f, err := openConfig(path)
	if f == nil {
		return defaultConfig(), err
	}
	defer f.Close()
	cfg, err := ParseResolvConf(f)
	if err != nil {
		return defaultConfig(), configError(path, err)
	}
	return cfg, nil
}

func loadNSSwitch(path string) ([]Service, error) {
	f, err := openConfig(path)
	if f == nil {
		return defaultServices, err
	}
	defer f.Close()
	services, err := ParseNSSwitch(f)
	switch {
	case errors.Is(err, errNSSwitch):
		return []Service{}, configError(path, err)
	case err != nil:
		return defaultServices, configError(path, err)
	}
	return services, nil
}

// openConfig returns nil and no error for a missing file. Anything but a regular
// file is not opened: a FIFO would make every lookup wait.
func openConfig(path string) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, configError(path, err)
	case info.IsDir():
		return nil, configError(path, errors.New("is a directory"))
	case !info.Mode().IsRegular() && info.Mode()&fs.ModeCharDevice == 0:
		return nil, configError(path, errors.New("not a regular file"))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, configError(path, err)
	}
	return f, nil
}

func configError(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("%s: %w", safetext.Line(path), err)
}

// readConfig reads all of a small configuration file.
func readConfig(r io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxConfigSize+1))
	if err == nil && len(b) > maxConfigSize {
		err = errors.New("longer than 1 MiB")
	}
	return string(b), err
}

// localDomain is the search list that res_init falls back to: this host's name
// without its first label.
func localDomain() []Name {
	host, err := os.Hostname()
	if err != nil {
		return nil
	}
	_, domain, ok := strings.Cut(host, ".")
	if !ok || domain == "" {
		return nil
	}
	n, err := ParseName(domain)
	if err != nil {
		return nil
	}
	return []Name{n}
}

// WithServers is the configuration with servers that the user names in place of the
// system's. The sources are the hosts file and these servers; the search list and
// the options stay.
func (c *Config) WithServers(servers ...Server) *Config {
	named := *c
	named.Servers = slices.Clone(servers)
	named.Explicit = true
	named.Services = defaultServices
	named.TrustAD = c.TrustAD && !slices.ContainsFunc(servers, func(s Server) bool {
		return !s.Addr.Addr().IsLoopback() && !slices.Contains(c.Servers, s) // trust-ad is about resolv.conf's servers
	})
	return &named
}

// quote makes untrusted text safe for an error message.
func quote(s string) string { return `"` + safetext.Cut(safetext.Of(s).String(), 80) + `"` }

// The meaning of a zero field of Config.
const (
	defaultTimeout  = 5 * time.Second
	defaultAttempts = 2
)

func (c *Config) timeout() time.Duration {
	if c.Timeout <= 0 {
		return defaultTimeout
	}
	return c.Timeout
}

func (c *Config) attempts() int {
	if c.Attempts <= 0 {
		return defaultAttempts
	}
	return c.Attempts
}

var localServer = []Server{{netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), dnsPort)}}

func (c *Config) servers() []Server {
	if len(c.Servers) == 0 {
		return localServer
	}
	return c.Servers
}

func (c *Config) services() []Service {
	if c.Services == nil {
		return defaultServices
	}
	return c.Services
}

// stub reports whether all servers are systemd-resolved's stub listener. Asking it
// is asking the nss module "resolve", but with TTL and rcode.
func (c *Config) stub() bool {
	for _, s := range c.servers() {
		switch s.Addr.Addr() {
		case netip.AddrFrom4([4]byte{127, 0, 0, 53}), netip.AddrFrom4([4]byte{127, 0, 0, 54}):
		default:
			return false
		}
	}
	return true
}

// mux is a Mux with the options of resolv.conf.
func (c *Config) mux() *Mux {
	m := &Mux{Timeout: c.timeout(), TCP: c.UseVC}
	if c.single() {
		m.Window, m.Sockets, m.Fresh = 1, singleSockets, c.Reopen
	}
	return m
}

func (c *Config) single() bool { return c.Single || c.Reopen }

// singleSockets is how many sockets there may be where each has one question.
const singleSockets = 64
