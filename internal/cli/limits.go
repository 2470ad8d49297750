package cli

import (
	"fmt"
	"io"
	"strings"

	"rdnsproxy/internal/limits"

	"github.com/spf13/cobra"
)

// limitsTopic is 'rdnsproxy help limits': no command, only help about it.
func limitsTopic(w World) *cobra.Command {
	c := &cobra.Command{Use: "limits", Short: "what a target, a run and this process may cost"}
	c.SetHelpFunc(func(*cobra.Command, []string) { io.WriteString(w.Out, limitsHelp()) })
	return c
}

func limitsHelp() string {
	var b strings.Builder
	b.WriteString("What strangers and long lists can make grow is bounded:\n")
	for _, g := range limits.Table() {
		fmt.Fprintf(&b, "\n%s\n", g.Of)
		for _, l := range g.Limits {
			fmt.Fprintf(&b, "  %-22s %8s  %s\n", l.Of, l.Most, l.Beyond)
		}
	}
	return b.String()
}
