package cli

import (
	"rdnsproxy/internal/demo"

	"github.com/spf13/cobra"
)

func demoCommand(w World, status *int) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "a guided tour, without network and root",
		Long: `Shows what rdnsproxy does, with DNS and SSH servers of its own on loopback: the
warning about a reverse name that does not resolve, the mapping accepted, the
hosts line and the silence once it is there, what happens when the host moves,
and what --policy strict does to a forged name. It needs no network and no root,
and touches nothing outside a temporary directory, which it removes.

Exit status: 0 all went as it should, 1 something did not, 3 the servers could
not be started, 130 interrupted.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			*status = demo.Run(c.Context(), w)
			return nil
		},
	}
}
