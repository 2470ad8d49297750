// Package console connects the program to its surroundings: the environment and
// streams that main passes in, messages on stderr, refusals with a hint and an exit
// status, and the user's directories and programs. It knows no command and no flag.
package console

import (
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
)

// World holds the environment and the standard streams of a run. The streams are
// files because the relay works on descriptors.
type World struct {
	Env     []string // as os.Environ gives it
	In, Out *os.File
	Err     *os.File

	Stdout io.Writer // where commands print; if nil, Out

	// Own says that the process is there for this run alone, which may change it for good:
	// give up its rights, say how many threads it has.
	Own bool
}

// Getenv returns the last value of an environment variable, the one that a child
// process would see; "" if it is not set.
func (w World) Getenv(name string) string {
	value, _ := w.LookupEnv(name)
	return value
}

// LookupEnv is like Getenv but also reports whether the variable is set.
func (w World) LookupEnv(name string) (value string, set bool) {
	for i := len(w.Env) - 1; i >= 0; i-- {
		if k, v, ok := strings.Cut(w.Env[i], "="); ok && sameVariable(k, name) {
			return v, true
		}
	}
	return "", false
}

// WithEnv returns a copy of the environment with one variable replaced or added.
func (w World) WithEnv(name, value string) []string {
	env := slices.DeleteFunc(slices.Clone(w.Env), func(entry string) bool {
		k, _, ok := strings.Cut(entry, "=")
		return ok && sameVariable(k, name)
	})
	return append(env, name+"="+value)
}

// sameVariable compares the names of environment variables. On Windows case does not
// count: PATH is usually spelled Path.
func sameVariable(a, b string) bool {
	return a == b || runtime.GOOS == "windows" && strings.EqualFold(a, b)
}
