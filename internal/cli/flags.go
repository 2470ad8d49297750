package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rdnsproxy/internal/target"
	"rdnsproxy/resolve"

	"github.com/spf13/pflag"
)

// registerTarget registers the flags of every command that looks something up. The
// values in o are the defaults.
func registerTarget(fs *pflag.FlagSet, o *target.Options) {
	registerLookups(fs, o)
	registerSSHConfig(fs, o)
	fs.BoolVarP(&o.IPv4, "ipv4", "4", false, "IPv4 only")
	fs.BoolVarP(&o.IPv6, "ipv6", "6", false, "IPv6 only")
	fs.Var((*interval)(&o.CheckTimeout), "check-timeout", "time limit for the lookups of one target")
	fs.BoolVar(&o.RequireName, "require-name", false, "warn if the reverse name is not the host's own")
	registerVoice(fs, o)
}

// registerLookups registers the flags that say who is asked.
func registerLookups(fs *pflag.FlagSet, o *target.Options) {
	fs.VarP((*serversFlag)(&o.Resolvers), "resolver", "", "ask this DNS server, ADDR or ADDR:PORT (repeatable; default: the system's)")
	fs.StringVar(&o.HostsFile, "hosts-file", "", "read this `FILE` instead of the system's hosts file")
}

func registerSSHConfig(fs *pflag.FlagSet, o *target.Options) {
	fs.StringVarP(&o.SSHConfig, "ssh-config", "F", "", "read this `FILE` instead of the user's ssh configuration; 'none' reads nothing")
}

// registerVoice registers the flags that say how much is printed.
func registerVoice(fs *pflag.FlagSet, o *target.Options) {
	fs.BoolVarP(&o.Quiet, "quiet", "q", false, "print errors only")
	fs.BoolVarP(&o.Verbose, "verbose", "v", false, "print more")
}

// registerConnect registers the flags of every command that connects.
func registerConnect(fs *pflag.FlagSet, o *target.Connect) {
	fs.Var(optionalInterval{&o.Timeout}, "connect-timeout", "time limit for connecting, lookups included")
	fs.Var(optionalString{&o.Address}, "bind-address", "connect from this `ADDRESS`")
	fs.Var(optionalString{&o.Interface}, "bind-interface", "connect from this `INTERFACE`'s address")
	fs.Var((*viaFlag)(&o.Via), "via", "connect through this proxy: socks5, socks5h, http or https://[USER@]HOST[:PORT], env or none (repeatable, the nearest first; 'rdnsproxy help via')")
	fs.StringVar(&o.Via.AuthFile, "via-auth-file", "", "users and passwords for --via: a `FILE` with lines USER:PASSWORD, of mode 0600")
	fs.BoolVar(&o.Via.RemoteDNS, "remote-dns", false, "with --via: let the proxy look up the host; nothing is checked then")
}

// parseFlags parses args and then, for flags that are not given, the environment:
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

// serversFlag is a list of DNS servers, separated by commas; repeating the flag adds more.
type serversFlag []resolve.Server

func (f *serversFlag) Type() string { return "ADDR[:PORT]" }

func (f *serversFlag) String() string {
	var words []string
	for _, s := range *f {
		words = append(words, s.String())
	}
	return strings.Join(words, ",")
}

func (f *serversFlag) Set(text string) error {
	for word := range strings.SplitSeq(text, ",") {
		s, err := resolve.ParseServer(word)
		if err != nil {
			return err
		}
		*f = append(*f, s)
	}
	return nil
}

// viaFlag is a list of proxies; repeating the flag adds more. They are read later, by
// target.Connect.ReadVia: an error of pflag's would show a password.
type viaFlag target.Via

func (f *viaFlag) Type() string   { return "PROXY" }
func (f *viaFlag) String() string { return target.Via(*f).String() }

func (f *viaFlag) Set(list string) error {
	if list == "" {
		return errors.New("expected a proxy, for example socks5://127.0.0.1:1080")
	}
	if f.List != "" {
		list = f.List + "," + list
	}
	f.List = list
	return nil
}

// fromVariable says that the value is from the environment, where a password may stand.
func (f *viaFlag) fromVariable() { f.Private = true }

// interval is a duration in Go's format (1.5s, 200ms) or ssh's (10, 1m30).
type interval time.Duration

func (i *interval) Type() string { return "DURATION" }

func (i *interval) String() string {
	if *i == 0 {
		return "0" // which pflag does not show as a default
	}
	return time.Duration(*i).String()
}

func (i *interval) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil {
		d, err = time.ParseDuration(s + "s") // a number without a unit, alone or at the end, is seconds
	}
	if err != nil || d < 0 {
		return fmt.Errorf("invalid duration %q (for example 1.5s, 200ms, 10 or 1m30)", s)
	}
	*i = interval(d)
	return nil
}

// rate is the value of --rate: questions a second. 0 is auto, a negative number unlimited.
type rate int

func (r *rate) Type() string { return "RATE" }

func (r *rate) String() string {
	switch {
	case *r == 0:
		return "auto"
	case *r < 0:
		return "unlimited"
	}
	return strconv.Itoa(int(*r))
}

func (r *rate) Set(word string) error {
	switch word {
	case "auto":
		*r = 0
		return nil
	case "unlimited":
		*r = -1
		return nil
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 {
		return errors.New("expected a number of questions a second, auto or unlimited")
	}
	*r = rate(n)
	return nil
}

// optionalInterval is an interval that is nil until it is set.
type optionalInterval struct{ d **time.Duration }

func (optionalInterval) Type() string { return "DURATION" }

func (o optionalInterval) String() string {
	if *o.d == nil {
		return "0"
	}
	return (*interval)(*o.d).String()
}

func (o optionalInterval) Set(s string) error {
	d := new(interval)
	if err := d.Set(s); err != nil {
		return err
	}
	*o.d = (*time.Duration)(d)
	return nil
}

// optionalString is a string that is nil until it is set, and may be set to "".
type optionalString struct{ s **string }

func (optionalString) Type() string { return "string" }

func (o optionalString) String() string {
	if *o.s == nil {
		return ""
	}
	return **o.s
}

func (o optionalString) Set(s string) error {
	*o.s = &s
	return nil
}
