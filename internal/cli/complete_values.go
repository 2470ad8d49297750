package cli

import (
	"net"
	"strings"

	"rdnsproxy/internal/auditreport"
	"rdnsproxy/internal/auditrun"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/listing"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/session"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// valueWords are the values of flags that take one of a set of words.
func valueWords() map[string]func() []string {
	is := func(words ...string) func() []string { return func() []string { return words } }
	return map[string]func() []string{
		"format":         report.Formats, // of a report; audit and lists have others
		"color":          is(wordsOf(console.ColorModes())...),
		"fail-on":        failOnWords,
		"policy":         is(wordsOf(session.Policies())...),
		"dns":            is(wordsOf(auditrun.DNSChoices())...),
		"input":          framingWords,
		"rate":           is("auto", "unlimited"),
		"shard":          is("auto"),
		"via":            is("socks5://", "socks5h://", "http://", "https://", "env", "none"),
		"bind-interface": interfaces,
		"since":          is("today", "yesterday"),
		"until":          is("today", "yesterday"),
	}
}

// completeValues registers the values of the flags of all commands. A file is what shells
// complete by themselves; a flag that takes neither a file nor a word of a set has nothing.
func completeValues(root *cobra.Command) {
	words := valueWords()
	for _, c := range append(root.Commands(), root) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.NoOptDefVal != "" || takesFile(f) {
				return
			}
			of := words[f.Name]
			if _, list := f.Value.(*listingFlag); list {
				of = func() []string { return wordsOf(listing.Formats()) }
			} else if f.Name == "format" && c.Name() == "audit" {
				of = auditreport.Formats
			}
			_ = c.RegisterFlagCompletionFunc(f.Name, completesWords(of)) // the flag is there
		})
		if c != root && c.HasSubCommands() {
			completeValues(c)
		}
	}
}

// takesFile reports whether a flag's value is a file: help calls it so. -F may be none.
func takesFile(f *pflag.Flag) bool {
	name, _ := pflag.UnquoteUsage(f)
	return name == "FILE"
}

// completesWords completes words of a set; nil is the empty set. After a word that ends as
// a scheme does, no blank is put.
func completesWords(of func() []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		if of == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		found, directive := startingWith(typed, of()), cobra.ShellCompDirectiveNoFileComp
		for _, word := range found {
			if strings.HasSuffix(word, "://") {
				directive |= cobra.ShellCompDirectiveNoSpace
			}
		}
		return found, directive
	}
}

// interfaces returns the names of this machine's network interfaces.
func interfaces() (names []string) {
	all, _ := net.Interfaces()
	for _, i := range all {
		names = append(names, i.Name)
	}
	return plainWords(names)
}
