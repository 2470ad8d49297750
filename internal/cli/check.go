package cli

import (
	"cmp"
	"slices"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/survey"
	"rdnsproxy/internal/target"
	"rdnsproxy/safetext"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func checkCommand(w World) *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check [flags] TARGET...",
		Short: "check hosts: DNS, connection, host keys",
		Long: `Looks up each target forward and reverse and reports whether the two agree. If
they do not, it says why, who is affected, and what to fix on which machine.

Then it connects to each address once, without logging in, and reports whether
ssh could negotiate with the server and whether it would accept its host key.
--dns-only skips this; --all-hostkeys also fetches the other host keys.

sshd counts connections without a login against the client (PerSourcePenalties,
OpenSSH 9.8). Where one more could lock this machine out, check waits and says so.

A target is HOST, HOST:PORT, user@HOST, [ADDRESS]:PORT, an ssh:// URL, an
address, a range of addresses, or an alias of ~/.ssh/config ('help targets').

Lists may have any length; 'help bulk' has shares, resuming and merging.

Exit status: 0 no finding reached --fail-on, 1 at least one did, 2 usage or
configuration error, or a line of a list is not a target, 3 it could not be determined.`,
		Example: `  rdnsproxy check my.example.com
  rdnsproxy check --dns-only my.example.com 203.0.113.7
  rdnsproxy check 203.0.113.0/24
  rdnsproxy check --dns-only --format summary --from-file hosts.txt
  rdnsproxy check my.example.com:2222 user@other.example.com
  rdnsproxy check --wait 5m --expect-hostkey SHA256:... new.example.com
  rdnsproxy check --all --format junit --output report.xml`,
		PreRunE: func(c *cobra.Command, args []string) error {
			idle := given(c.Flags(), func(flag *pflag.Flag) bool { return !slices.Contains(mergeObeys(), flag.Name) })
			if err := fromEnvironment(c.Flags(), w); err != nil {
				return err
			}
			if err := cmp.Or(refuseEmpty(c.Flags()), f.refuseIdle(idle), f.validate(), f.validateParts(args), notAPort("check", args)); err != nil {
				return err
			}
			if f.Client.Enabled() && len(args) > 0 && !f.merge {
				return console.Refuse(exit.Usage, "remove the targets: these flags check the client's own address",
					"%s", clientAlone)
			}
			if len(args) == 0 && !f.merge && !f.Client.Enabled() && !f.Sources.Given() && !f.Zones.Given() {
				return target.NoTarget()
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if other := f.suggested(); other != "" {
				console.NewVoice(w.Err, f.Quiet, f.Verbose).NoticeWithHint(
					safetext.Line(f.Output)+" gets the format "+f.Format, "--format "+other+" writes "+other)
			}
			if f.merge {
				return exit.With(survey.Merge(w, f.Options, args, f.partial))
			}
			if f.Resume != "" {
				f.Format = "jsonl"
			}
			return exit.With(survey.Run(c.Context(), w, f.Options, args))
		},
	}
	f = newCheckFlags(c.Flags())
	f.ShowAccepted = true
	f.register(c.Flags())
	return c
}
