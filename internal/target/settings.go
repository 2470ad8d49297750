package target

import (
	"context"
	"errors"
	"net/netip"
	"os/user"
	"runtime"
	"strconv"
	"strings"
	"time"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/proxy/dial"
	"rdnsproxy/proxy/via"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
	"rdnsproxy/sshconf"
)

// Settings are the options for connecting that ssh ignores if there is a
// ProxyCommand. Flags override the configuration.
type Settings struct {
	Family         resolve.Family
	bindAddress    string
	bind           []netip.Addr // bindAddress, looked up
	iface          string
	ConnectTimeout time.Duration // 0: none
	SSHTimeout     time.Duration // ConnectTimeout as ssh itself applies it to a ProxyCommand; 0: none
	attempts       int
	noKeepAlive    bool
	tos            int
	proxies        []*via.Proxy // to connect through, the nearest first
}

// honoured maps the keywords of ssh's configuration to the settings. To support
// another keyword, add a row here, and one in sshconf's table if it does not report
// the keyword yet. Values are in the format of ssh -G.
var honoured = []struct {
	keyword string
	set     func(set *Settings, h *sshconf.Host, value string) error
}{
	{"addressfamily", func(set *Settings, _ *sshconf.Host, value string) error {
		switch value {
		case "inet":
			set.Family = resolve.IPv4
		case "inet6":
			set.Family = resolve.IPv6
		}
		return nil
	}},
	{"bindaddress", func(set *Settings, _ *sshconf.Host, value string) error {
		set.bindAddress = value
		return nil
	}},
	{"bindinterface", func(set *Settings, _ *sshconf.Host, value string) error {
		set.iface = value
		return nil
	}},
	{"connecttimeout", func(set *Settings, h *sshconf.Host, _ string) error {
		set.SSHTimeout, _ = h.ConnectTimeout()
		set.ConnectTimeout = set.SSHTimeout
		return nil
	}},
	{"connectionattempts", func(set *Settings, _ *sshconf.Host, value string) error {
		set.attempts, _ = strconv.Atoi(value)
		return nil
	}},
	{"tcpkeepalive", func(set *Settings, _ *sshconf.Host, value string) error {
		set.noKeepAlive = value == "no"
		return nil
	}},
	{"ipqos", func(set *Settings, _ *sshconf.Host, value string) (err error) {
		// Of two values, the first is for interactive sessions and the second for
		// others. ssh does not say which kind this one will be.
		first, _, _ := strings.Cut(value, " ")
		if set.tos, err = dial.ParseTOS(first); err != nil {
			return console.Refuse(exit.Usage, "", "IPQoS in ssh's configuration: %v", err)
		}
		return nil
	}},
}

// RelayKeywords are the keywords that the relay reads: the honoured ones, and LogLevel,
// which can suppress ssh's warnings.
var RelayKeywords = func() []string {
	keywords := []string{"loglevel"}
	for _, row := range honoured {
		keywords = append(keywords, row.keyword)
	}
	return keywords
}()

// Override applies the flags over the configuration, but for Via, which Through does.
func (set *Settings) Override(family resolve.Family, c Connect) {
	if family != resolve.AnyFamily {
		set.Family = family
	}
	if c.Address != nil {
		set.bindAddress = *c.Address
	}
	if c.Interface != nil {
		set.iface = *c.Interface
	}
	if c.Timeout != nil {
		set.ConnectTimeout = *c.Timeout
	}
}

// Through has the host connected to through the flags' proxies.
func (set *Settings) Through(c Connect, host string, port uint16) {
	set.proxies = c.proxies.of(host, port)
}

// Dialer returns a dialer with these settings, which looks up proxies with the resolver.
// ResolveBind has to be called first.
func (set *Settings) Dialer(r *resolve.Resolver) dial.Dialer {
	if c := set.Chain(r); c != nil {
		return dial.Dialer{Timeout: set.ConnectTimeout, Attempts: set.attempts, Connect: c.Connect}
	}
	return set.tcp()
}

func (set *Settings) tcp() dial.Dialer {
	return dial.Dialer{
		Timeout:     set.ConnectTimeout,
		Attempts:    set.attempts,
		Bind:        set.bind,
		Interface:   set.iface,
		NoKeepAlive: set.noKeepAlive,
		TOS:         set.tos,
	}
}

// ConfigError returns a Refusal for an ssh configuration that cannot be read or
// evaluated for host.
func ConfigError(host string, err error) error {
	var special *sshconf.NotRegularError
	if errors.As(err, &special) {
		return console.Refuse(exit.Usage,
			"ssh's configuration is read more than once: write it to a regular file first", "%v", err)
	}
	return console.Refuse(exit.Usage,
		"'ssh -G "+safetext.Name(host)+"' shows how ssh reads it; -F none reads nothing", "%v", err)
}

// SettingsOf returns the settings of a host. The error is a Refusal.
func SettingsOf(h *sshconf.Host) (set Settings, err error) {
	for _, row := range honoured {
		if value := h.Get(row.keyword); value != "" {
			if err := row.set(&set, h, value); err != nil {
				return set, err
			}
		}
	}
	return set, nil
}

// ResolveBind looks up the bind address, which may be a name as in ssh.
func (set *Settings) ResolveBind(ctx context.Context, r *resolve.Resolver) error {
	if set.bindAddress == "" {
		return nil
	}
	for ans := range r.Addresses(ctx, set.bindAddress, set.Family, resolve.System) {
		set.bind = append(set.bind, ans.Addrs...)
	}
	if len(set.bind) == 0 {
		return console.Refuse(exit.Usage, "use an address of this machine; 'ip addr' lists them",
			"bind address %s does not resolve", console.Quoted(set.bindAddress))
	}
	return nil
}

// AsUser completes a query of ssh's configuration so that it is read as by this
// user's ssh, which takes the home directory from the user database but $HOME for
// Include.
func AsUser(w console.World, q sshconf.Query) sshconf.Query {
	q.Evaluating = w.Getenv(sshconf.EvaluatingEnv) != ""
	q.FindSSH = func() (string, error) {
		path, _, err := console.RealProgram(w, "ssh")
		return path, err
	}
	q.EnvHome = w.Getenv("HOME")
	if u, err := user.Current(); err == nil {
		q.Home, q.LocalUser = u.HomeDir, u.Username
	} else {
		q.Home = q.EnvHome
	}
	if runtime.GOOS == "windows" {
		q.EnvHome = q.Home // ssh there has its own glob, which uses the profile directory
	}
	return q
}
