// Package become replaces this process with another program, as a shell's exec does: it
// finds the program, and leaves it the descriptors, the environment and the terminal.
package become

import (
	"errors"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/safetext"
)

// Program is a program to become.
type Program struct {
	Path string   // the file
	Args []string // its arguments, the name that it is called by first
}

// defaultPath is where execvp(3) looks if PATH is not set.
const defaultPath = "/bin:/usr/bin"

// Find finds the program of a command line as a shell's exec does (execvp(3)): by its path
// if the first word has a slash, otherwise on PATH. Directories of PATH that are relative
// are not searched, as in Go's os/exec: where a user stands must not decide what is run.
//
// The error is a Refusal with a shell's statuses: exit.NotFound, or exit.NotExecutable if
// something is there that cannot be run.
func Find(w console.World, args []string) (Program, error) {
	word := args[0]
	var denied error
	for _, path := range candidates(w, word) {
		found, err := exec.LookPath(path)
		switch {
		case err == nil:
			return Program{found, args}, nil
		case missing(err): // try the next
		case denied == nil:
			denied = err
		}
	}
	switch {
	case denied != nil:
		return Program{}, console.Refuse(exit.NotExecutable, "", "cannot run %s: %s",
			console.Quoted(word), console.PlainError(denied))
	case named(word):
		return Program{}, console.Refuse(exit.NotFound, "", "there is no command %s", console.Quoted(word))
	}
	hint := "install it, or give its path"
	if strings.Contains(word, " ") {
		hint = "leave out the quotes: the command and its arguments are separate words"
	}
	return Program{}, console.Refuse(exit.NotFound, hint,
		"command %s is not on PATH", console.Quoted(word))
}

// named reports whether a word is a path, not a name to look for.
func named(word string) bool {
	return strings.Contains(word, "/") || strings.ContainsRune(word, filepath.Separator)
}

// candidates returns the paths at which a program may be, in order.
func candidates(w console.World, word string) (paths []string) {
	if word == "" {
		return nil
	}
	if named(word) {
		return []string{word}
	}
	search, set := w.LookupEnv("PATH")
	if !set {
		search = defaultPath
	}
	for _, dir := range filepath.SplitList(search) {
		if filepath.IsAbs(dir) {
			paths = append(paths, filepath.Join(dir, word))
		}
	}
	return paths
}

// missing reports whether an error of exec.LookPath says that there is no such file, so
// that the search goes on.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, exec.ErrNotFound) || isNotDirectory(err)
}

// Name returns how to call a command in a message: its first word without the directory,
// shortened and safe to print.
func Name(args []string) string {
	return safetext.Cut(safetext.Name(filepath.Base(args[0])), 63)
}
