package cli

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"rdnsproxy/internal/auditreport"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/dialect"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/session"

	"github.com/spf13/cobra"
)

// runCommand runs a command. The relay avoids its startup cost.
func runCommand(ctx context.Context, w World, args []string) int {
	out := console.NewStdout(w.Out)
	w.Stdout = out
	root := treeFor(w, args[0])
	if strings.HasPrefix(args[0], "__complete") {
		plainUsages(root)
	}
	root.SetArgs(args)
	root.SetIn(w.In)
	root.SetOut(out)
	root.SetErr(w.Err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return badFlag(err, c.Flags(), "'rdnsproxy help"+strings.TrimPrefix(c.CommandPath(), "rdnsproxy")+"' lists its flags")
	})
	status := exit.Status(exit.OK)
	c, err := root.ExecuteContextC(ctx)
	_, harmless := c.Annotations[alwaysOK]
	if err != nil && !errors.As(err, &status) {
		usual := failed(w, err)
		if harmless {
			return exit.OK
		}
		if special, ok := noReport(w, c, args, err); ok {
			return special
		}
		return usual
	}
	if out.Err() != nil && !harmless {
		return failed(w, console.Refuse(exit.Usage, "the output is incomplete",
			"writing to stdout: %s", console.PlainError(out.Err())))
	}
	return int(status)
}

// treeFor returns the root of what a command needs: itself, or all commands if it is about
// them, as help and completion are. The flags of all commands take longer than a short check.
func treeFor(w World, name string) *cobra.Command {
	for _, c := range separate() {
		if c.name == name {
			root := emptyTree(w)
			root.AddCommand(c.make(w))
			return root
		}
	}
	return commandTree(w)
}

// separateCommand is a command that needs to know no other.
type separateCommand struct {
	name string
	make func(World) *cobra.Command
}

func separate() []separateCommand {
	return []separateCommand{
		{"setup", setupCommand}, {"check", checkCommand}, {"audit", auditCommand}, {"explain", explainCommand},
		{"hosts", hostsCommand}, {"accept", acceptCommand}, {"cache", cacheCommand}, {"demo", demoCommand},
		{"known-hosts", knownHostsCommand}, {"version", versionCommand},
	}
}

// commandTree returns the root of all commands.
func commandTree(w World) *cobra.Command {
	root := emptyTree(w)
	for _, c := range separate() {
		root.AddCommand(c.make(w))
	}
	for _, program := range wrapped {
		root.AddCommand(wrapCommand(w, program))
	}
	root.SetHelpCommand(helpCommand(w, root))
	root.AddCommand(completionCommand(w, root))
	registerRelay(root.Flags(), new(session.Options)) // for completion; the relay parses its own
	completeValues(root)
	completeOperands(w, root)
	return root
}

// emptyTree returns a root without commands.
func emptyTree(w World) *cobra.Command {
	root := &cobra.Command{
		Use:               "rdnsproxy",
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { showHelp(w, root, c) })
	root.PersistentPreRun = func(c *cobra.Command, _ []string) {
		// Only commands that look something up have --quiet.
		if quiet := c.Flags().Lookup("quiet"); quiet != nil && !quiet.Changed && w.Getenv(variable("quiet")) == "" {
			reportUnknownVariables(w, console.NewVoice(w.Err, false, false))
		}
	}
	return root
}

// noReport handles a command line that asks for a report but could not be parsed: readers
// such as monitoring still expect a line on stdout, and another exit status.
func noReport(w World, c *cobra.Command, args []string, err error) (status int, ok bool) {
	if !reports(c, args) {
		return 0, false
	}
	ends, ok := endsOf(c, wantedFormat(w, args))
	if !ok || ends.NoReport == nil {
		return 0, false
	}
	io.WriteString(w.Out, ends.NoReport(err.Error()))
	return ends.Incomplete(), true
}

// endsOf returns what the readers of a command's format expect.
func endsOf(c *cobra.Command, format string) (dialect.Ends, bool) {
	if c.Name() == "audit" {
		f, err := auditreport.FormatOf(format)
		return f.Ends, err == nil
	}
	f, err := report.FormatOf(format)
	return f.Ends, err == nil
}

// reports reports whether a command, or one of its subcommands that args name, writes
// a report.
func reports(c *cobra.Command, args []string) bool {
	if f := c.Flags().Lookup("format"); f != nil {
		_, list := f.Value.(*listingFlag)
		return !list
	}
	return slices.ContainsFunc(c.Commands(), func(sub *cobra.Command) bool {
		return slices.Contains(args, sub.Name()) && reports(sub, args)
	})
}

// wantedFormat returns the value of --format on a command line: the last one before "--",
// as the parser does.
func wantedFormat(w World, args []string) string {
	format := w.Getenv(variable("format"))
	for i, a := range args {
		if a == "--" {
			break
		}
		if name, ok := strings.CutPrefix(a, "--format="); ok {
			format = name
		}
		if a == "--format" && i+1 < len(args) {
			format = args[i+1]
		}
	}
	return format
}

// noArgs refuses operands, for commands that take none.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return console.Refuse(exit.Usage, "usage: "+c.CommandPath(),
		"%s takes no arguments: %s", c.Name(), console.Quoted(args[0]))
}
