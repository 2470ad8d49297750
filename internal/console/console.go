// Package console is the program's side of the world: the environment and the
// streams that main hands over, the voice that people read, refusals with a hint
// and an exit status, and the directories and programs of this user. It knows no
// command and no flag.
package console

import (
	"io"
	"os"
	"slices"
	"strings"
)

// World is what a run of the program is given. The streams are files because the
// relay works on descriptors.
type World struct {
	Env     []string // as os.Environ gives it
	In, Out *os.File
	Err     *os.File

	Stdout io.Writer // for the texts of commands; if nil, they go to Out
}

// Getenv is the last value of an environment variable, as exec gives it to a child.
func (w World) Getenv(name string) string {
	value, _ := w.LookupEnv(name)
	return value
}

// LookupEnv tells a variable that is empty from one that is not set.
func (w World) LookupEnv(name string) (value string, set bool) {
	for i := len(w.Env) - 1; i >= 0; i-- {
		if k, v, ok := strings.Cut(w.Env[i], "="); ok && k == name {
			return v, true
		}
	}
	return "", false
}

// WithEnv is the environment with one variable set anew.
func (w World) WithEnv(name, value string) []string {
	env := slices.DeleteFunc(slices.Clone(w.Env), func(v string) bool { return strings.HasPrefix(v, name+"=") })
	return append(env, name+"="+value)
}
