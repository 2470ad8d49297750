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
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
	"rdnsproxy/sshconf"
)

// Settings are the options that ssh no longer applies to connecting once a
// ProxyCommand stands. Flags beat the configuration.
type Settings struct {
	Family         resolve.Family
	bindAddress    string
	bind           []netip.Addr // bindAddress, looked up
	iface          string
	ConnectTimeout time.Duration // 0: none
	SshTimeout     time.Duration // ConnectTimeout, which ssh itself applies to what a ProxyCommand takes; 0: none
	attempts       int
	noKeepAlive    bool
	tos            int
}

// RelayKeywords are the keywords behind the settings, and the one by which ssh is
// told to keep its warnings to itself.
var RelayKeywords = []string{
	"addressfamily", "bindaddress", "bindinterface", "connecttimeout", "connectionattempts", "tcpkeepalive", "ipqos",
	"loglevel",
}

// Override puts what was asked for over the configuration.
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

// Dialer connects as the settings say.
func (set *Settings) Dialer() dial.Dialer {
	return dial.Dialer{
		Timeout:     set.ConnectTimeout,
		Attempts:    set.attempts,
		Bind:        set.bind,
		Interface:   set.iface,
		NoKeepAlive: set.noKeepAlive,
		TOS:         set.tos,
	}
}

// ConfigError is an ssh configuration that cannot be read or evaluated.
func ConfigError(host string, err error) error {
	var special *sshconf.NotRegularError
	if errors.As(err, &special) {
		return console.Refuse(exit.Usage, "ssh's configuration is read here as often as it takes: write it to a file first", "%v", err)
	}
	return console.Refuse(exit.Usage, "'ssh -G "+safetext.Name(host)+"' shows what ssh makes of it; -F none reads nothing", "%v", err)
}

// SettingsOf reads what stands in ssh's spelling.
func SettingsOf(h *sshconf.Host) (set Settings, err error) {
	switch h.Get("addressfamily") {
	case "inet":
		set.Family = resolve.IPv4
	case "inet6":
		set.Family = resolve.IPv6
	}
	set.bindAddress, set.iface = h.Get("bindaddress"), h.Get("bindinterface")
	set.SshTimeout, _ = h.ConnectTimeout()
	set.ConnectTimeout = set.SshTimeout
	set.attempts, _ = strconv.Atoi(h.Get("connectionattempts"))
	set.noKeepAlive = h.Get("tcpkeepalive") == "no"
	// Of two values the first is for sessions on a terminal, the second for the
	// rest; which it will be, ssh has not told yet.
	if words := strings.Fields(h.Get("ipqos")); len(words) > 0 {
		if set.tos, err = dial.ParseTOS(words[0]); err != nil {
			return set, console.Refuse(exit.Usage, "", "IPQoS in ssh's configuration: %v", err)
		}
	}
	return set, nil
}

// ResolveBind looks up BindAddress, which ssh takes as a name too.
func (set *Settings) ResolveBind(ctx context.Context, r *resolve.Resolver) error {
	if set.bindAddress == "" {
		return nil
	}
	for ans := range r.Addresses(ctx, set.bindAddress, set.Family, resolve.System) {
		set.bind = append(set.bind, ans.Addrs...)
	}
	if len(set.bind) == 0 {
		return console.Refuse(exit.Usage, "an address of this machine is wanted; 'ip addr' lists them",
			"bind address %s has no address", console.Quoted(set.bindAddress))
	}
	return nil
}

// AsUser completes a question to ssh's configuration, as this user's ssh would
// read it: its home is the user database's, and $HOME matters to its Includes.
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
		q.EnvHome = q.Home // its ssh has a glob of its own, which goes by the profile
	}
	return q
}
