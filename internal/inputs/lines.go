package inputs

import (
	"io"
	"strings"

	"rdnsproxy/limits"
)

// listHint is the hint where a list cannot be read.
const listHint = "--from-file takes a file with a target on each line, or - for stdin"

// Lines reads a list: a target a line, or HOST,ADDRESS; # starts a comment. The path - is stdin. The
// file is read as far as items are taken. A line that cannot be read is an item with
// Err.
func Lines(path string, stdin io.Reader) Items {
	return func(yield func(Item, error) bool) {
		file, err := openText(path, stdin, listHint, limits.ListLine)
		if err != nil {
			yield(Item{}, err)
			return
		}
		defer file.close()
		for line, bad, ok := file.next(); ok; line, bad, ok = file.next() {
			item := Item{Text: string(line), Where: file.where(), Err: bad}
			if bad == nil {
				item.Text, _, _ = strings.Cut(item.Text, "#")
				if item.Text = strings.TrimSpace(item.Text); item.Text == "" {
					continue
				}
				item.pair()
			}
			if !yield(item, nil) {
				return
			}
		}
		if file.err != nil {
			yield(Item{}, file.err)
		}
	}
}
