// Package console connects the program to its surroundings: the environment and
// streams that main passes in, messages on stderr, refusals with a hint and an exit
// status, and the user's directories and programs. It knows no command and no flag.
package console

import (
	"io"
	"os"
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
		if k, v, ok := strings.Cut(w.Env[i], "="); ok && k == name {
			return v, true
		}
	}
	return "", false
}

// WithEnv returns a copy of the environment with one variable replaced or added.
func (w World) WithEnv(name, value string) []string {
	env := slices.DeleteFunc(slices.Clone(w.Env), func(v string) bool { return strings.HasPrefix(v, name+"=") })
	return append(env, name+"="+value)
}
