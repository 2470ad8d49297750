package console

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"rdnsproxy/internal/exit"
)

// WrappingEnv lists, as PATH does, the scripts that a wrapper has run on the way
// to the real program. One that comes round again runs the wrapper itself.
const WrappingEnv = "RDNSPROXY_WRAPPING"

// RealProgram finds the program that the wrapper stands for: the first on PATH
// that does not lead back here. People put a script called ssh before the real
// one, which runs "rdnsproxy ssh"; that script is passed over. env is the
// environment to run the program with.
func RealProgram(w World, program string) (path string, env []string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	been := filepath.SplitList(w.Getenv(WrappingEnv))
	shim := ""
	for _, dir := range filepath.SplitList(w.Getenv("PATH")) {
		if !filepath.IsAbs(dir) {
			continue // as exec.LookPath: nothing is run from the current directory
		}
		path, err := exec.LookPath(filepath.Join(dir, program))
		if err != nil {
			continue
		}
		script := head(path)
		switch {
		case SameFile(path, self), namesWrapper(script, self), slices.Contains(been, path):
			shim = path
			continue
		case script != nil: // it may run the wrapper in words that are not seen here
			been = append(been, path)
			return path, w.WithEnv(WrappingEnv, strings.Join(been, string(filepath.ListSeparator))), nil
		}
		return path, w.Env, nil
	}
	if shim != "" {
		return "", nil, Refuse(exit.Usage, "add the directory of OpenSSH's "+program+" on PATH too",
			"the only %s on PATH, %s, runs rdnsproxy", program, Quoted(shim))
	}
	return "", nil, Refuse(exit.Usage, "install OpenSSH's client", "%s is not on PATH", program)
}

func SameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// maxScript bounds how much of a script is looked at.
const maxScript = 64 << 10

// head is the beginning of a script, nil for any other program: those hold NULs.
func head(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxScript))
	if err != nil || bytes.IndexByte(text, 0) >= 0 {
		return nil
	}
	return text
}

// namesWrapper reports whether a script speaks of this program, by its own name
// or the one that its file has.
func namesWrapper(script []byte, self string) bool {
	return bytes.Contains(script, []byte("rdnsproxy")) || script != nil && bytes.Contains(script, []byte(filepath.Base(self)))
}
