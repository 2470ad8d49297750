package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/report"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const rootHelp = `rdnsproxy looks, before a byte of SSH flows, whether the name that was asked
for and the address that is about to be talked to agree in both directions.

  rdnsproxy [flags] HOST PORT [ORIGINAL]  relay: what ProxyCommand runs
  rdnsproxy check [flags] TARGET...       look at hosts, up to their host keys
  rdnsproxy hosts list|add|remove|verify  the hosts-file fix, applied safely
  rdnsproxy accept HOST...                remember a known mapping, no root
  rdnsproxy ssh|sftp|scp ARGS...          the real program through the relay
  rdnsproxy demo                          the story, no network and no root
  rdnsproxy version | completion | help

In ~/.ssh/config, as the last lines:

  Host *
    ProxyCommand rdnsproxy %h %p

Flags of the relay:
`

const rootMore = `
Every long flag has an environment variable, which the flag overrides:
--check-wait is RDNSPROXY_CHECK_WAIT. 'rdnsproxy help check' tells of check,
'rdnsproxy help limits' of what a run may cost.
`

// runCommand runs what is not the relay, which does not pay for this.
func runCommand(ctx context.Context, w World, args []string) int {
	status := statusOK
	root := &cobra.Command{
		Use:               "rdnsproxy",
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: false},
	}
	relay := pflag.NewFlagSet("rdnsproxy", pflag.ContinueOnError)
	new(relayFlags).register(relay)
	root.SetHelpFunc(func(c *cobra.Command, _ []string) {
		if c == root {
			io.WriteString(w.Out, rootHelp+relay.FlagUsagesWrapped(80)+rootMore)
			return
		}
		fmt.Fprint(w.Out, c.Long, "\n\nusage: ", c.UseLine(), "\n")
		if c.HasAvailableLocalFlags() && !c.DisableFlagParsing {
			fmt.Fprint(w.Out, "\n", c.LocalFlags().FlagUsagesWrapped(80))
		}
	})
	root.AddCommand(checkCommand(w, &status), hostsCommand(w, &status), acceptCommand(w, &status), demoCommand(w, &status), versionCommand(w), limitsTopic(w))
	for _, program := range wrapped {
		root.AddCommand(wrapCommand(w, program, &status))
	}
	root.SetHelpCommand(helpCommand(root))
	root.InitDefaultCompletionCmd(args...)
	if c, _, err := root.Find([]string{"completion"}); err == nil && c != root {
		c.Args, c.RunE = cobra.ArbitraryArgs, func(_ *cobra.Command, args []string) error {
			return refuse("bash, fish, powershell and zsh are the shells", "no completion for shell %s", quoted(strings.Join(args, " ")))
		}
	}
	root.SetArgs(args)
	root.SetIn(w.In)
	root.SetOut(w.Out)
	root.SetErr(w.Err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return badFlag(err, "'rdnsproxy help"+strings.TrimPrefix(c.CommandPath(), "rdnsproxy")+"' lists its flags")
	})
	if err := root.ExecuteContext(ctx); err != nil {
		bad := w.usage(err)
		if (args[0] == "check" || args[0] == "hosts" && slices.Contains(args, "verify")) && wantsNagios(w, args) {
			bad = report.NagiosStatus(check.Warning)
		}
		return cmp.Or(status, bad) // a command that refuses says with which status
	}
	return status
}

// wantsNagios looks for --format nagios on a command line that could not be
// parsed: that format has a status of its own for bad usage.
func wantsNagios(w World, args []string) bool {
	for i, a := range args {
		if a == "--format=nagios" || a == "--format" && i+1 < len(args) && args[i+1] == "nagios" {
			return true
		}
	}
	return w.getenv("RDNSPROXY_FORMAT") == "nagios"
}

func checkCommand(w World, status *int) *cobra.Command {
	f := new(checkFlags)
	c := &cobra.Command{
		Use:   "check [flags] TARGET...",
		Short: "look at hosts, up to their host keys",
		Long: `Looks up each target forward and reverse, says whether the two agree, and where
they do not: why, who is affected, and what is the right fix on which machine.
Then it connects to each address and says what ssh would say of its host keys;
nobody logs in. --dns-only leaves that out.

A target is HOST, HOST:PORT, user@HOST, [ADDRESS]:PORT, an ssh:// URL, an
address, or an alias of ~/.ssh/config.

Exit status: 0 nothing at or above --fail-on, 1 something was, 2 usage or
configuration error, 3 it could not be told.`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := fromEnvironment(c.Flags(), w); err != nil {
				return err
			}
			*status = runCheck(c.Context(), w, f, args)
			return nil
		},
	}
	f.register(c.Flags())
	return c
}

// helpCommand is help, which knows what it does not know.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "help about any command",
		RunE: func(_ *cobra.Command, args []string) error {
			c, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return refuse("'rdnsproxy help' lists them", "no such command: %s", quoted(strings.Join(args, " ")))
			}
			return c.Help()
		},
	}
}

func versionCommand(w World) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print the version",
		Long:  "Prints the version of rdnsproxy and what it was built with.",
		Args:  cobra.NoArgs,
		Run: func(*cobra.Command, []string) {
			fmt.Fprintf(w.Out, "rdnsproxy %s (%s %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}

// version is the module's version, or the commit of a build from a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return strings.TrimPrefix(v, "v")
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}
