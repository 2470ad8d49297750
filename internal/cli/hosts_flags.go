package cli

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"

	"github.com/spf13/pflag"
)

// hostsFlags are the flags of the hosts commands.
type hostsFlags struct {
	checkFlags
	yes     bool
	backup  bool
	address string
	replace bool
	force   bool
	expires string
	any     bool
	fix     bool
	listing listing

	visit func(func(*pflag.Flag)) // the flags that were given
}

// Each command shows the flags that mean something to it. Those that the
// commands share are taken by all of them, and a notice says where one means nothing.

func (f *hostsFlags) registerList(fs *pflag.FlagSet) {
	f.sharedFlags.register(fs)
	hideAllBut(fs, "hosts-file", "quiet", "verbose")
	f.listing.register(fs, "how to write the list: text or json")
}

func (f *hostsFlags) registerAdd(fs *pflag.FlagSet) {
	f.sharedFlags.register(fs)
	f.connectFlags.register(fs)
	f.registerProbe(fs)
	hideAllBut(fs, "resolver", "hosts-file", "ssh-config", "check-timeout", "quiet", "verbose",
		"connect-timeout", "bind-address", "bind-interface", "dns-only", "expect-hostkey")
	f.registerWriting(fs)
	f.registerChoice(fs)
}

func (f *hostsFlags) registerRemove(fs *pflag.FlagSet) {
	f.sharedFlags.register(fs)
	hideAllBut(fs, "hosts-file", "ssh-config", "quiet", "verbose")
	f.registerWriting(fs)
	f.registerAny(fs)
}

func (f *hostsFlags) registerVerify(fs *pflag.FlagSet) {
	f.sharedFlags.register(fs)
	f.connectFlags.register(fs)
	f.registerProbe(fs)
	hideAllBut(fs, "resolver", "hosts-file", "ssh-config", "check-timeout", "quiet", "verbose",
		"connect-timeout", "bind-address", "bind-interface", "dns-only")
	f.registerReport(fs)
	f.registerWriting(fs)
	f.registerFix(fs)
}

// hideAllBut leaves out of the help what a command takes and does not need.
func hideAllBut(fs *pflag.FlagSet, shown ...string) {
	fs.VisitAll(func(flag *pflag.Flag) { flag.Hidden = !slices.Contains(shown, flag.Name) })
}

// given names the flags of the command line for which which holds, "--ipv4". It is
// asked before the environment is read, which is for every command.
func given(fs *pflag.FlagSet, which func(*pflag.Flag) bool) (names []string) {
	fs.Visit(func(flag *pflag.Flag) {
		if which(flag) {
			names = append(names, "--"+flag.Name)
		}
	})
	return names
}

// tellIdle says which flags of the command line change nothing in what a command does.
func tellIdle(v *voice, command string, flags []string) {
	if len(flags) > 0 {
		v.notice(command + " makes no use of " + strings.Join(flags, ", "))
	}
}

// registerOwn registers what no other command has.
func (f *hostsFlags) registerOwn(fs *pflag.FlagSet) {
	f.registerWriting(fs)
	f.registerChoice(fs)
	f.registerAny(fs)
	f.registerFix(fs)
}

func (f *hostsFlags) registerWriting(fs *pflag.FlagSet) {
	fs.BoolVar(&f.yes, "yes", false, "write without asking")
	fs.BoolVar(&f.backup, "backup", false, "keep the old file beside the new one")
}

func (f *hostsFlags) registerChoice(fs *pflag.FlagSet) {
	fs.StringVar(&f.address, "address", "", "of several addresses this `ADDRESS` alone; the line hides the others")
	fs.BoolVar(&f.replace, "replace", false, "take HOST out of lines that give it another address")
	fs.BoolVar(&f.force, "force", false, "add a line although none is needed")
	fs.StringVar(&f.expires, "expires", "", "the `DAY` on which the line expires, YYYY-MM-DD, or in so many days, 90d")
}

func (f *hostsFlags) registerAny(fs *pflag.FlagSet) {
	fs.BoolVar(&f.any, "any", false, "also from lines that rdnsproxy has not written")
}

func (f *hostsFlags) registerFix(fs *pflag.FlagSet) {
	fs.BoolVar(&f.fix, "fix", false, "remove lines that are no longer needed or have expired")
}

// path is the hosts file that is meant.
func (f *hostsFlags) path() string {
	if f.hostsFile != "" {
		return f.hostsFile
	}
	return hostsfile.SystemPath()
}

// options say how to write, and where the journal of a mounted hosts file goes.
func (f *hostsFlags) options() hostsfile.WriteOptions {
	o := hostsfile.WriteOptions{Backup: f.backup}
	if os.Geteuid() == 0 {
		o.State = "/var/lib/rdnsproxy"
	} else {
		o.State = cacheDir(os.Getenv, "hosts")
	}
	return o
}

// expiry reads --expires: a day, or a number of days from now.
func (f *hostsFlags) expiry(now time.Time) (time.Time, error) {
	if f.expires == "" {
		return time.Time{}, nil
	}
	var days int
	if n, err := fmt.Sscanf(f.expires, "%dd", &days); err == nil && n == 1 && days > 0 && days <= 100*366 && fmt.Sprintf("%dd", days) == f.expires {
		return now.AddDate(0, 0, days), nil
	}
	day, err := time.Parse(time.DateOnly, f.expires)
	if err != nil || !day.After(now) {
		return time.Time{}, refuse("--expires takes a day to come, 2027-03-01, or a number of days, 90d", "%s is no day to come", quoted(f.expires))
	}
	return day, nil
}

// chosen reads --address.
func (f *hostsFlags) chosen() (netip.Addr, error) {
	if f.address == "" {
		return netip.Addr{}, nil
	}
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(f.address, "["), "]"))
	if err != nil {
		return a, refuse("--address takes one of the host's addresses", "%s is no address", quoted(f.address))
	}
	return a, nil
}

// survey looks at hosts as DNS alone knows them: a line that stands already must
// not vouch for itself.
func (f *hostsFlags) survey(ctx context.Context, w World, v *voice) (*survey, error) {
	if err := f.validate(); err != nil {
		return nil, err
	}
	checker, err := f.checker(ctx, w, v)
	if err != nil {
		return nil, err
	}
	checker.Scope = resolve.DNSOnly
	return &survey{w: w, f: &f.checkFlags, voice: v, checker: checker}, nil
}
