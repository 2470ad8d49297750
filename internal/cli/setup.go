package cli

import (
	"rdnsproxy/internal/setup"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// registerSetup registers the flags of setup.
func registerSetup(fs *pflag.FlagSet, o *setup.Options) {
	registerOwnSetup(fs, o)
	fs.BoolVar(&o.FDPass, "fdpass", false, "pass the connections of the HOSTs to ssh, as fast as direct ones")
	_ = fs.SetAnnotation("fdpass", withoutVariable, nil) // RDNSPROXY_FDPASS is the relay's
	fs.BoolVar(&o.Yes, "yes", false, "write without asking")
	fs.BoolVarP(&o.Quiet, "quiet", "q", false, "print errors only: no notices, no diff")
}

// registerOwnSetup registers what no other command has.
func registerOwnSetup(fs *pflag.FlagSet, o *setup.Options) {
	fs.StringVar(&o.File, "file", "", "write to this `FILE` instead of ~/.ssh/config")
	fs.BoolVar(&o.Remove, "remove", false, "remove the lines again")
	fs.BoolVar(&o.Print, "print", false, "print the lines, write nothing")
}

func setupCommand(w World, status *int) *cobra.Command {
	o := new(setup.Options)
	c := &cobra.Command{
		Use:   "setup [flags] | setup --fdpass HOST... | setup --remove",
		Short: "make ssh run rdnsproxy",
		Long: `Writes the lines into ~/.ssh/config that make ssh run rdnsproxy, as the last
ones of the file and between marks, so that they displace nothing. What will
change is shown, and written after a yes. Run it again to bring the lines up to
date; --remove takes exactly them out again.

ssh itself is asked first: a file that it would refuse is not written, and hosts
that have a ProxyJump or another ProxyCommand keep it. They stay unchecked, and
setup names them.

With --fdpass the lines are for the named hosts, whose connections are handed to
ssh. On these hosts 'ssh -o ProxyCommand=...' and mosh fail, because ssh then
expects a connection to be handed over by any ProxyCommand.

Exit status: 0 done or already so, 1 refused or not confirmed, 2 usage, 130
interrupted.`,
		Example: `  rdnsproxy setup
  rdnsproxy setup --fdpass build.example.com
  rdnsproxy setup --print
  rdnsproxy setup --remove`,
		RunE: func(c *cobra.Command, args []string) (err error) {
			if err := fromEnvironment(c.Flags(), w); err != nil {
				return err
			}
			*status, err = setup.Run(c.Context(), w, *o, args)
			return err
		},
	}
	registerSetup(c.Flags(), o)
	c.ValidArgsFunction = completesHosts(w)
	return c
}
