package setup

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/target"
	"rdnsproxy/replacefile"
	"rdnsproxy/replacefile/lockedfile"
	"rdnsproxy/safetext"
	"rdnsproxy/sshconf"

	"github.com/rogpeppe/go-internal/diff"
)

// configFile is the ssh configuration file that setup changes.
type configFile struct {
	path      string
	content   []byte
	absent    bool
	isDefault bool   // ~/.ssh/config, after which ssh reads the system's configuration
	state     string // the directory for the journal if the file's own is not writable; may be empty
}

// maxConfig is the largest file that is read: nobody writes a larger one.
const maxConfig = 4 << 20

func (c *configFile) String() string { return safetext.Line(c.path) }

// openConfig reads the file at path, or ~/.ssh/config if path is "". It opens regular
// files only, since opening a FIFO could block. The error is a Refusal.
func openConfig(w console.World, path string) (*configFile, error) {
	c := &configFile{path: path, state: w.CacheDir("ssh")}
	if c.path == "" {
		home := target.AsUser(w, sshconf.Query{}).Home
		if home == "" {
			return nil, console.Refuse(exit.Found, "name the file: rdnsproxy setup --file FILE",
				"cannot find your home directory")
		}
		c.path, c.isDefault = filepath.Join(home, ".ssh", "config"), true
	}
	info, err := os.Stat(c.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(c.path); err == nil {
			return nil, console.Refuse(exit.Found, "create the file it points to, or remove the link",
				"%s is a dangling symbolic link", c)
		}
		c.absent = true
		return c, nil
	case err != nil:
		return nil, console.Refuse(exit.Found, "", "%s: %s", c, console.PlainError(err))
	case info.IsDir():
		return nil, console.Refuse(exit.Found, "name the file in it", "%s is a directory", c)
	case !info.Mode().IsRegular():
		return nil, console.Refuse(exit.Found, "setup writes only to regular files", "%s is not a regular file", c)
	case c.isDefault && runtime.GOOS != "windows" && info.Mode().Perm()&0o002 != 0:
		// readconf.c, read_config_file_depth
		return nil, console.Refuse(exit.Found, "chmod go-w "+safetext.Shell(c.path),
			"everybody may write %s, so ssh refuses it", c)
	case info.Size() > maxConfig:
		return nil, console.Refuse(exit.Found, "write the lines by hand: 'rdnsproxy help' shows them",
			"%s is larger than %d MiB", c, maxConfig>>20)
	}
	if c.content, err = os.ReadFile(c.path); err != nil {
		return nil, console.Refuse(exit.Found, "nothing was written", "%s: %s", c, console.PlainError(err))
	}
	return c, nil
}

// diff returns the change in the format of diff -u, safe to print.
func (c *configFile) diff(content []byte) string {
	name := c.String()
	text := diff.Diff(name, shownLines(c.content), name, shownLines(content))
	_, text, _ = bytes.Cut(text, []byte("\n")) // drop "diff OLD NEW"
	return string(text)
}

// shownLines returns the lines in a form that is safe to print, without carriage
// returns at their ends: the block has the same line ends as the file.
func shownLines(content []byte) []byte {
	var b bytes.Buffer
	for ln := range strings.Lines(string(content)) {
		text, ended := strings.CutSuffix(ln, "\n")
		words := strings.Split(strings.TrimSuffix(text, "\r"), "\t")
		for i := range words {
			words[i] = safetext.Line(words[i])
		}
		b.WriteString(strings.Join(words, "\t"))
		if ended {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

func (c *configFile) openOptions() lockedfile.Options {
	return lockedfile.Options{Limit: maxConfig, State: c.state}
}

// writable returns nil if write is likely to succeed, so that the user is not asked in
// vain.
func (c *configFile) writable() error {
	if c.absent {
		return nil
	}
	return lockedfile.Writable(c.path, c.openOptions())
}

// write replaces the content. Owner, permissions and other attributes are kept; a
// symbolic link is followed.
func (c *configFile) write(content []byte) error {
	if c.absent {
		if c.isDefault {
			if err := os.Mkdir(filepath.Dir(c.path), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
		}
		if _, err := os.Lstat(c.path); err == nil {
			return lockedfile.ErrChanged
		}
		return replacefile.Write(c.path, 0o600, func(w io.Writer) error {
			_, err := w.Write(content)
			return err
		})
	}
	file, err := lockedfile.Open(c.path, c.openOptions())
	if err != nil {
		return err
	}
	defer file.Close()
	if !bytes.Equal(file.Content, c.content) {
		return lockedfile.ErrChanged
	}
	_, err = file.Replace(content)
	return err
}

// explain turns an error of writing into a Refusal that says what to do.
func (c *configFile) explain(err error) error {
	hint := "nothing was written; 'rdnsproxy setup --print' shows the lines"
	switch {
	case errors.Is(err, lockedfile.ErrWritten), errors.Is(err, lockedfile.ErrUnfinished):
		hint = ""
	case errors.Is(err, lockedfile.ErrChanged), errors.Is(err, lockedfile.ErrLocked):
		hint = "nothing was written: run it again"
	case errors.Is(err, lockedfile.ErrNotOwned):
		hint = "nothing was written: run it as the file's owner"
	case errors.Is(err, lockedfile.ErrUnsafeDirectory):
		hint = "nothing was written: chmod go-w " + safetext.Shell(filepath.Dir(c.path))
	}
	return console.Refuse(exit.Found, hint, "%s: %s", c, strings.TrimPrefix(ownWords(err), c.path+": "))
}

// ownWords returns an error of this program's writers without the system call and the
// path within the opened directory.
func ownWords(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return console.PlainError(err)
	}
	return fmt.Sprint(err)
}
