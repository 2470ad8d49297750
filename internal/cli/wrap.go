package cli

import (
	"rdnsproxy/internal/wrap"

	"github.com/spf13/cobra"
)

func wrapCommand(w World, program string, status *int) *cobra.Command {
	return &cobra.Command{
		Use:   program + " ARGS...",
		Short: "run " + program + " with rdnsproxy as its ProxyCommand",
		Long: "Runs the " + program + ` that is on PATH, its arguments untouched, with rdnsproxy as its
ProxyCommand. Where ssh's configuration or the arguments name a ProxyJump or
another ProxyCommand, it runs as it is and nothing is checked. A script called
` + program + ` that itself runs 'rdnsproxy ` + program + `' is passed over.

The relay's flags are set through their environment variables. Where $SHELL is
not a shell, or prints something when it starts, ssh gets /bin/sh instead.

Exit status: that of ` + program + `; 2 if it could not be run.`,
		Example: "  rdnsproxy " + program + " " + map[string]string{
			"ssh": "my.example.com uptime", "sftp": "my.example.com", "scp": "file my.example.com:",
		}[program] + "\n  RDNSPROXY_POLICY=strict rdnsproxy " + program + " ...",
		DisableFlagParsing: true,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := wrap.Run(c.Context(), w, program, args)
			*status = s
			return err
		},
	}
}
