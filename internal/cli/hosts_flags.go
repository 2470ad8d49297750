package cli

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/listing"
	"rdnsproxy/internal/pins"
	"rdnsproxy/safetext"

	"github.com/spf13/pflag"
)

// hostsFlags are the flags of the hosts commands.
type hostsFlags struct {
	checkFlags
	pins    pins.Options // except its survey.Options, which are in checkFlags
	address string
	expires string

	visit func(func(*pflag.Flag)) // the flags that were given
}

// options returns the options that the flags set.
func (f *hostsFlags) options() pins.Options {
	o := f.pins
	o.Options, o.RerunFlags = f.Options, f.rerunFlags
	return o
}

// The help of each command shows the flags that affect it. All commands accept the shared
// flags; a notice reports those that have no effect.

func (f *hostsFlags) registerList(fs *pflag.FlagSet) {
	registerTarget(fs, &f.Options.Options)
	hideAllBut(fs, "hosts-file", "quiet", "verbose")
	registerListing(fs, &f.pins.Listing, "output `FORMAT`: text or json")
}

func (f *hostsFlags) registerAdd(fs *pflag.FlagSet) {
	registerTarget(fs, &f.Options.Options)
	registerConnect(fs, &f.Connect)
	f.registerProbe(fs)
	hideAllBut(fs, "resolver", "hosts-file", "ssh-config", "check-timeout", "quiet", "verbose",
		"connect-timeout", "bind-address", "bind-interface", "via", "via-auth-file", "dns-only", "expect-hostkey")
	f.registerWriting(fs)
	f.registerChoice(fs)
}

func (f *hostsFlags) registerRemove(fs *pflag.FlagSet) {
	registerTarget(fs, &f.Options.Options)
	hideAllBut(fs, "hosts-file", "ssh-config", "quiet", "verbose")
	f.registerWriting(fs)
	f.registerAny(fs)
}

func (f *hostsFlags) registerVerify(fs *pflag.FlagSet) {
	registerTarget(fs, &f.Options.Options)
	registerConnect(fs, &f.Connect)
	f.registerProbe(fs)
	hideAllBut(fs, "resolver", "hosts-file", "ssh-config", "check-timeout", "quiet", "verbose",
		"connect-timeout", "bind-address", "bind-interface", "via", "via-auth-file", "dns-only")
	f.registerReport(fs)
	f.registerWriting(fs)
	f.registerFix(fs)
}

// hideAllBut hides flags in the help that a command accepts but does not need.
func hideAllBut(fs *pflag.FlagSet, shown ...string) {
	fs.VisitAll(func(flag *pflag.Flag) { flag.Hidden = !slices.Contains(shown, flag.Name) })
}

// given returns the flags on the command line, as "--ipv4", for which the predicate holds.
// It is called before the environment is read, whose variables apply to every command.
func given(fs *pflag.FlagSet, which func(*pflag.Flag) bool) (names []string) {
	fs.Visit(func(flag *pflag.Flag) {
		if which(flag) {
			names = append(names, "--"+flag.Name)
		}
	})
	return names
}

// reportIgnoredFlags reports flags on the command line that have no effect on a command.
func reportIgnoredFlags(v *console.Voice, command string, flags []string) {
	if len(flags) > 0 {
		v.Notice(command + " ignores " + strings.Join(flags, ", "))
	}
}

// registerOwn registers the flags that no other command has.
func (f *hostsFlags) registerOwn(fs *pflag.FlagSet) {
	f.registerWriting(fs)
	f.registerChoice(fs)
	f.registerAny(fs)
	f.registerFix(fs)
}

func (f *hostsFlags) registerWriting(fs *pflag.FlagSet) {
	fs.BoolVar(&f.pins.Yes, "yes", false, "write without asking")
	fs.BoolVar(&f.pins.Backup, "backup", false, "keep a copy of the old file beside it")
}

func (f *hostsFlags) registerChoice(fs *pflag.FlagSet) {
	fs.StringVar(&f.address, "address", "", "add only this `ADDRESS` of several; the line hides the others")
	fs.BoolVar(&f.pins.Replace, "replace", false, "remove HOST from lines that give it another address")
	fs.BoolVar(&f.pins.Force, "force", false, "add a line even if none is needed")
	fs.StringVar(&f.expires, "expires", "", "`DATE` on which the line expires: YYYY-MM-DD, or a number of days, 90d")
}

func (f *hostsFlags) registerAny(fs *pflag.FlagSet) {
	fs.BoolVar(&f.pins.Any, "any", false, "also change lines that rdnsproxy did not write")
}

func (f *hostsFlags) registerFix(fs *pflag.FlagSet) {
	fs.BoolVar(&f.pins.Fix, "fix", false, "remove lines that are not needed or have expired")
}

// choose reads the options of add.
func (f *hostsFlags) choose() (err error) {
	if f.pins.Expires, err = f.expiry(time.Now()); err != nil {
		return err
	}
	if f.pins.Address, err = f.chosen(); err != nil {
		return err
	}
	return f.validate()
}

// expiry parses --expires: a date, or a number of days from now.
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
		return time.Time{}, console.Refuse(exit.Usage,
			"--expires takes a future date, 2027-03-01, or a number of days, 90d",
			"invalid date %s", console.Quoted(f.expires))
	}
	return day, nil
}

// chosen parses --address.
func (f *hostsFlags) chosen() (netip.Addr, error) {
	if f.address == "" {
		return netip.Addr{}, nil
	}
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(f.address, "["), "]"))
	if err != nil {
		return a, console.Refuse(exit.Usage, "--address takes one of the host's addresses",
			"%s is not an IP address", console.Quoted(f.address))
	}
	return a, nil
}

// rerunFlags returns the flags that were given, those with these names or all, for a
// command that does the same as root, with absolute paths. The ssh configuration is left
// out: the command names the host as already resolved, and root would run the commands of
// Match exec in it.
func (f *hostsFlags) rerunFlags(names ...string) string {
	again := ""
	f.visit(func(flag *pflag.Flag) {
		value := flag.Value.String()
		switch {
		case flag.Name == "yes" || flag.Name == "ssh-config" || len(names) > 0 && !slices.Contains(names, flag.Name):
			return
		case flag.Value.Type() == "bool" && value == "true":
			again += " --" + flag.Name
			return
		case flag.Value.Type() == "bool":
			again += " --" + flag.Name + "=" + value
			return
		case flag.Name == "hosts-file", flag.Name == "output":
			if abs, err := filepath.Abs(value); err == nil {
				value = abs
			}
		}
		values := []string{value}
		if several, ok := flag.Value.(pflag.SliceValue); ok {
			values = several.GetSlice()
		}
		for _, value := range values {
			again += " --" + flag.Name + " " + safetext.Shell(value)
		}
	})
	if f.pins.Yes && len(names) == 0 {
		again += " --yes"
	}
	return again
}

// registerListing registers --format of a command that prints a list. RDNSPROXY_FORMAT
// does not apply: it is for reports, which have more formats.
func registerListing(fs *pflag.FlagSet, l *listing.Format, usage string) {
	*l = listing.Text
	fs.Var((*listingFlag)(l), "format", usage)
	_ = fs.SetAnnotation("format", withoutVariable, nil) // the flag is there
}

// listingFlag is the format of a list as the value of a flag.
type listingFlag listing.Format

func (l *listingFlag) Type() string   { return "FORMAT" }
func (l *listingFlag) String() string { return string(*l) }

func (l *listingFlag) Set(s string) error {
	if !slices.Contains(listing.Formats(), listing.Format(s)) {
		return fmt.Errorf("expected text or json")
	}
	*l = listingFlag(s)
	return nil
}
