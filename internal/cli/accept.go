package cli

import (
	"context"
	"slices"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/listing"
	"rdnsproxy/internal/pins"
	"rdnsproxy/internal/survey"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func acceptCommand(w World) *cobra.Command {
	o, format := survey.Defaults(), listing.Text
	c := &cobra.Command{
		Example: `  rdnsproxy accept my.example.com
  rdnsproxy accept list
  rdnsproxy accept verify --format json
  rdnsproxy accept forget my.example.com`,
		Use:   "accept HOST...|list|forget HOST...|verify",
		Short: "remember a known mapping, without root",
		Long: `Remembers the current mapping of names to addresses and back, as known_hosts
remembers host keys. The relay stays silent about an accepted mapping until its
address, reverse names or verdict change; then it says what changed.

'list' shows the accepted mappings, 'forget' removes them, 'verify' checks that
they are unchanged. To accept a host that is called list, use its full name.
--policy strict uses accepted mappings only with --accepted, --policy ask always.

Exit status: 0 done, or unchanged, 1 refused or changed, 2 usage error, 3
undetermined (lookups failed).`,
		PreRunE: func(c *cobra.Command, args []string) error {
			idle := given(c.Flags(), func(flag *pflag.Flag) bool {
				return !slices.Contains([]string{"format", "quiet", "verbose"}, flag.Name)
			})
			if err := fromEnvironment(c.Flags(), w); err != nil {
				return err
			}
			if len(args) == 1 && args[0] == "list" {
				reportIgnoredFlags(console.NewVoice(w.Err, o.Quiet, o.Verbose), "accept list", idle)
			}
			return acceptsOperands(args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			return exit.With(runAccept(c.Context(), w, o, format, args))
		},
	}
	registerTarget(c.Flags(), &o.Options)
	registerListing(c.Flags(), &format, "output `FORMAT` of list and verify: text or json")
	return c
}

// acceptsOperands refuses operands that are neither hosts nor one of accept's own words with
// what belongs to it.
func acceptsOperands(args []string) error {
	switch {
	case len(args) == 0:
		return console.Refuse(exit.Usage,
			"usage: rdnsproxy accept HOST..., accept list, accept forget HOST..., accept verify",
			"no host")
	case (args[0] == "list" || args[0] == "verify") && len(args) > 1:
		return console.Refuse(exit.Usage, "a host of that name is accepted by its full name",
			"accept %s takes no host", args[0])
	case args[0] == "forget" && len(args) == 1:
		return console.Refuse(exit.Usage, "'rdnsproxy accept list' shows them", "no host to forget")
	case args[0] == "list" || args[0] == "verify" || args[0] == "forget":
		return nil
	}
	return notAPort("accept", args)
}

func runAccept(ctx context.Context, w World, o survey.Options, format listing.Format, args []string) (int, error) {
	a, err := pins.NewAcceptedMappings(w, o, format)
	if err != nil {
		return 0, err
	}
	switch args[0] {
	case "list":
		return exit.OK, a.List()
	case "forget":
		return exit.OK, a.Forget(ctx, args[1:])
	case "verify":
		return a.Verify(ctx)
	}
	return exit.OK, a.Accept(ctx, args)
}
