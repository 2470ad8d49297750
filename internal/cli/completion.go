package cli

import (
	"context"
	"slices"
	"strings"

	"rdnsproxy/internal/auditreport"
	"rdnsproxy/internal/auditrun"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/listing"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/session"
	"rdnsproxy/internal/target"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// shells are the shells with a completion script.
var shells = []string{"bash", "fish", "powershell", "zsh"}

// bashWithoutPackage replaces the only function of the package bash-completion that
// cobra's script uses, if that is not loaded: it splits the line up to the cursor at
// blanks.
const bashWithoutPackage = `
if ! declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref()
    {
        local line=${COMP_LINE:0:COMP_POINT}
        read -ra words <<<"$line"
        [[ $line == *[[:space:]] ]] && words+=("")
        cword=$((${#words[@]} - 1))
        cur=${words[cword]}
        prev=${words[cword > 0 ? cword - 1 : 0]}
    }
fi
`

func completionCommand(w World, root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|fish|powershell|zsh",
		Short: "print a completion script for a shell",
		Long: `Prints a script that completes commands, flags, their values, and hosts (aliases
from ssh's configuration and plain names from known_hosts).

For the current shell:

  bash	source <(rdnsproxy completion bash)
  zsh	source <(rdnsproxy completion zsh)
  fish	rdnsproxy completion fish | source
  powershell	rdnsproxy completion powershell | Out-String | Invoke-Expression

For every shell, in the file where the shell looks for it:

  bash	~/.local/share/bash-completion/completions/rdnsproxy (needs bash-completion)
  zsh	_rdnsproxy in a directory of $fpath
  fish	~/.config/fish/completions/rdnsproxy.fish

Exit status: 0, or 2 for an unknown shell.`,
		ValidArgs: shells,
		RunE: func(_ *cobra.Command, args []string) error {
			shell := strings.Join(args, " ")
			switch shell {
			case "bash":
				if err := root.GenBashCompletionV2(w.TextWriter(), true); err != nil {
					return nil // console.Stdout has recorded it
				}
				w.Print(bashWithoutPackage)
			case "fish":
				_ = root.GenFishCompletion(w.TextWriter(), true)
			case "powershell":
				_ = root.GenPowerShellCompletionWithDesc(w.TextWriter())
			case "zsh":
				_ = root.GenZshCompletion(w.TextWriter())
			case "":
				return console.Refuse(exit.Usage, "usage: rdnsproxy completion bash|fish|powershell|zsh", "no shell given")
			default:
				return console.Refuse(exit.Usage, didYouMean(shell, shells, "the shells are bash, fish, powershell and zsh"),
					"no completion for shell %s", console.Quoted(shell))
			}
			return nil
		},
	}
}

// completeValues registers the values of flags that take one of a set of words, or
// anything but a file.
func completeValues(root *cobra.Command) {
	values := map[string][]string{
		"format":  report.Formats(), // of a report; lists have fewer
		"color":   wordsOf(console.ColorModes()),
		"fail-on": failOnWords(),
		"policy":  wordsOf(session.Policies()),
		"dns":     wordsOf(auditrun.DNSChoices()),
		"input":   framingWords(),

		"resolver": {}, "compare": {}, "check-timeout": {}, "check-wait": {}, "connect-timeout": {}, "wait": {},
		"bind-address": {}, "bind-interface": {}, "expect-hostkey": {}, "jobs": {}, "column": {}, "field": {}, "axfr": {}, "client": {}, "from": {},
		"rate": {"auto", "unlimited"}, "shard": {"auto"}, "via": {"socks5://", "socks5h://", "http://", "https://", "env", "none"},
		"tag": {}, "since": {}, "until": {}, "year": {}, "timezone": {}, "dns-limit": {}, "dns-budget": {}, "user": {}, "host": {},
	}
	for _, c := range append(root.Commands(), root) {
		for flag, words := range values {
			if f := c.Flags().Lookup(flag); f != nil {
				if _, list := f.Value.(*listingFlag); list {
					words = wordsOf(listing.Formats())
				}
				if flag == "format" && c.Name() == "audit" {
					words = auditreport.Formats()
				}
				_ = c.RegisterFlagCompletionFunc(flag, completes(func(string) []string { return words })) // the flag is there
			}
		}
		if c != root && c.HasSubCommands() {
			completeValues(c)
		}
	}
}

// plainUsages removes the backquotes from the usages of all flags. They mark the name of
// the value for help; a shell would show them.
func plainUsages(c *cobra.Command) {
	c.Flags().VisitAll(func(f *pflag.Flag) { f.Usage = usageOf(f) })
	for _, sub := range c.Commands() {
		plainUsages(sub)
	}
}

// completeHosts completes the hosts that this machine knows, for commands that take hosts.
func completeHosts(w World, root *cobra.Command) {
	for _, command := range append([]string{"check", "setup", "hosts add", "hosts remove"}, wrapped...) {
		if c, _, err := root.Find(strings.Fields(command)); err == nil {
			c.ValidArgsFunction = completesHosts(w)
		}
	}
	if c, _, err := root.Find([]string{"cache", "clear"}); err == nil {
		c.ValidArgsFunction = completesHosts(w)
	}
	if c, _, err := root.Find([]string{"accept"}); err == nil {
		c.ValidArgsFunction = completesHosts(w, "list", "forget", "verify")
	}
}

// completes returns cobra's completion function for a set of words.
func completes(words func(typed string) []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return startingWith(typed, words(typed)), cobra.ShellCompDirectiveNoFileComp
	}
}

// completesHosts completes hosts, and in the first position also some other words.
func completesHosts(w World, first ...string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		words := hostWords(w)
		if len(args) == 0 {
			words = append(words, first...)
		}
		return startingWith(typed, words), cobra.ShellCompDirectiveNoFileComp
	}
}

func startingWith(typed string, words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool { return !strings.HasPrefix(word, typed) })
}

// hostWords returns the hosts that this machine knows by name: aliases in ssh's
// configuration, and plain names in known_hosts. Unreadable files are skipped silently,
// because the user is waiting for a completion.
func hostWords(w World) []string {
	o := target.Options{SSHConfig: w.Getenv(variable("ssh-config"))}
	return target.NewReader(w, nil, o, target.Connect{}).Names(context.Background())
}

// wordsOf converts a set of words to strings.
func wordsOf[S ~string](set []S) (words []string) {
	for _, s := range set {
		words = append(words, string(s))
	}
	return words
}
