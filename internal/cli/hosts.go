package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/report"
	"rdnsproxy/safetext"

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
			return refuse(didYouMean(strings.Join(args, " "), []string{"list", "add", "remove", "verify"}, "'rdnsproxy help hosts' tells of them"), "hosts takes list, add, remove or verify")
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
					tellIdle(newVoice(w.Err, f.quiet, f.verbose), "hosts "+c.Name(), idle)
				}
				*status, err = run(c.Context(), f, args)
				return err
			}}
		f.preset(s.Flags())
		f.visit = s.Flags().Visit
		register(f, s.Flags())
		c.AddCommand(s)
	}
	sub("list", "list the lines that rdnsproxy has written", listHelp, listExample, (*hostsFlags).registerList,
		func(_ context.Context, f *hostsFlags, args []string) (int, error) { return f.list(w, args) })
	sub("add HOST", "add the line that makes HOST and its addresses agree", addHelp, addExample, (*hostsFlags).registerAdd,
		func(ctx context.Context, f *hostsFlags, args []string) (int, error) { return f.add(ctx, w, args) })
	sub("remove HOST", "remove the lines that rdnsproxy has written for HOST", removeHelp, removeExample, (*hostsFlags).registerRemove,
		func(ctx context.Context, f *hostsFlags, args []string) (int, error) {
			return f.removeHost(ctx, w, args)
		})
	sub("verify", "hold each line against DNS and the host key of today", verifyHelp, verifyExample, (*hostsFlags).registerVerify,
		func(ctx context.Context, f *hostsFlags, args []string) (int, error) {
			status, err := f.verify(ctx, w, args)
			if err != nil && f.format == "nagios" {
				status = report.NagiosStatus(f.failOn.severity)
			}
			return status, err
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
does not show it (--dns-only looks at no key), where an address could not be
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

func (f *hostsFlags) list(w World, args []string) (int, error) {
	if len(args) > 0 {
		return statusUsage, refuse("usage: rdnsproxy hosts list", "list takes no host")
	}
	v := newVoice(w.Err, f.quiet, f.verbose)
	file, status, err := f.read(v)
	if err != nil {
		return status, err
	}
	if len(file.Pinned()) == 0 {
		v.notice(file.Path + " has no line that rdnsproxy has written")
	}
	entries, texts := []hostsEntry{}, []string{}
	for _, l := range file.Pinned() {
		entries = append(entries, entryOfLine(file.Path, l))
		texts = append(texts, safetext.Line(fmt.Sprintf("%s:%d  %s  %s  ", file.Path, l.N, l.Addr, strings.Join(l.Names, " ")))+noteWords(l))
	}
	if err := f.listing.write(w, f.reader(w).Width, entries, texts); err != nil {
		return statusUsage, err
	}
	return statusPass, nil
}

// noteWords is what the note of a line says.
func noteWords(l *hostsfile.Line) string {
	note, _ := l.Note()
	words := note.Verdict + ", written " + note.Written.Format(time.DateOnly)
	if note.Port != 0 {
		words += fmt.Sprintf(", port %d", note.Port)
	}
	if note.Fingerprint != "" {
		words += ", " + note.Fingerprint
	}
	if !note.Expires.IsZero() {
		words += ", expires " + note.Expires.Format(time.DateOnly)
	}
	if note.Alone {
		words += ", alone"
	}
	return words
}

func (f *hostsFlags) removeHost(ctx context.Context, w World, args []string) (int, error) {
	if len(args) != 1 {
		return statusUsage, refuse("usage: rdnsproxy hosts remove HOST", "remove takes one host")
	}
	v := newVoice(w.Err, f.quiet, f.verbose)
	file, status, err := f.read(v)
	if err != nil {
		return status, err
	}
	host, err := f.borne(ctx, w, v, file, strings.TrimSuffix(args[0], "."))
	if err != nil {
		return statusFound, err
	}
	return f.apply(w, v, file, "hosts remove "+safetext.Shell(safetext.Line(host)), func(file *hostsfile.File) (*hostsfile.Edit, int, error) {
		edit, err := f.without(file, host)
		if err == nil && edit.Empty() {
			w.print(notBorne(file, host) + "\n")
		}
		if err != nil {
			return nil, statusUsage, refuse("", "%v", err)
		}
		return edit, statusPass, nil
	})
}

// notBorne says that a file has no line for host that may be changed.
func notBorne(file *hostsfile.File, host string) string {
	path, name := safetext.Line(file.Path), safetext.Name(host)
	lines := file.Forward(host)
	if len(lines) == 0 {
		return path + " has no line for " + name
	}
	text := fmt.Sprintf("%s:%d gives %s, but rdnsproxy has not written it", path, lines[0].N, name)
	if !ownName()(host) {
		text += "; --any takes it out all the same"
	}
	return text
}

// without takes host out of the lines that may be changed.
func (f *hostsFlags) without(file *hostsfile.File, host string) (*hostsfile.Edit, error) {
	edit := file.Edit()
	for _, l := range file.Forward(host) {
		var err error
		_, ours := l.Note()
		switch {
		case ours && l.About(host):
			err = edit.Unpin(l.N)
		case ours || f.any:
			err = edit.Drop(l.N, host)
		}
		if err != nil {
			return nil, err
		}
	}
	return edit, nil
}

// borne is the name that is meant: the word as it is typed if a line that may be
// changed bears it, or else the host that ssh's configuration makes of it.
func (f *hostsFlags) borne(ctx context.Context, w World, v *voice, file *hostsfile.File, typed string) (string, error) {
	if len(file.PinnedFor(typed)) > 0 || f.any && len(file.Forward(typed)) > 0 {
		if f.any && ownName()(typed) {
			return "", refuse("the system needs the line; edit the file yourself", "%s is this machine", safetext.Name(typed))
		}
		return typed, nil
	}
	t, err := f.resolveTarget(ctx, w, v, typed)
	switch {
	case err != nil:
		return typed, nil
	case t.Via != "": // the host itself, not its jump host
		return strings.TrimSuffix(t.Via, "."), nil
	}
	return strings.TrimSuffix(t.Host, "."), nil
}
