package cli

import (
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/setup"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// registerSetup registers the flags of setup.
func registerSetup(fs *pflag.FlagSet, o *setup.Options) {
	registerOwnSetup(fs, o)
	fs.BoolVar(&o.FDPass, "fdpass", false, "pass the connections of the HOSTs to ssh, as fast as direct ones")
	_ = fs.SetAnnotation("fdpass", withoutVariable, nil) // RDNSPROXY_FDPASS is for the relay only
	fs.BoolVar(&o.Yes, "yes", false, "write without asking")
	fs.BoolVarP(&o.Quiet, "quiet", "q", false, "print errors only: no notices, no diff")
}

// registerOwnSetup registers the flags that no other command has.
func registerOwnSetup(fs *pflag.FlagSet, o *setup.Options) {
	fs.StringVar(&o.File, "file", "", "write to this `FILE` instead of ~/.ssh/config")
	fs.BoolVar(&o.Remove, "remove", false, "remove the lines again")
	fs.BoolVar(&o.Print, "print", false, "print the lines, write nothing")
}

func setupCommand(w World) *cobra.Command {
	o := new(setup.Options)
	c := &cobra.Command{
		Use:   "setup [flags] | setup --fdpass HOST... | setup --remove",
		Short: "make ssh run rdnsproxy",
		Long: `Adds the lines to ~/.ssh/config that make ssh run rdnsproxy. They go to the end
of the file, between markers, so that they override nothing above. The change is
shown, and written once you confirm it. Run setup again to update the lines;
--remove removes exactly these lines.

setup asks ssh first: it never writes a file that ssh would refuse. Hosts that
have a ProxyJump or another ProxyCommand keep it. They are not checked, and setup
names them.

With --fdpass the lines are for the given hosts only, whose connections are
passed to ssh. For these hosts 'ssh -o ProxyCommand=...' and mosh fail, because
ssh then expects every ProxyCommand to pass a connection.

Exit status: 0 done, or nothing to do, 1 refused or not confirmed, 2 usage error,
130 interrupted.`,
		Example: `  rdnsproxy setup
  rdnsproxy setup --fdpass build.example.com
  rdnsproxy setup --print
  rdnsproxy setup --remove`,
		PreRunE: func(c *cobra.Command, args []string) error {
			if err := fromEnvironment(c.Flags(), w); err != nil {
				return err
			}
			return o.Validate(args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			return exit.With(setup.Run(c.Context(), w, *o, args))
		},
	}
	registerSetup(c.Flags(), o)
	return c
}
