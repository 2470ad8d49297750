package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rdnsproxy/internal/safetext"

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
			return refuse("'rdnsproxy help hosts' tells of them", "hosts takes list, add, remove or verify")
		},
		Run: func(*cobra.Command, []string) {},
	}
	sub := func(use, short, long string, register func(*hostsFlags, *pflag.FlagSet), run func(context.Context, *hostsFlags, []string) (int, error)) {
		f := new(hostsFlags)
		s := &cobra.Command{Use: use, Short: short, Long: long,
			RunE: func(c *cobra.Command, args []string) (err error) {
				if err := fromEnvironment(c.Flags(), w); err != nil {
					return err
				}
				*status, err = run(c.Context(), f, args)
				return err
			}}
		f.preset(s.Flags())
		f.visit = s.Flags().Visit
		register(f, s.Flags())
		c.AddCommand(s)
	}
	sub("list", "list the lines that rdnsproxy has written", listHelp, (*hostsFlags).registerList,
		func(_ context.Context, f *hostsFlags, args []string) (int, error) { return f.list(w, args) })
	sub("add HOST", "add the line that makes HOST and its addresses agree", addHelp, (*hostsFlags).registerAdd,
		func(ctx context.Context, f *hostsFlags, args []string) (int, error) { return f.add(ctx, w, args) })
	sub("remove HOST", "remove the lines that rdnsproxy has written for HOST", removeHelp, (*hostsFlags).registerRemove,
		func(ctx context.Context, f *hostsFlags, args []string) (int, error) {
			return f.removeHost(ctx, w, args)
		})
	sub("verify", "hold each line against DNS and the host key of today", verifyHelp, (*hostsFlags).registerVerify,
		func(ctx context.Context, f *hostsFlags, args []string) (int, error) { return f.verify(ctx, w, args) })
	return c
}

const (
	listHelp = `Lists the lines of the hosts file that rdnsproxy has written: where each stands,
the verdict of then, the day, and the day on which it expires if there is one.`

	addHelp = `Adds the hosts line that makes HOST and its addresses agree on this machine.

HOST is looked up in DNS alone and its host key is held against known_hosts;
what will change is shown, and written after a yes. It is refused where a host
key has changed, an address could not be judged or is no address of its own,
or another line gives HOST another address.

Exit status: 0 done or already so, 1 refused or not confirmed, 2 usage, 3 it
could not be told.`

	removeHelp = `Removes the lines that rdnsproxy has written for HOST, and gives back the file
as it was. What will change is shown, and written after a yes.

Exit status: 0 done or already so, 1 refused or not confirmed, 2 usage.`

	verifyHelp = `Holds each line that rdnsproxy has written against DNS and the host key of
today: still right, no longer needed, expired, or DNS and the host have moved
on. --fix removes what is not needed or has expired, after showing it.

Exit status: 0 nothing at or above --fail-on, 1 something was, 2 usage, 3 it
could not be told.`
)

func (f *hostsFlags) list(w World, args []string) (int, error) {
	if len(args) > 0 {
		return statusUsage, refuse("usage: rdnsproxy hosts list", "list takes no host")
	}
	file, status, err := f.read(newVoice(w.Err, f.quiet, f.verbose))
	if err != nil {
		return status, err
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
	file, status, err := f.read(v)
	if err != nil {
		return status, err
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
		text := fmt.Sprintf("%s has no line for %s", safetext.Line(file.Path), safetext.Name(args[0]))
		if len(file.Forward(host)) > 0 {
			text += " that rdnsproxy has written; --any takes it out of the others"
		}
		fmt.Fprintln(w.Out, text)
		return statusPass, nil
	}
	return f.apply(w, v, edit, "hosts remove "+safetext.Name(args[0]))
}
