package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagGroup is a heading of a command's help, and the flags below it, in order.
type flagGroup struct {
	heading string
	flags   string // names, with blanks between
}

// checkGroups puts the flags of check in order. Help has all of them: a test fails if one
// is missing here.
func checkGroups() []flagGroup {
	return []flagGroup{
		{"What to check", "from-file column field ansible zone axfr tsig-file offline all known-hosts self client from strict-input"},
		{"Lookups", "dns-only resolver hosts-file ipv4 ipv6 compare check-timeout rate require-name accepted"},
		{"Connecting", "connect connect-timeout bind-address bind-interface via via-auth-file remote-dns ssh-config sshd-config expect-hostkey all-hostkeys " +
			"target-timeout wait"},
		{"Report", "format output color fail-on quiet verbose print-config print-known-hosts help"},
		{"Long lists", "jobs unordered resume shard merge partial"},
	}
}

// groupsOf returns the groups of a command's flags: those of check have headings.
func groupsOf(c *cobra.Command) []flagGroup {
	if c.Name() == "check" {
		return checkGroups()
	}
	var all []string
	c.LocalFlags().VisitAll(func(f *pflag.Flag) { all = append(all, f.Name) })
	return []flagGroup{{"Flags", strings.Join(all, " ")}}
}

// flagHelp returns the flags of a command for layout.Page.
func flagHelp(c *cobra.Command) string {
	var b strings.Builder
	for _, g := range groupsOf(c) {
		b.WriteString("\n" + g.heading + ":\n\n" + flagTable(g.of(c.LocalFlags())))
	}
	return b.String()
}

// of returns the flags of the group.
func (g flagGroup) of(all *pflag.FlagSet) *pflag.FlagSet {
	some := pflag.NewFlagSet(g.heading, pflag.ContinueOnError)
	some.SortFlags = false
	for name := range strings.FieldsSeq(g.flags) {
		if f := all.Lookup(name); f != nil { // --help is there only if it was given
			some.AddFlag(f)
		}
	}
	return some
}
