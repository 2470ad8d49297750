package target

import (
	"cmp"
	"strings"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/resolve"
)

// Options configure lookups. The zero value does as libc and ssh do on this machine.
type Options struct {
	Resolvers    []resolve.Server // DNS servers; if empty, the system's
	HostsFile    string           // if empty, the system's
	SSHConfig    string           // if empty, the user's and the system's; "none" reads nothing
	IPv4, IPv6   bool             // only this family; both together are refused
	CheckTimeout time.Duration    // for all lookups of a target
	Zones        resolve.Zones    // asked before the servers; if nil, only they are
	Offline      bool             // no server is asked
	RequireName  bool             // a reverse name other than the host's is a warning
	Rate         int              // DNS questions a second to each server; see resolve.Resolver

	Quiet   bool // errors only
	Verbose bool
}

// Connect overrides the connection settings of ssh's configuration. A nil field
// leaves the setting unchanged.
type Connect struct {
	Timeout   *time.Duration
	Address   *string // address or name to connect from
	Interface *string // interface to connect from
	Via       Via     // proxies; ReadVia has to be called

	proxies *proxies // what ReadVia has read; nil: none
}

// Defaults returns the options of a lookup without any flags.
func Defaults() Options { return Options{CheckTimeout: 5 * time.Second} }

// Family returns the address family that the options select.
func (o *Options) Family() (resolve.Family, error) {
	switch {
	case o.IPv4 && o.IPv6:
		return 0, console.Refuse(exit.Usage, "omit both for either family", "-4 and -6 are mutually exclusive")
	case o.IPv4:
		return resolve.IPv4, nil
	case o.IPv6:
		return resolve.IPv6, nil
	}
	return resolve.AnyFamily, nil
}

// Resolver returns the resolver for these options, and the path of the hosts file
// that suggested lines are for.
func (o *Options) Resolver(w console.World) (*resolve.Resolver, string, error) {
	r, path := &resolve.Resolver{Env: lookupEnvironment(w), Rate: o.Rate}, hostsfile.SystemPath()
	if len(o.Resolvers) > 0 {
		r.Config = ConfigWithServers(w, o.Resolvers)
	}
	if o.Zones != nil {
		// The search list is this machine's. A zone means the same everywhere.
		plain := *cmp.Or(r.Config, systemConfig(w))
		plain.Search, plain.Aliases = nil, ""
		r.Config, r.Zones, r.Offline = &plain, o.Zones, o.Offline
	}
	if o.HostsFile != "" {
		f, err := hostsfile.ParseFile(o.HostsFile)
		if err != nil {
			return nil, "", console.Refuse(exit.Usage, "--hosts-file takes a file in the format of hosts(5)", "%v", err)
		}
		r.Hosts, path = f, o.HostsFile
	}
	return r, path, nil
}

// ConfigWithServers returns the system's configuration of the resolver with other
// servers.
func ConfigWithServers(w console.World, servers []resolve.Server) *resolve.Config {
	return systemConfig(w).WithServers(servers...)
}

// systemConfig returns the system's configuration; an unreadable file leaves glibc's
// defaults.
func systemConfig(w console.World) *resolve.Config {
	system, _ := resolve.SystemConfig(lookupEnvironment(w))
	return system
}

// lookupEnvironment returns the variables of the environment that glibc's resolver
// honours.
func lookupEnvironment(w console.World) (env resolve.Environment) {
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
