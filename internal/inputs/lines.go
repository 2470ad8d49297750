package inputs

import (
	"io"
	"strings"

	"rdnsproxy/limits"
)

// listHint is the hint where a list cannot be read.
const listHint = "--from-file takes a file with a target on each line, or - for stdin"

// Lines reads a list: a target a line, or HOST,ADDRESS; # starts a comment. The path - is
// stdin. The file is read as far as items are taken. A line that cannot be read is an
// item with Err. If the first line shows that it is no list, that ends it.
func Lines(path string, stdin io.Reader) Items {
	return func(yield func(Item, error) bool) {
		file, err := openText(path, stdin, listHint, limits.ListLine)
		if err != nil {
			yield(Item{}, err)
			return
		}
		defer file.close()
		first := true
		for line, bad, ok := file.next(); ok; line, bad, ok = file.next() {
			item := Item{Text: string(line), Where: file.where(), Err: bad}
			if bad == nil {
				item.Text, _, _ = strings.Cut(item.Text, "#")
				if item.Text = strings.TrimSpace(item.Text); item.Text == "" {
					continue
				}
				if first {
					if err := mistaken(item.Where, item.Text); err != nil {
						yield(Item{}, err)
						return
					}
				}
				first = false
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
