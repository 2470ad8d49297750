package tempfile

import (
	"crypto/rand"
	"strings"
)

// A new file is named after the one that it will replace, with a random text that
// nobody would choose.
const (
	mark      = ".new-"
	textLen   = 26
	textBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" // as rand.Text has them
)

func newName(name string) string { return "." + name + mark + rand.Text()[:textLen] }

// Target reports whether a file name is that of a temporary file, and which file that
// was to replace. It is exact: a name that somebody else could have chosen is not one.
func Target(name string) (target string, ok bool) {
	name, dotted := strings.CutPrefix(name, ".")
	i := len(name) - textLen - len(mark)
	if !dotted || i < 1 || name[i:i+len(mark)] != mark || strings.Trim(name[i+len(mark):], textBytes) != "" {
		return "", false
	}
	return name[:i], true
}
