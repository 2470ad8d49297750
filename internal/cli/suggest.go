package cli

import (
	"strings"

	"rdnsproxy/internal/console"

	"github.com/spf13/cobra"
)

// longestWord is the longest word that is compared: no command or flag is longer.
const longestWord = 40

// suggestions returns the words that may have been meant, by cobra's rule for commands: at
// most two edits away, or longer with the same beginning.
func suggestions(typed string, words []string) []string {
	if typed == "" || len(typed) > longestWord {
		return nil
	}
	c := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, w := range words {
		c.AddCommand(&cobra.Command{Use: w, Run: func(*cobra.Command, []string) {}})
	}
	return c.SuggestionsFor(typed)
}

// didYouMean returns the hint otherwise, preceded by up to three similar words if there are
// any.
func didYouMean(typed string, words []string, otherwise string) string {
	like := suggestions(typed, words)
	if len(like) == 0 {
		return otherwise
	}
	return "did you mean " + strings.Join(like[:min(len(like), 3)], " or ") + "? " + otherwise
}

// needsCommand says that a command was run without one of its own, or with a word that is
// none of them.
func needsCommand(name string, args []string, needs string) string {
	if len(args) == 0 {
		return name + " needs " + needs
	}
	return "unknown command " + console.Quoted(name+" "+args[0]) + ": " + name + " needs " + needs
}
