package inputs

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/safetext"
)

// maxLine bounds a line of a list, in bytes.
const maxLine = 4096

// listHint is the hint where a list cannot be read.
const listHint = "--from-file takes a file with a target on each line, or - for stdin"

// Lines reads a list: a target a line; # starts a comment. The path - is stdin. The
// file is read as far as items are taken.
func Lines(path string, stdin io.Reader) Items {
	return func(yield func(Item, error) bool) {
		in := stdin
		if path != "-" {
			file, err := os.Open(path)
			if err != nil {
				yield(Item{}, console.Refuse(exit.Usage, listHint, "%s: %v", safetext.Line(path), reason(err)))
				return
			}
			defer file.Close()
			in = file
		}
		lines := bufio.NewScanner(in)
		lines.Buffer(nil, maxLine)
		n := 1
		for ; lines.Scan(); n++ {
			line, _, _ := strings.Cut(lines.Text(), "#")
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			if !yield(Item{Text: line, Where: fmt.Sprintf("%s:%d", safetext.Line(path), n)}, nil) {
				return
			}
		}
		switch err := lines.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(Item{}, console.Refuse(exit.Usage, listHint,
				"%s:%d: the line is longer than %d bytes", safetext.Line(path), n, maxLine))
		case err != nil:
			yield(Item{}, console.Refuse(exit.Usage, listHint, "%s: %v", safetext.Line(path), reason(err)))
		}
	}
}

// reason returns an error of the os package without its operation and path.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
