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

// WrappingEnv names the environment variable that lists, in the form of PATH, the
// scripts that the wrapper has already run in search of the real program. A script
// that is found a second time runs the wrapper.
const WrappingEnv = "RDNSPROXY_WRAPPING"

// RealProgram finds the program that the wrapper stands in for: the first on PATH
// that does not run rdnsproxy. Users put a script named ssh that runs "rdnsproxy ssh"
// before the real ssh; such a script is skipped. env is the environment to run the
// program with. If there is none, err is a Refusal with status exit.Usage.
func RealProgram(w World, program string) (path string, env []string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	passed := filepath.SplitList(w.Getenv(WrappingEnv))
	shim := ""
	for _, dir := range filepath.SplitList(w.Getenv("PATH")) {
		if !filepath.IsAbs(dir) {
			continue // like exec.LookPath, never run a program from the current directory
		}
		path, err := exec.LookPath(filepath.Join(dir, program))
		if err != nil {
			continue
		}
		script := readScript(path)
		switch {
		case SameFile(path, self), namesWrapper(script, self), slices.Contains(passed, path):
			shim = path
			continue
		case script != nil: // it may run the wrapper in a way that its text does not show
			passed = append(passed, path)
			return path, w.WithEnv(WrappingEnv, strings.Join(passed, string(filepath.ListSeparator))), nil
		}
		return path, w.Env, nil
	}
	if shim != "" {
		return "", nil, Refuse(exit.Usage, "add the directory of OpenSSH's "+program+" on PATH too",
			"the only %s on PATH, %s, runs rdnsproxy", program, Quoted(shim))
	}
	return "", nil, Refuse(exit.Usage, "install OpenSSH's client", "%s is not on PATH", program)
}

// SameFile reports whether two paths name the same existing file.
func SameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// maxScript bounds how much of a script is read.
const maxScript = 64 << 10

// readScript returns the beginning of a script; nil for any other program, which is
// told by a NUL byte.
func readScript(path string) []byte {
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

// namesWrapper reports whether a script mentions this program, as rdnsproxy or by
// the name of its executable file.
func namesWrapper(script []byte, self string) bool {
	return script != nil &&
		(bytes.Contains(script, []byte("rdnsproxy")) || bytes.Contains(script, []byte(filepath.Base(self))))
}
