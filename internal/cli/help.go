package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/layout"
	"rdnsproxy/internal/session"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const rootHelp = `rdnsproxy is an ssh ProxyCommand. Before any SSH traffic flows it checks that
forward and reverse DNS of the host agree. If they do, it stays silent; if not, it
says why, who is affected, and what to fix on which machine.

  rdnsproxy [flags] HOST PORT [ORIGINAL] [-- COMMAND ARGS...]
  rdnsproxy COMMAND [flags] [ARGS...]

The first form is the relay, which ssh runs as its ProxyCommand. Commands:

  setup	make ssh run rdnsproxy
  check	check hosts: DNS, connection, host keys
  audit	what sshd's log says about reverse names, and what to do
  explain	explain a finding and what to do about it
  hosts	list, add, remove and verify lines of the hosts file
  accept	remember a known mapping, without root
  cache	show or remove the DNS answers that the relay keeps
  ssh, sftp, scp	run the real program with the relay
  known-hosts	ssh's KnownHostsCommand: accept keys that DNSSEC vouches for
  demo	a guided tour, without network and root
  completion	print a completion script for a shell
  version	print the version
  help	help about a command or topic

'rdnsproxy setup' adds these lines to the end of ~/.ssh/config:

  Host * !*/* !*,* !*%* !.*
    ProxyCommand rdnsproxy '%h' %p

Flags of the relay:

`

const rootMore = `
A DURATION is 300ms, 5s or 1m30s; without a unit, seconds. Every long flag can also be
set by an environment variable; the flag wins. For --check-wait it is
RDNSPROXY_CHECK_WAIT.

Examples:

  rdnsproxy check my.example.com
  rdnsproxy ssh my.example.com
  rdnsproxy --policy strict my.example.com 22

Exit status of the relay: 0 the session is over, 1 refused by --policy strict or ask, 2
usage or configuration error, 3 could not resolve or connect.

'rdnsproxy help COMMAND' explains a command, 'rdnsproxy help TOPIC' a topic:

`

// showHelp prints the help of a command, laid out for the terminal.
func showHelp(w World, root, c *cobra.Command) {
	if c == root {
		relay := pflag.NewFlagSet("rdnsproxy", pflag.ContinueOnError)
		registerRelay(relay, new(session.Options))
		page(w, rootHelp)
		page(w, flagTable(relay))
		var more strings.Builder
		more.WriteString(rootMore)
		for _, t := range topics() {
			fmt.Fprintf(&more, "  %s\t%s\n", t.name, t.short)
		}
		page(w, more.String())
		return
	}
	page(w, c.Long+"\n\nUsage: "+c.UseLine()+"\n")
	if c.Example != "" {
		page(w, "\nExamples:\n\n"+c.Example+"\n")
	}
	if c.HasAvailableLocalFlags() && !c.DisableFlagParsing {
		page(w, flagHelp(c))
	}
}

// quotedDefault matches the default of a string flag, the only one that pflag quotes. It
// is compiled for help only: no login waits for it.
var quotedDefault = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\(default "([^"]*)"\)`) })

// flagTable converts pflag's list of flags to a table for layout.Page. pflag puts at least
// three blanks between a flag and its usage.
func flagTable(fs *pflag.FlagSet) string {
	var b strings.Builder
	for line := range strings.Lines(quotedDefault().ReplaceAllString(fs.FlagUsages(), "(default $1)")) {
		flag := strings.TrimLeft(line, " ")
		margin := line[:len(line)-len(flag)]
		flag, usage, _ := strings.Cut(flag, "   ")
		b.WriteString(margin + flag + "\t" + strings.TrimLeft(usage, " "))
	}
	return b.String()
}

// helpCommand shows help about a command or topic. Unlike cobra's, it returns an error for
// an unknown one.
func helpCommand(w World, root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND|TOPIC]",
		Short:   "help about a command or a topic",
		Long:    "Shows help about a command or a topic. Without an argument, it lists both.\n\nExit status: 0, or 2 if nothing has that name.",
		Example: "  rdnsproxy help check\n  rdnsproxy help hosts add\n  rdnsproxy help exit-status",
		RunE: func(_ *cobra.Command, args []string) error {
			if c, rest, err := root.Find(args); err == nil && (len(rest) == 0 || len(rest) == 1 && takesWord(c, rest[0])) {
				return c.Help()
			}
			if len(args) == 1 {
				if text, ok := explanation(w.Width(), strings.ToLower(args[0])); ok {
					w.Print(text)
					return nil
				}
			}
			typed := strings.Join(args, " ")
			return console.Refuse(exit.Usage, didYouMean(typed, helpWords(root), "'rdnsproxy help' lists them"),
				"no such command or topic: %s", console.Quoted(typed))
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			words := helpWords(root)
			if len(args) > 0 {
				words = nil
				if c, rest, err := root.Find(args); err == nil && len(rest) == 0 {
					for _, sub := range c.Commands() {
						words = append(words, sub.Name())
					}
				}
			}
			return startingWith(typed, words), noFiles
		},
	}
}

// takesWord reports whether a command's usage has a literal word: "accept list" is
// explained by "accept".
func takesWord(c *cobra.Command, word string) bool {
	_, usage, _ := strings.Cut(c.Use, " ")
	literals := strings.FieldsFunc(usage, func(r rune) bool { return r < 'a' || r > 'z' })
	return slices.Contains(literals, word)
}

// helpWords returns the commands and the topics.
func helpWords(root *cobra.Command) []string {
	var words []string
	for _, c := range root.Commands() {
		words = append(words, c.Name())
	}
	for _, t := range topics() {
		words = append(words, t.name)
	}
	return words
}

// page prints a text laid out by layout.Page.
func page(w World, text string) { w.Print(layout.Page(w.Width(), text)) }
