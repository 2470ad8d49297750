package sshconf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rdnsproxy/safetext"
)

// Bounds of what is read. ssh has only the one of the depth (READCONF_MAX_DEPTH).
const (
	maxFile  = 4 << 20
	maxFiles = 1024
	maxDepth = 16
)

// source is one file, or the command line in the same form, with the files that it
// includes.
type source struct {
	name     string            // for origins: a path, safe to print, or commandLine
	lines    []line            // those that the loader keeps
	includes map[int][]*source // by line number
}

const commandLine = "command line"

// origin names a line of the source.
func (s *source) origin(n int) string {
	if s.name == commandLine {
		return commandLine
	}
	return fmt.Sprintf("%s:%d", s.name, n)
}

// loader reads files and the files that they include.
type loader struct {
	home    string // in the user database: ~/.ssh/config is there
	envHome string // $HOME: glob(3), and so Include, uses it
	opened  int
	keep    func(*source, line) (bool, error) // called for every line; an error ends the reading
}

// scope says how to resolve relative and ~ paths of an Include (ssh's SSHCONF_USERCONF).
type scope struct {
	dir   string // relative paths are in it
	tilde bool   // ~/ is allowed
}

func userScope() scope { return scope{"~/.ssh", true} }

func systemScope(file string) scope { return scope{filepath.Dir(file), false} }

func (q Query) loader(keep func(*source, line) (bool, error)) *loader {
	return &loader{home: q.Home, envHome: q.EnvHome, keep: keep}
}

// doubtfulFile is about a file that ssh may or may not accept.
type doubtfulFile struct{ path, what string }

func (e *doubtfulFile) Error() string { return safetext.Line(e.path) + ": " + e.what }

// load reads the sources in ssh's order: the command line, then the file of -F, or else
// the user's and the system's.
func (q Query) load(l *loader) ([]*source, error) {
	cmd, err := l.parse(commandLine, q.commandText(), userScope(), 0)
	if err != nil {
		return nil, err
	}
	sources := []*source{cmd}
	add := func(path string, in scope, checked, must bool) error {
		s, err := l.load(path, in, checked, 0)
		if err == nil {
			sources = append(sources, s)
		} else if errors.Is(err, fs.ErrNotExist) && !must {
			return nil
		}
		return err
	}
	if lower(q.File) == "none" {
		return sources, nil
	}
	if q.File != "" {
		if err = onlyRegular(q.File); err == nil {
			err = add(q.File, userScope(), false, true)
		}
		return sources, err
	}
	if f := q.userFile(); f == "" && q.withoutSSH() {
		err = nil
	} else if f == "" {
		err = &doubtfulFile{"~/.ssh/config", "the user's home directory is not known"}
	} else {
		err = add(f, userScope(), true, false)
	}
	if f := q.systemFile(); err == nil {
		err = add(f, systemScope(f), false, false)
	}
	return sources, err
}

// load reads a file. With checked, it must be writable by its owner alone.
func (l *loader) load(path string, in scope, checked bool, depth int) (*source, error) {
	text, err := l.readFile(path, checked)
	if err != nil {
		return nil, err
	}
	return l.parse(safetext.Line(path), text, in, depth)
}

// parse splits text into lines and reads its Includes. An Include that only ssh can
// resolve becomes a line without a keyword.
func (l *loader) parse(name, text string, in scope, depth int) (*source, error) {
	s := &source{name: name}
	var err error
	scan(text, func(ln line) bool {
		if ln.keyword == "include" {
			var included []*source
			if included, ln.odd, err = l.include(ln.rest, in, depth+1); err != nil {
				return false
			}
			if ln.odd != "" {
				ln.keyword = ""
			} else if len(included) > 0 {
				if s.includes == nil {
					s.includes = make(map[int][]*source)
				}
				s.includes[ln.number] = included
			}
		}
		var keep bool
		if keep, err = l.keep(s, ln); keep {
			s.lines = append(s.lines, ln)
		}
		return err == nil
	})
	return s, err
}

// include reads the files of one Include line, in ssh's order; odd says why only ssh can.
func (l *loader) include(text string, in scope, depth int) (included []*source, odd string, err error) {
	files, odd := l.expand(text, in)
	if odd != "" {
		return nil, odd, nil
	}
	for _, path := range files {
		if depth > maxDepth {
			return nil, "Includes nested more than 16 deep", nil
		}
		s, err := l.load(path, in, true, depth)
		var doubtful *doubtfulFile
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case errors.As(err, &doubtful):
			return nil, err.Error(), nil
		case err != nil:
			return nil, "", err
		default:
			included = append(included, s)
		}
	}
	return included, "", nil
}

// expand resolves the arguments of an Include to paths that exist; odd says why only ssh
// can.
func (l *loader) expand(text string, in scope) (files []string, odd string) {
	if !plain(strings.ReplaceAll(text, "\t", " ")) || strings.ContainsAny(text, "%$[]{}") || text == "" ||
		text[0] == '=' {
		return nil, "arguments that only ssh reads"
	}
	for _, pattern := range words(text) {
		if pattern[0] != '/' && pattern[0] != '~' && !filepath.IsAbs(pattern) {
			pattern = in.dir + "/" + pattern // as ssh does; the system resolves ./ and ../
		}
		if pattern, odd = l.tilde(pattern, in); odd != "" {
			return nil, odd
		}
		found, ok := glob(pattern)
		if !ok {
			return nil, "a pattern that only ssh reads"
		}
		files = append(files, found...)
	}
	return files, ""
}

// tilde expands ~/ to $HOME, as glob(3) does.
func (l *loader) tilde(path string, in scope) (expanded, odd string) {
	rest, ok := strings.CutPrefix(path, "~/")
	switch {
	case path[0] != '~':
		return path, ""
	case !ok || !in.tilde:
		return "", "a ~ that only ssh reads"
	case l.envHome == "":
		return "", "HOME is not set"
	case !filepath.IsAbs(l.envHome) || strings.ContainsAny(filepath.ToSlash(l.envHome), `*?[]\`):
		return "", "HOME is not a plain path"
	}
	return strings.TrimRight(l.envHome, "/") + "/" + rest, ""
}

// glob is glob(3) for patterns whose only wildcard is *: the order is by bytes, and only a
// dot matches a leading dot. A file that does not exist, or cannot be seen, does not
// match. ok is false if the pattern may mean something else to glob(3).
func glob(pattern string) (found []string, ok bool) {
	if !strings.ContainsAny(pattern, "*?") {
		if _, err := os.Lstat(pattern); err != nil {
			return nil, true
		}
		return []string{pattern}, true
	}
	elements := strings.Split(pattern, "/")
	for i, e := range elements {
		// ? matches a byte or a character, by the locale
		if e == "" && i > 0 || e == "." || e == ".." || strings.Contains(e, "?") {
			return nil, false
		}
	}
	found, err := filepath.Glob(filepath.FromSlash(pattern))
	if err != nil {
		return nil, false
	}
	found = slices.DeleteFunc(found, func(path string) bool {
		for i, e := range strings.Split(filepath.ToSlash(path), "/") {
			if strings.HasPrefix(e, ".") && !strings.HasPrefix(elements[i], ".") {
				return true
			}
		}
		return false
	})
	slices.Sort(found)
	return found, true
}

// NotRegularError says that a file cannot be read more than once: after ssh has read a
// FIFO, its content is gone.
type NotRegularError struct{ Path string }

func (e *NotRegularError) Error() string { return safetext.Line(e.Path) + ": not a regular file" }

// onlyRegular refuses everything but regular files and /dev/null.
func onlyRegular(path string) error {
	if fi, err := os.Stat(path); err == nil && !fi.Mode().IsRegular() && path != os.DevNull {
		return &NotRegularError{path}
	}
	return nil
}

// readFile reads a regular file of bounded size. Errors are fs.ErrNotExist, *doubtfulFile,
// and others with the path.
func (l *loader) readFile(path string, checked bool) (string, error) {
	if l.opened++; l.opened > maxFiles {
		return "", fmt.Errorf("%s: more than %d files are included", safetext.Line(path), maxFiles)
	}
	if path == os.DevNull {
		return "", nil
	}
	fi, err := os.Stat(path) // before opening: a FIFO would block
	if err != nil {
		return "", safePath(err)
	}
	switch {
	case fi.Mode()&os.ModeDevice != 0: // ssh would never stop reading
		return "", &NotRegularError{path}
	case !fi.Mode().IsRegular():
		return "", &doubtfulFile{path, "not a regular file"}
	case fi.Size() > maxFile:
		return "", fmt.Errorf("%s: larger than %d bytes", safetext.Line(path), maxFile)
	case checked && !private(fi):
		return "", &doubtfulFile{path, "bad owner or permissions: others can write it"}
	}
	f, err := os.Open(path)
	if err != nil {
		return "", safePath(err)
	}
	defer f.Close()
	var b bytes.Buffer
	b.Grow(int(fi.Size()) + bytes.MinRead)
	if _, err := b.ReadFrom(io.LimitReader(f, maxFile)); err != nil {
		return "", safePath(err)
	}
	return b.String(), nil
}

// safePath makes an error of package os safe to print, and leaves out the system call.
func safePath(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", safetext.Line(pe.Path), pe.Err)
	}
	return err
}
