package logs

import (
	"errors"
	"os/exec"
	"path/filepath"
)

// Place is where a log of this machine was looked for.
type Place struct {
	Path string
	Err  error // why there is nothing to read
}

// Why there is nothing to read in a place.
var (
	errNoFile    = errors.New("no auth.log, secure or messages")
	errNoJournal = errors.New("no journal")
)

// thisMachines returns the logs of this machine: its journal, if that is kept on disk; else
// the files in /var/log; else the journal since the last start. tried are the places where
// there is none.
func (o *Options) thisMachines() (paths []string, journal bool, tried []Place) {
	root := o.root
	if root == "" {
		root = "/"
	}
	journalIn := func(dir string) bool {
		path := filepath.Join(root, dir)
		if !hasJournalctl() {
			tried = append(tried, Place{path, exec.ErrNotFound})
			return false
		}
		_, found, err := inDirectory(path)
		if !found {
			tried = append(tried, Place{path, reason(orElse(err, errNoJournal))})
		}
		return found
	}
	if journalIn("var/log/journal") {
		return nil, true, tried
	}
	files := filepath.Join(root, "var/log")
	paths, _, err := inDirectory(files)
	if len(paths) > 0 {
		return paths, false, tried
	}
	tried = append(tried, Place{files, reason(orElse(err, errNoFile))})
	return nil, journalIn("run/log/journal"), tried
}

// orElse returns the first error, if it is one.
func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
