package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// longestWord bounds what is compared: nothing that can be meant is longer.
const longestWord = 40

// suggestions are the words that somebody who typed another may have meant:
// cobra's rule for commands, two edits away or a longer word with that beginning.
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

// didYouMean is a hint at up to three words like the one that was typed, or else
// the hint that is given.
func didYouMean(typed string, words []string, otherwise string) string {
	like := suggestions(typed, words)
	if len(like) == 0 {
		return otherwise
	}
	return "did you mean " + strings.Join(like[:min(len(like), 3)], " or ") + "? " + otherwise
}
