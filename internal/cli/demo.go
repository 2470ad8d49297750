package cli

import (
	"github.com/spf13/cobra"
)

func demoCommand(w World, status *int) *cobra.Command {
	return &cobra.Command{Use: "demo"}
}
