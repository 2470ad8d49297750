package logs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rdnsproxy/safetext"
)

// find returns what the names stand for, and notices for the user.
func (o *Options) find(ctx context.Context) (all []*source, notices []string) {
	var paths []string
	for _, name := range o.Names {
		switch info, err := os.Stat(name); {
		case name == "-":
			if !slices.ContainsFunc(all, func(s *source) bool { return s.stdin != nil }) {
				all = append(all, &source{name: name, kind: stream, stdin: o.Stdin})
			}
		case err == nil && info.IsDir():
			found, journals, err := inDirectory(name)
			switch {
			case err != nil:
				all = append(all, &source{name: name, err: err})
			case journals:
				all = append(all, o.journalSource(name, "--directory="+name))
			case len(found) == 0:
				all = append(all, &source{name: name, err: errNoLog})
			}
			paths = append(paths, found...)
		default:
			paths = append(paths, name)
		}
	}
	if o.Journal {
		all = append(all, o.wholeJournal())
	}
	if len(o.Names) == 0 && !o.Journal {
		found, journal, tried := o.thisMachines()
		o.tried = tried
		if journal {
			all = append(all, o.wholeJournal())
		}
		paths = found
	}
	files, more := o.lookAt(ctx, paths)
	return append(all, files...), append(notices, more...)
}

// lookAt returns the sources for files, each file once. Journal files become one source,
// whose records journalctl puts in order.
func (o *Options) lookAt(ctx context.Context, paths []string) (all []*source, notices []string) {
	slices.Sort(paths) // so that the same one of two names is kept, however they were given
	var journals []string
	var first *source
	bySize := make(map[int64][]*source)
	open := 0
	for _, path := range paths {
		s := o.fileSource(ctx, path)
		if i := slices.IndexFunc(bySize[s.size], s.same); i >= 0 {
			s.close()
			if was := bySize[s.size][i].name; was != path {
				notices = append(notices, safetext.Line(path)+" is the same file as "+safetext.Line(was)+": it is read once")
			} else {
				notices = append(notices, safetext.Line(path)+" is named twice: it is read once")
			}
			continue
		}
		bySize[s.size] = append(bySize[s.size], s)
		if s.kind == journal && s.err == nil {
			journals = append(journals, "--file="+path)
			s.close()
			if first == nil {
				first = s
			}
			continue
		}
		if open++; open > openFiles {
			s.close()
		}
		all = append(all, s)
	}
	switch {
	case len(journals) == 1:
		all = append(all, o.journalSource(first.name, journals...))
	case len(journals) > 1:
		all = append(all, o.journalSource(fmt.Sprintf("%s and %d more", first.name, len(journals)-1), journals...))
	}
	return all, notices
}

// same reports whether two sources are one file.
func (s *source) same(o *source) bool {
	if s.info == nil || o.info == nil {
		return s.name == o.name
	}
	return os.SameFile(s.info, o.info)
}

// close closes a file that was kept open.
func (s *source) close() {
	if s.file != nil {
		s.file.Close()
		s.file = nil
	}
}

var errNoLog = errors.New("no log in this directory: looked for auth.log*, secure*, messages*, *.journal")

// inDirectory returns the logs in a directory, and whether there are journal files in it, or in its
// directories for each machine. The error says why neither was found, if it is not that there is
// none.
//
// Debian's rsyslog writes auth.log, Red Hat's secure; where there is neither, sshd's messages
// are in messages, with everything else.
func inDirectory(dir string) (paths []string, journals bool, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, false, err
	}
	var messages []string
	var closed error // of a machine's directory
	for _, e := range entries {
		name := e.Name()
		switch path := filepath.Join(dir, name); {
		case strings.HasSuffix(name, ".journal"), strings.HasSuffix(name, ".journal~"):
			journals = true
		case machineID(name):
			within, err := os.ReadDir(path)
			closed = cmp.Or(closed, err)
			journals = journals || slices.ContainsFunc(within, func(e fs.DirEntry) bool {
				return strings.HasSuffix(e.Name(), ".journal")
			})
		case e.Type()&fs.ModeDir != 0:
		case named(name, "auth.log"), named(name, "secure"):
			paths = append(paths, path)
		case named(name, "messages"):
			messages = append(messages, path)
		}
	}
	if len(paths) == 0 {
		paths = messages
	}
	if len(paths) > 0 || journals {
		closed = nil
	}
	return paths, journals, closed
}

// named reports whether a file is a log of this name, or what rotation has made of one:
// auth.log.1, auth-20261122.log.
func named(file, log string) bool {
	stem := rotationOf(file).stem
	return stem == log || stem == log+".log"
}

// machineID reports whether a directory's name is that of a machine, as in /var/log/journal.
func machineID(name string) bool {
	return len(name) == 32 && strings.Trim(name, "0123456789abcdef") == ""
}
