package cli

import (
	"context"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/kept"
	"rdnsproxy/internal/listing"
	"rdnsproxy/internal/target"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func cacheCommand(w World) *cobra.Command {
	c := &cobra.Command{
		Use:   "cache show|clear",
		Short: "show or remove the DNS answers that the relay keeps",
		Long: `The relay keeps what DNS answers about a server's address and its names, so that the
next login need not ask again. 'rdnsproxy help relay' says what is kept, and for how
long; 'rdnsproxy help limits' has the bounds.

  rdnsproxy cache show
  rdnsproxy cache clear [ADDRESS|HOST...]

Exit status: 0 done, or nothing to do, 1 the cache cannot be read, 2 usage error.`,
		Args: func(_ *cobra.Command, args []string) error {
			return console.Refuse(exit.Usage,
				didYouMean(strings.Join(args, " "), []string{"show", "clear"}, "see 'rdnsproxy help cache'"),
				"%s", needsCommand("cache", args, "show or clear"))
		},
		Run: func(*cobra.Command, []string) {},
	}
	sub := func(s *cobra.Command, register func(*pflag.FlagSet, *kept.Options), run func(context.Context, *kept.Kept, []string) error) {
		o := kept.Options{Options: target.Defaults(), Format: listing.Text}
		s.PreRunE = func(c *cobra.Command, _ []string) error { return fromEnvironment(c.Flags(), w) }
		s.RunE = func(c *cobra.Command, args []string) error {
			k, err := kept.New(w, o)
			if err != nil {
				return err
			}
			return run(c.Context(), k, args)
		}
		register(s.Flags(), &o)
		c.AddCommand(s)
	}
	sub(&cobra.Command{
		Use:   "show",
		Short: "show what is kept",
		Long: `Lists the addresses, their names, what these resolve to, and when that expires. Answers
from another network or configuration are listed below the others; they are used when
you are back there. --resolver and --hosts-file are part of the configuration. The
addresses of the hosts that you log in to are not kept, so their names have none here.

Exit status: 0 done, 1 the cache cannot be read, 2 usage error.`,
		Example: "  rdnsproxy cache show\n  rdnsproxy cache show --format json",
		Args:    noArgs,
	}, func(fs *pflag.FlagSet, o *kept.Options) {
		registerLookups(fs, &o.Options)
		registerVoice(fs, &o.Options)
		registerListing(fs, &o.Format, "output `FORMAT`: text or json")
	}, func(_ context.Context, k *kept.Kept, _ []string) error { return k.Show() })
	sub(&cobra.Command{
		Use:   "clear [ADDRESS|HOST...]",
		Short: "remove what is kept",
		Long: `Removes what is kept about an address, or about a host's name and addresses. Without an
argument it removes everything. It says how many addresses that was; an address counts
once for each network and configuration.

Exit status: 0 done, or nothing to do, 1 the cache cannot be read, 2 usage error.`,
		Example: "  rdnsproxy cache clear\n  rdnsproxy cache clear my.example.com 192.0.2.7",
	}, func(fs *pflag.FlagSet, o *kept.Options) {
		registerLookups(fs, &o.Options)
		registerSSHConfig(fs, &o.Options)
		registerVoice(fs, &o.Options)
	}, func(ctx context.Context, k *kept.Kept, args []string) error { return k.Clear(ctx, args) })
	return c
}
