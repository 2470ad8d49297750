package cli

import (
	"context"
	"errors"
	"net/netip"
	"os/user"
	"runtime"
	"strconv"
	"strings"
	"time"

	"rdnsproxy/internal/exit"
	"rdnsproxy/proxy/dial"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
	"rdnsproxy/sshconf"
)

// settings are the options that ssh no longer applies to connecting once a
// ProxyCommand stands. Flags beat the configuration.
type settings struct {
	family         resolve.Family
	bindAddress    string
	bind           []netip.Addr // bindAddress, looked up
	iface          string
	connectTimeout time.Duration // 0: none
	sshTimeout     time.Duration // ConnectTimeout, which ssh itself applies to what a ProxyCommand takes; 0: none
	attempts       int
	noKeepAlive    bool
	tos            int
}

// relayKeywords are the keywords behind the settings, and the one by which ssh is
// told to keep its warnings to itself.
var relayKeywords = []string{
	"addressfamily", "bindaddress", "bindinterface", "connecttimeout", "connectionattempts", "tcpkeepalive", "ipqos",
	"loglevel",
}

// override puts what was asked for over the configuration.
func (set *settings) override(family resolve.Family, c connectOptions) {
	if family != resolve.AnyFamily {
		set.family = family
	}
	if c.Address != nil {
		set.bindAddress = *c.Address
	}
	if c.Interface != nil {
		set.iface = *c.Interface
	}
	if c.Timeout != nil {
		set.connectTimeout = *c.Timeout
	}
}

// dialer connects as the settings say.
func (set *settings) dialer() dial.Dialer {
	return dial.Dialer{
		Timeout:     set.connectTimeout,
		Attempts:    set.attempts,
		Bind:        set.bind,
		Interface:   set.iface,
		NoKeepAlive: set.noKeepAlive,
		TOS:         set.tos,
	}
}

// configurationError is an ssh configuration that cannot be read or evaluated.
func configurationError(host string, err error) error {
	var special *sshconf.NotRegularError
	if errors.As(err, &special) {
		return refuse(exit.Usage, "ssh's configuration is read here as often as it takes: write it to a file first", "%v", err)
	}
	return refuse(exit.Usage, "'ssh -G "+safetext.Name(host)+"' shows what ssh makes of it; -F none reads nothing", "%v", err)
}

// settingsOf reads what stands in ssh's spelling.
func settingsOf(h *sshconf.Host) (set settings, err error) {
	switch h.Get("addressfamily") {
	case "inet":
		set.family = resolve.IPv4
	case "inet6":
		set.family = resolve.IPv6
	}
	set.bindAddress, set.iface = h.Get("bindaddress"), h.Get("bindinterface")
	set.sshTimeout, _ = h.ConnectTimeout()
	set.connectTimeout = set.sshTimeout
	set.attempts, _ = strconv.Atoi(h.Get("connectionattempts"))
	set.noKeepAlive = h.Get("tcpkeepalive") == "no"
	// Of two values the first is for sessions on a terminal, the second for the
	// rest; which it will be, ssh has not told yet.
	if words := strings.Fields(h.Get("ipqos")); len(words) > 0 {
		if set.tos, err = dial.ParseTOS(words[0]); err != nil {
			return set, refuse(exit.Usage, "", "IPQoS in ssh's configuration: %v", err)
		}
	}
	return set, nil
}

// resolveBind looks up BindAddress, which ssh takes as a name too.
func (set *settings) resolveBind(ctx context.Context, r *resolve.Resolver) error {
	if set.bindAddress == "" {
		return nil
	}
	for ans := range r.Addresses(ctx, set.bindAddress, set.family, resolve.System) {
		set.bind = append(set.bind, ans.Addrs...)
	}
	if len(set.bind) == 0 {
		return refuse(exit.Usage, "an address of this machine is wanted; 'ip addr' lists them",
			"bind address %s has no address", quoted(set.bindAddress))
	}
	return nil
}

// asUser completes a question to ssh's configuration, as this user's ssh would
// read it: its home is the user database's, and $HOME matters to its Includes.
func asUser(w console, q sshconf.Query) sshconf.Query {
	q.Evaluating = w.getenv(sshconf.EvaluatingEnv) != ""
	q.FindSSH = func() (string, error) {
		path, _, err := realProgram(w, "ssh")
		return path, err
	}
	q.EnvHome = w.getenv("HOME")
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
