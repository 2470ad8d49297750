package cli

import (
	"fmt"
	"strings"

	"rdnsproxy/limits"
)

// limitsTopic lists what may grow, and its limits.
func limitsTopic() string {
	var b strings.Builder
	b.WriteString("Limits on what strangers and long lists of targets can make grow:\n")
	for _, g := range limits.Table() {
		fmt.Fprintf(&b, "\n%s\n\n", g.Of)
		for _, l := range g.Limits {
			fmt.Fprintf(&b, "  %-23s %9s\t%s\n", l.Of, l.Most, l.Beyond)
		}
	}
	return b.String()
}
