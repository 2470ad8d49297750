package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/safetext"

	"github.com/spf13/cobra"
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

	visit func(func(*pflag.Flag)) // the flags that were given
}

func hostsCommand(w World, status *int) *cobra.Command {
	c := &cobra.Command{
		Use:   "hosts list|add|remove|verify",
		Short: "the hosts-file fix, applied safely",
		Long: `Writes the hosts line that makes a name and an address agree on this machine,
and keeps it from rotting: each line says when and why it was written, 'verify'
holds it against DNS and the host key of today, 'remove' gives back the file as
it was.

  rdnsproxy hosts list
  rdnsproxy hosts add [--yes] HOST
  rdnsproxy hosts remove [--yes] HOST
  rdnsproxy hosts verify [--fix]

Exit status: 0 done or already so, 1 refused, not confirmed, or a line is not
right, 2 usage, 3 it could not be told.`,
		Args: func(_ *cobra.Command, args []string) error {
			return refuse("'rdnsproxy help hosts' tells of them", "hosts takes list, add, remove or verify")
		},
		Run: func(*cobra.Command, []string) {},
	}
	sub := func(use, short string, register func(*hostsFlags, *pflag.FlagSet), run func(*cobra.Command, *hostsFlags, []string) (int, error)) {
		f := new(hostsFlags)
		s := &cobra.Command{Use: use, Short: short, Long: strings.ToUpper(short[:1]) + short[1:] + ".",
			RunE: func(c *cobra.Command, args []string) (err error) {
				if err := fromEnvironment(c.Flags(), w); err != nil {
					return err
				}
				*status, err = run(c, f, args)
				return err
			}}
		f.checkFlags.register(s.Flags())
		f.visit = s.Flags().Visit
		register(f, s.Flags())
		c.AddCommand(s)
	}
	writing := func(f *hostsFlags, fs *pflag.FlagSet) {
		fs.BoolVar(&f.yes, "yes", false, "write without asking")
		fs.BoolVar(&f.backup, "backup", false, "keep the old file beside the new one")
	}
	sub("list", "list the lines that rdnsproxy has written", func(*hostsFlags, *pflag.FlagSet) {},
		func(_ *cobra.Command, f *hostsFlags, args []string) (int, error) { return f.list(w, args) })
	sub("add HOST", "add the line that makes HOST and its addresses agree", func(f *hostsFlags, fs *pflag.FlagSet) {
		writing(f, fs)
		fs.StringVar(&f.address, "address", "", "of several addresses this one alone")
		fs.BoolVar(&f.replace, "replace", false, "take HOST out of lines that give it another address")
		fs.BoolVar(&f.force, "force", false, "add a line although none is needed")
		fs.StringVar(&f.expires, "expires", "", "the day on which the line expires, YYYY-MM-DD, or in so many days, 90d")
	}, func(c *cobra.Command, f *hostsFlags, args []string) (int, error) { return f.add(c.Context(), w, args) })
	sub("remove HOST", "remove the lines that rdnsproxy has written for HOST", func(f *hostsFlags, fs *pflag.FlagSet) {
		writing(f, fs)
		fs.BoolVar(&f.any, "any", false, "also from lines that rdnsproxy has not written")
	}, func(c *cobra.Command, f *hostsFlags, args []string) (int, error) {
		return f.removeHost(c.Context(), w, args)
	})
	sub("verify", "hold each line against DNS and the host key of today", func(f *hostsFlags, fs *pflag.FlagSet) {
		writing(f, fs)
		fs.BoolVar(&f.fix, "fix", false, "remove lines that are no longer needed or have expired")
	}, func(c *cobra.Command, f *hostsFlags, args []string) (int, error) {
		return f.verify(c.Context(), w, args)
	})
	return c
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
	} else if dir, err := os.UserCacheDir(); err == nil {
		o.State = filepath.Join(dir, "rdnsproxy", "hosts")
	}
	return o
}

// read parses the file, after undoing what a killed write has left.
func (f *hostsFlags) read(v *voice) (*hostsfile.File, error) {
	if left := hostsfile.Interrupted(f.path(), f.options()); left != "" {
		if _, err := hostsfile.Recover(f.path(), f.options()); err != nil {
			return nil, f.explain(err)
		}
		v.notice("an interrupted write of " + f.path() + " was undone")
	}
	file, err := hostsfile.ParseFile(f.path())
	if err != nil {
		return nil, refuse("--hosts-file takes a file in the format of hosts(5)", "%v", err)
	}
	return file, nil
}

func (f *hostsFlags) list(w World, args []string) (int, error) {
	if len(args) > 0 {
		return statusUsage, refuse("usage: rdnsproxy hosts list", "list takes no host")
	}
	file, err := f.read(newVoice(w.Err, f.quiet, f.verbose))
	if err != nil {
		return statusUsage, err
	}
	for _, l := range file.Pinned() {
		note, _ := l.Note()
		text := fmt.Sprintf("%s:%d  %s  %s  %s, written %s", safetext.Line(file.Path), l.N, l.Addr, safetext.Line(strings.Join(l.Names, " ")),
			note.Verdict, note.Written.Format(time.DateOnly))
		if !note.Expires.IsZero() {
			text += ", expires " + note.Expires.Format(time.DateOnly)
		}
		fmt.Fprintln(w.Out, text)
	}
	return statusPass, nil
}

func (f *hostsFlags) removeHost(c context.Context, w World, args []string) (int, error) {
	if len(args) != 1 {
		return statusUsage, refuse("usage: rdnsproxy hosts remove HOST", "remove takes one host")
	}
	v := newVoice(w.Err, f.quiet, f.verbose)
	file, err := f.read(v)
	if err != nil {
		return statusUsage, err
	}
	edit := file.Edit()
	host := strings.TrimSuffix(args[0], ".")
	if len(file.PinnedFor(host)) == 0 { // perhaps an alias of ssh's configuration
		if t, err := f.resolveTarget(c, w, v, host); err == nil {
			host = strings.TrimSuffix(t.Host, ".")
		}
	}
	for _, l := range file.PinnedFor(host) {
		if err := edit.Remove(l.N); err != nil {
			return statusUsage, err
		}
	}
	if f.any {
		for _, l := range file.Forward(host) {
			if _, ours := l.Note(); ours {
				continue
			}
			if err := edit.Drop(l.N, host); err != nil {
				return statusUsage, err
			}
		}
	}
	if edit.Empty() {
		fmt.Fprintf(w.Out, "%s has no line for %s\n", safetext.Line(file.Path), safetext.Name(args[0]))
		return statusPass, nil
	}
	return f.apply(w, v, edit, "hosts remove "+safetext.Name(args[0]))
}

// apply shows what will change and changes it, after a yes.
func (f *hostsFlags) apply(w World, v *voice, edit *hostsfile.Edit, command string) (int, error) {
	diff := w.Out
	if f.format != "text" {
		diff = w.Err // stdout is the report's
	}
	fmt.Fprint(diff, edit.Diff())
	if !f.yes && !confirmed(w) {
		return statusFound, refuse("--yes writes it", "nothing was written")
	}
	written, err := edit.Write(f.options())
	if err != nil {
		if errors.Is(err, hostsfile.ErrNeedsRoot) {
			return statusFound, refuse("sudo rdnsproxy "+command+f.flagsAgain(), "%v", err)
		}
		return statusFound, f.explain(err)
	}
	if written.Backup != "" {
		v.notice("the old file is " + written.Backup)
	}
	return statusPass, nil
}

// flagsAgain are the flags that were given, for a command line that does the same
// as root; a path is made one that root finds too.
func (f *hostsFlags) flagsAgain() string {
	again := ""
	f.visit(func(flag *pflag.Flag) {
		value := flag.Value.String()
		switch {
		case flag.Name == "yes":
			return
		case flag.Value.Type() == "bool":
			again += " --" + flag.Name + "=" + value
			return
		case flag.Name == "hosts-file":
			if abs, err := filepath.Abs(value); err == nil {
				value = abs
			}
		}
		again += " --" + flag.Name + " " + shellQuote(value)
	})
	return again + " --yes"
}

// shellQuote makes a word that needs it one word of a shell's.
func shellQuote(word string) string {
	if word != "" && safetext.Name(word) == strings.ReplaceAll(word, "/", "\\047") {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// explain adds to an error of writing what can be done about it.
func (f *hostsFlags) explain(err error) error {
	hint := "nothing was written"
	switch {
	case errors.Is(err, hostsfile.ErrChanged):
		hint = "somebody changed the file meanwhile: nothing was written; run it again"
	case errors.Is(err, hostsfile.ErrLocked):
		hint = "another rdnsproxy is writing it: run it again"
	case errors.Is(err, hostsfile.ErrUnsafeFolder):
		hint = "take the permission to write the folder from others"
	}
	return refuse(hint, "%v", err)
}

// confirmed asks a person; nobody else is asked, and silence is a no.
func confirmed(w World) bool {
	if !isTerminal(w.In) || !isTerminal(w.Err) {
		return false
	}
	fmt.Fprint(w.Err, "write it? [y/N] ")
	var answer string
	fmt.Fscanln(w.In, &answer)
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes"
}

// expiry reads --expires: a day, or a number of days from now.
func (f *hostsFlags) expiry(now time.Time) (time.Time, error) {
	if f.expires == "" {
		return time.Time{}, nil
	}
	var days int
	if n, err := fmt.Sscanf(f.expires, "%dd", &days); err == nil && n == 1 && days > 0 && fmt.Sprintf("%dd", days) == f.expires {
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
	a, err := netip.ParseAddr(f.address)
	if err != nil {
		return a, refuse("--address takes one of the host's addresses", "%s is no address", quoted(f.address))
	}
	return a, nil
}
