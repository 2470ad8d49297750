package cli

import (
	"context"
	"strings"

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
	sub := func(use, short, long, example string, register func(*hostsFlags, *pflag.FlagSet), ready func(*hostsFlags) error, run func(context.Context, *hostsFlags, []string) (int, error)) {
		f, operands := new(hostsFlags), strings.Count(use, " ")
		s := &cobra.Command{Use: use, Short: short, Long: long, Example: example,
			PreRunE: func(c *cobra.Command, args []string) error {
				idle := given(c.Flags(), func(flag *pflag.Flag) bool { return flag.Hidden })
				if err := fromEnvironment(c.Flags(), w); err != nil {
					return err
				}
				if c.Name() != "add" { // which reports them itself
					reportIgnoredFlags(console.NewVoice(w.Err, f.Quiet, f.Verbose), "hosts "+c.Name(), idle)
				}
				if len(args) != operands {
					return console.Refuse(exit.Usage, "usage: "+strings.TrimSuffix(c.UseLine(), " [flags]"),
						"%s takes %s", c.Name(), []string{"no host", "one host"}[operands])
				}
				if ready == nil {
					return nil
				}
				return ready(f)
			},
			RunE: func(c *cobra.Command, args []string) error { return exit.With(run(c.Context(), f, args)) },
		}
		f.checkFlags = newCheckFlags(s.Flags())
		f.visit = s.Flags().Visit
		register(f, s.Flags())
		c.AddCommand(s)
	}
	sub("list", "list the lines written by rdnsproxy", listHelp, listExample, (*hostsFlags).registerList, nil,
		func(_ context.Context, f *hostsFlags, _ []string) (int, error) {
			return exit.OK, pins.New(w, f.options()).List()
		})
	sub("add HOST", "add the line that makes HOST and its addresses agree", addHelp, addExample, (*hostsFlags).registerAdd, (*hostsFlags).choose,
		func(ctx context.Context, f *hostsFlags, args []string) (int, error) {
			return exit.OK, pins.New(w, f.options()).Add(ctx, args[0])
		})
	sub("remove HOST", "remove the lines that rdnsproxy wrote for HOST", removeHelp, removeExample, (*hostsFlags).registerRemove, nil,
		func(ctx context.Context, f *hostsFlags, args []string) (int, error) {
			return exit.OK, pins.New(w, f.options()).Remove(ctx, args[0])
		})
	sub("verify", "check each line against current DNS and host keys", verifyHelp, verifyExample, (*hostsFlags).registerVerify, (*hostsFlags).validate,
		func(ctx context.Context, f *hostsFlags, _ []string) (int, error) {
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
