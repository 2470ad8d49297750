package console

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"rdnsproxy/safetext"
)

// secureDirs are the directories that sudo searches by default, whatever the user's
// PATH says: Debian's secure_path, a superset of other systems' lists.
var secureDirs = [...]string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}

// QualifyCommands makes the commands in a hint ('rdnsproxy ARGS', "run: rdnsproxy
// ARGS", "sudo rdnsproxy ARGS") run this program: if the bare name would not find it,
// or would find another program, it is replaced by the path.
func QualifyCommands(hint string) string {
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

// commandName returns the bare name if find resolves it to this program, otherwise
// this program's path, quoted for a shell.
func commandName(find func(name string) (string, error)) string {
	const name = "rdnsproxy"
	self, err := os.Executable()
	if err != nil {
		return name
	}
	mine, err := os.Stat(self)
	if err != nil {
		return name // the file was replaced while running: the bare name may find the new one
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
