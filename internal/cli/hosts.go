package cli

import (
	"context"
	"strings"
	"time"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/pins"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func hostsCommand(w World) *cobra.Command {
	c := &cobra.Command{
		Use:   "hosts list|add|remove|verify",
		Short: "list, add, remove and verify lines of the hosts file",
		Long: `Maintains the hosts lines that make a name and an address agree on this machine.
Each line records when and why it was written. 'verify' checks it against current
DNS and host keys, 'remove' restores the file exactly.

  rdnsproxy hosts list
  rdnsproxy hosts add [--yes] HOST
  rdnsproxy hosts remove [--yes] HOST
  rdnsproxy hosts verify [--fix]

Exit status: 0 done, or nothing to do, 1 refused, not confirmed, or a line is not
right, 2 usage error, 3 undetermined (lookups failed).`,
		Args: func(_ *cobra.Command, args []string) error {
			return console.Refuse(exit.Usage,
				didYouMean(strings.Join(args, " "), []string{"list", "add", "remove", "verify"}, "see 'rdnsproxy help hosts'"),
				"%s", needsCommand("hosts", args, "list, add, remove or verify"))
		},
		Run: func(*cobra.Command, []string) {},
	}
	sub := func(use, short, long, example string, register func(*hostsFlags, *pflag.FlagSet), run func(context.Context, *hostsFlags, []string) (int, error)) {
		f := new(hostsFlags)
		s := &cobra.Command{Use: use, Short: short, Long: long, Example: example,
			RunE: func(c *cobra.Command, args []string) (err error) {
				idle := given(c.Flags(), func(flag *pflag.Flag) bool { return flag.Hidden })
				if err := fromEnvironment(c.Flags(), w); err != nil {
					return err
				}
				if c.Name() != "add" { // which reports them itself
					reportIgnoredFlags(console.NewVoice(w.Err, f.Quiet, f.Verbose), "hosts "+c.Name(), idle)
				}
				return exit.With(run(c.Context(), f, args))
			}}
		f.checkFlags = newCheckFlags(s.Flags())
		f.visit = s.Flags().Visit
		register(f, s.Flags())
		c.AddCommand(s)
	}
	sub("list", "list the lines written by rdnsproxy", listHelp, listExample, (*hostsFlags).registerList,
		func(_ context.Context, f *hostsFlags, args []string) (int, error) {
			if len(args) > 0 {
				return 0, console.Refuse(exit.Usage, "usage: rdnsproxy hosts list", "list takes no host")
			}
			return exit.OK, pins.New(w, f.options()).List()
		})
	sub("add HOST", "add the line that makes HOST and its addresses agree", addHelp, addExample, (*hostsFlags).registerAdd,
		func(ctx context.Context, f *hostsFlags, args []string) (int, error) {
			if len(args) != 1 {
				return 0, console.Refuse(exit.Usage, "usage: rdnsproxy hosts add HOST", "add takes one host")
			}
			o, err := f.choices(time.Now())
			if err != nil {
				return 0, err
			}
			return exit.OK, pins.New(w, o).Add(ctx, args[0])
		})
	sub("remove HOST", "remove the lines that rdnsproxy wrote for HOST", removeHelp, removeExample, (*hostsFlags).registerRemove,
		func(ctx context.Context, f *hostsFlags, args []string) (int, error) {
			if len(args) != 1 {
				return 0, console.Refuse(exit.Usage, "usage: rdnsproxy hosts remove HOST", "remove takes one host")
			}
			return exit.OK, pins.New(w, f.options()).Remove(ctx, args[0])
		})
	sub("verify", "check each line against current DNS and host keys", verifyHelp, verifyExample, (*hostsFlags).registerVerify,
		func(ctx context.Context, f *hostsFlags, args []string) (int, error) {
			if len(args) > 0 {
				return 0, console.Refuse(exit.Usage, "usage: rdnsproxy hosts verify", "verify takes no host")
			}
			if err := f.validate(); err != nil {
				return 0, err
			}
			return pins.New(w, f.options()).Verify(ctx)
		})
	return c
}

const (
	listHelp = `Lists the lines that rdnsproxy wrote into the hosts file: line number, the
verdict when it was added, the date, and the date on which it expires, if any.

Exit status: 0 done, 1 the hosts file could not be read, 2 usage error.`

	listExample = `  rdnsproxy hosts list
  rdnsproxy hosts list --format json`

	addHelp = `Adds the hosts line that makes HOST and its addresses agree on this machine.

HOST is looked up in DNS, ignoring the hosts file, and its host key is compared
with known_hosts. The change is shown, and written once you confirm it.

No line is added
  - if a host key does not match, or HOST has a known or expected key and an
    address does not present it (--dns-only does not look at host keys),
  - if an address could not be looked up, or cannot belong to a single host,
  - if another line gives HOST a different address (--replace removes it there),
  - for this machine's own names,
  - if no line is needed (--force adds one anyway).

Exit status: 0 done, or nothing to do, 1 refused or not confirmed, 2 usage error,
3 undetermined (lookups failed).`

	addExample = `  sudo rdnsproxy hosts add my.example.com
  sudo rdnsproxy hosts add --yes --expires 90d my.example.com
  sudo rdnsproxy hosts add --expect-hostkey SHA256:... new.example.com`

	removeHelp = `Removes the lines that rdnsproxy wrote for HOST and restores the file exactly.
The change is shown, and written once you confirm it.

Exit status: 0 done, or nothing to do, 1 refused or not confirmed, 2 usage error.`

	removeExample = `  sudo rdnsproxy hosts remove my.example.com`

	verifyHelp = `Checks each line that rdnsproxy wrote against current DNS and host keys: is it
still right, no longer needed, expired, or stale? --fix removes the lines that are
not needed or have expired, after showing the change.

Exit status: 0 no finding reached --fail-on, 1 at least one did, 2 usage error, 3
undetermined (lookups failed).`

	verifyExample = `  rdnsproxy hosts verify
  rdnsproxy hosts verify --format nagios
  sudo rdnsproxy hosts verify --fix`
)
