package cli

import (
	"bytes"
	"slices"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"

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

// wholeUsers makes cobra's script for bash see USER@HOST as one word, as it sees HOST:PORT:
// readline separates words at @ too.
var wholeUsers = strings.NewReplacer("_init_completion -n =: ", "_init_completion -n =:@ ",
	`_handle_special_char "$cur" =`, `_handle_special_char "$cur" =
    __rdnsproxy_handle_special_char "$cur" @`)

func completionCommand(w World, root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|fish|powershell|zsh",
		Short: "print a completion script for a shell",
		Long: `Prints a script that completes commands, flags, their values, and hosts: aliases
from ssh's configuration, plain names from known_hosts, and for the commands that
are about them, hosts with a line of rdnsproxy's, accepted mappings and cached
addresses.

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
		Args: func(_ *cobra.Command, args []string) error {
			switch shell := strings.Join(args, " "); {
			case shell == "":
				return console.Refuse(exit.Usage, "usage: rdnsproxy completion bash|fish|powershell|zsh", "no shell given")
			case len(args) > 1 || !slices.Contains(shells, shell):
				return console.Refuse(exit.Usage, didYouMean(shell, shells, "the shells are bash, fish, powershell and zsh"),
					"no completion for shell %s", console.Quoted(shell))
			}
			return nil
		},
		Run: func(_ *cobra.Command, args []string) {
			switch args[0] {
			case "bash":
				var script bytes.Buffer
				_ = root.GenBashCompletionV2(&script, true) // a buffer takes all
				w.Print(wholeUsers.Replace(script.String()) + bashWithoutPackage)
			case "fish":
				_ = root.GenFishCompletion(w.TextWriter(), true)
			case "powershell":
				_ = root.GenPowerShellCompletionWithDesc(w.TextWriter())
			case "zsh":
				_ = root.GenZshCompletion(w.TextWriter())
			}
		},
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

// wordsOf converts a set of words to strings.
func wordsOf[S ~string](set []S) (words []string) {
	for _, s := range set {
		words = append(words, string(s))
	}
	return words
}
