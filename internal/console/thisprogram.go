package console

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"

	"rdnsproxy/safetext"
)

// secureDirs are where sudo looks for a command by default: Debian's secure_path,
// which other systems' lists are within. What is in the user's own PATH does not
// count for it.
var secureDirs = [...]string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}

// Runnable makes the commands in a hint ('rdnsproxy ARGS', "run: rdnsproxy ARGS",
// "sudo rdnsproxy ARGS") run this program: by its path, where a shell would not find
// it, or would find another, by its bare name.
func Runnable(hint string) string {
	if !strings.Contains(hint, "rdnsproxy ") {
		return hint
	}
	hint = strings.ReplaceAll(hint, "sudo rdnsproxy ", "sudo "+commandName(inSecureDirs)+" ")
	if !strings.Contains(hint, "'rdnsproxy ") && !strings.Contains(hint, "run: rdnsproxy ") {
		return hint
	}
	name := commandName(exec.LookPath)
	return strings.NewReplacer("'rdnsproxy ", "'"+name+" ", "run: rdnsproxy ", "run: "+name+" ").Replace(hint)
}

// commandName is the word to run this program by, where find looks a bare name up.
func commandName(find func(name string) (string, error)) string {
	const name = "rdnsproxy"
	self, err := os.Executable()
	if err != nil {
		return name
	}
	mine, err := os.Stat(self)
	if err != nil {
		return name // it was replaced while it runs: the bare name may find the new one
	}
	if found, err := find(name); err == nil {
		if theirs, err := os.Stat(found); err == nil && os.SameFile(mine, theirs) {
			return name
		}
	}
	return safetext.Line(safetext.Shell(self))
}

func inSecureDirs(name string) (string, error) {
	for _, dir := range secureDirs {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
}

// RunsThisProgram reports whether a ProxyCommand is rdnsproxy already.
func RunsThisProgram(command string) bool {
	command = strings.TrimPrefix(strings.TrimSpace(command), "exec ")
	word, _, _ := strings.Cut(command, " ")
	if command != "" && (command[0] == '\'' || command[0] == '"') {
		word, _, _ = strings.Cut(command[1:], command[:1])
	}
	return strings.TrimSuffix(filepath.Base(word), ".exe") == "rdnsproxy"
}

// Version is the module's version, or the commit of a build from a checkout.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return strings.TrimPrefix(v, "v")
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}
