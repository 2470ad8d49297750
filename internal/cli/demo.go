package cli

import (
	"rdnsproxy/internal/demo"
	"rdnsproxy/internal/exit"

	"github.com/spf13/cobra"
)

func demoCommand(w World) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "a guided tour, without network and root",
		Long: `Shows what rdnsproxy does, with its own DNS and SSH servers on loopback: the
warning about a reverse name that does not resolve, how to accept the mapping or
fix it with a hosts line, what happens when the host moves, and how --policy
strict refuses a forged name. It needs neither network nor root, and works in a
temporary directory that it removes.

Exit status: 0 every step went as expected, 1 one did not, 3 the servers could not
be started, 130 interrupted.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return exit.With(demo.Run(c.Context(), w), nil)
		},
	}
}
