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
)

// runCommand runs what is not the relay, which does not pay for this.
func runCommand(ctx context.Context, w World, args []string) int {
	status := statusOK
	out := &stdout{w: w.Out}
	w.stdout = out
	root := &cobra.Command{
		Use:               "rdnsproxy",
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { showHelp(w, root, c) })
	root.AddCommand(setupCommand(w, &status), checkCommand(w, &status), explainCommand(w), hostsCommand(w, &status), acceptCommand(w, &status), demoCommand(w, &status), versionCommand(w))
	for _, program := range wrapped {
		root.AddCommand(wrapCommand(w, program, &status))
	}
	root.SetHelpCommand(helpCommand(w, root))
	root.AddCommand(completionCommand(w, root))
	new(relayFlags).register(root.Flags()) // for completion; the relay parses its own
	completeValues(root)
	completeHosts(w, root)
	root.PersistentPreRun = func(c *cobra.Command, _ []string) {
		if quiet := c.Flags().Lookup("quiet"); quiet != nil && !quiet.Changed && w.getenv(variable("quiet")) == "" { // a command that looks things up
			tellUnknownVariables(w, newVoice(w.Err, false, false))
		}
	}
	root.SetArgs(args)
	root.SetIn(w.In)
	root.SetOut(out)
	root.SetErr(w.Err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return badFlag(err, c.Flags(), "'rdnsproxy help"+strings.TrimPrefix(c.CommandPath(), "rdnsproxy")+"' lists its flags")
	})
	if err := root.ExecuteContext(ctx); err != nil {
		bad := w.usage(err)
		if (args[0] == "check" || args[0] == "hosts" && slices.Contains(args, "verify")) && wantsNagios(w, args) {
			bad = nagiosUsage(w, err)
		}
		return cmp.Or(status, bad) // a command that refuses says with which status
	}
	if out.err != nil {
		return w.usage(refuse("the output is incomplete", "writing to stdout: %s", plainError(out.err)))
	}
	return status
}

// nagiosUsage tells a monitor, which shows the first line of stdout, why there is
// no report, and gives the exit status for that.
func nagiosUsage(w World, err error) int {
	io.WriteString(w.Out, report.NagiosUnknown(err.Error()))
	return report.NagiosStatus(check.Warning)
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
Then it connects to each address, once, and says whether ssh could negotiate with
the server and what it would say of the host key that it would be shown; nobody
logs in. --dns-only leaves that out, --all-hostkeys fetches the other keys too.

sshd counts connections without a login against this machine: check waits, and
says so, where one more could lock it out (PerSourcePenalties, OpenSSH 9.8).

A target is HOST, HOST:PORT, user@HOST, [ADDRESS]:PORT, an ssh:// URL, an
address, or an alias of ~/.ssh/config.

Exit status: 0 no finding reached --fail-on, 1 at least one did, 2 usage or
configuration error, 3 it could not be determined.`,
		Example: `  rdnsproxy check my.example.com
  rdnsproxy check --dns-only my.example.com 203.0.113.7
  rdnsproxy check my.example.com:2222 user@other.example.com
  rdnsproxy check --wait 5m --expect-hostkey SHA256:... new.example.com
  rdnsproxy check --all --format junit --output report.xml`,
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

func versionCommand(w World) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print the version",
		Long:  "Prints the version of rdnsproxy and what it was built with.\n\nExit status: 0.",
		Args:  cobra.NoArgs,
		Run: func(*cobra.Command, []string) {
			fmt.Fprintf(w.stdout, "rdnsproxy %s (%s %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
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
