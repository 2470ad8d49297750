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
			return console.Refuse(exit.Usage, didYouMean(strings.Join(args, " "), []string{"list", "add", "remove", "verify"}, "see 'rdnsproxy help hosts'"), "hosts needs list, add, remove or verify")
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
				if c.Name() != "add" { // which tells of its own
					tellIdle(console.NewVoice(w.Err, f.Quiet, f.Verbose), "hosts "+c.Name(), idle)
				}
				*status, err = run(c.Context(), f, args)
				return err
			}}
		f.checkFlags = newCheckFlags(s.Flags())
		f.visit = s.Flags().Visit
		register(f, s.Flags())
		c.AddCommand(s)
	}
	sub("list", "list the lines that rdnsproxy has written", listHelp, listExample, (*hostsFlags).registerList,
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
	sub("remove HOST", "remove the lines that rdnsproxy has written for HOST", removeHelp, removeExample, (*hostsFlags).registerRemove,
		func(ctx context.Context, f *hostsFlags, args []string) (int, error) {
			if len(args) != 1 {
				return 0, console.Refuse(exit.Usage, "usage: rdnsproxy hosts remove HOST", "remove takes one host")
			}
			return exit.OK, pins.New(w, f.options()).Remove(ctx, args[0])
		})
	sub("verify", "hold each line against DNS and the host key of today", verifyHelp, verifyExample, (*hostsFlags).registerVerify,
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
	listHelp = `Lists the lines of the hosts file that rdnsproxy has written: where each stands,
the verdict of then, the day, and the day on which it expires if there is one.

Exit status: 0 done, 1 the hosts file could not be read, 2 usage.`

	listExample = `  rdnsproxy hosts list
  rdnsproxy hosts list --format json`

	addHelp = `Adds the hosts line that makes HOST and its addresses agree on this machine.

HOST is looked up in DNS alone and its host key is held against known_hosts;
what will change is shown, and written after a yes. It is refused where a host
key speaks against it, where HOST's key is known or expected and an address
does not show it (--dns-only does not look at host keys), where an address could not be
looked up or is no host's own, where another line gives HOST another address
(--replace), for names of this machine, and where no line is needed (--force).

Exit status: 0 done or already so, 1 refused or not confirmed, 2 usage, 3 it
could not be told.`

	addExample = `  sudo rdnsproxy hosts add my.example.com
  sudo rdnsproxy hosts add --yes --expires 90d my.example.com
  sudo rdnsproxy hosts add --expect-hostkey SHA256:... new.example.com`

	removeHelp = `Removes the lines that rdnsproxy has written for HOST, and gives back the file
as it was. What will change is shown, and written after a yes.

Exit status: 0 done or already so, 1 refused or not confirmed, 2 usage.`

	removeExample = `  sudo rdnsproxy hosts remove my.example.com`

	verifyHelp = `Holds each line that rdnsproxy has written against DNS and the host key of
today: still right, no longer needed, expired, or DNS and the host have moved
on. --fix removes what is not needed or has expired, after showing it.

Exit status: 0 nothing at or above --fail-on, 1 something was, 2 usage, 3 it
could not be told.`

	verifyExample = `  rdnsproxy hosts verify
  rdnsproxy hosts verify --format nagios
  sudo rdnsproxy hosts verify --fix`
)
