package cli

import (
	"strconv"
	"strings"

	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/wrap"

	"github.com/spf13/cobra"
)

func wrapCommand(w World, program string) *cobra.Command {
	return &cobra.Command{
		Use:   program + " ARGS...",
		Short: "run " + program + " with rdnsproxy as its ProxyCommand",
		Long: "Runs " + program + ` from PATH with rdnsproxy as its ProxyCommand and leaves the arguments
alone. If ssh's configuration or the arguments set a ProxyJump or another
ProxyCommand, nothing is added and nothing is checked. A script called ` + program + `
that itself runs 'rdnsproxy ` + program + `' is skipped.

Set the relay's flags through their environment variables. If $SHELL is not a
shell, or prints something when it starts, ssh gets /bin/sh instead.

Exit status: that of ` + program + `, or 2 if it could not be run.`,
		Example: "  rdnsproxy " + program + " " + map[string]string{
			"ssh": "my.example.com uptime", "sftp": "my.example.com", "scp": "file my.example.com:",
		}[program] + "\n  RDNSPROXY_POLICY=strict rdnsproxy " + program + " ...",
		DisableFlagParsing: true,
		RunE: func(c *cobra.Command, args []string) error {
			return exit.With(wrap.Run(c.Context(), w, program, args, wrapVerbose(w, args)))
		},
	}
}

// wrapVerbose reports whether RDNSPROXY_VERBOSE or, if that is not set, ssh's -v asks for
// details. The wrapper has no flags of its own.
func wrapVerbose(w World, args []string) bool {
	if on, err := strconv.ParseBool(w.Getenv(variable("verbose"))); err == nil {
		return on
	}
	for _, a := range args {
		if !strings.HasPrefix(a, "-") {
			break // the host; what follows may belong to the remote command
		}
		if !strings.HasPrefix(a, "--") && strings.Contains(a, "v") && !strings.ContainsAny(a, "=/") {
			return true
		}
	}
	return false
}
