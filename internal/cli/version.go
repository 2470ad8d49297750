package cli

import (
	"encoding/json"
	"fmt"

	"rdnsproxy/internal/buildinfo"

	"github.com/spf13/cobra"
)

func versionCommand(w World) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "print the version",
		Long: `Prints the version of rdnsproxy and what it was built with. "cgo" there means that
it is not the static program of a release: without Landlock before ABI 8, and slower
to start.

Exit status: 0.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			info := buildinfo.Read()
			if !asJSON {
				_, err := fmt.Fprintf(w.TextWriter(), "rdnsproxy %s\n", info)
				return err
			}
			e := json.NewEncoder(w.TextWriter())
			e.SetIndent("", "  ")
			return e.Encode(info)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print an object of JSON (docs/json.md has its fields)")
	return c
}
