package release

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// sumsName is the file with the sums of all others. An earlier release is recognized by it.
// unfinished is there instead while files are replaced, and has the names of both releases: if
// that is interrupted, it says what may be removed the next time.
const (
	sumsName   = "SHA256SUMS"
	unfinished = sumsName + ".unfinished"
)

// earlier returns the files of an earlier release in a directory: those that its sums name. A
// directory with other files is refused, because it may be the wrong one.
func earlier(dir string) ([]string, error) {
	known := map[string]bool{}
	for _, name := range []string{sumsName, unfinished} {
		list, err := os.ReadFile(filepath.Join(dir, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, err
		}
		known[name], known[sumsName+".sig"] = true, true
		for line := range strings.Lines(string(list)) {
			if _, name, ok := strings.Cut(strings.TrimSpace(line), "  "); ok && filepath.Base(name) == name {
				known[name] = true
			}
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if !known[e.Name()] {
			return nil, fmt.Errorf("%s has files that are not of a release, such as %s "+
				"(give another directory: make dist DIST=...)", dir, e.Name())
		}
		files = append(files, e.Name())
	}
	return files, nil
}

// replace writes files into a directory, the sums last, instead of those of an earlier release.
func replace(dir string, old []string, made []File) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var names strings.Builder
	for _, name := range old {
		fmt.Fprintf(&names, "-  %s\n", name)
	}
	for _, f := range made {
		fmt.Fprintf(&names, "-  %s\n", f.Path)
	}
	marker := filepath.Join(dir, unfinished)
	if err := os.WriteFile(marker, []byte(names.String()), 0o644); err != nil {
		return err
	}
	for _, name := range old {
		if name == unfinished {
			continue
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	for _, f := range made {
		if err := os.WriteFile(filepath.Join(dir, f.Path), f.Data, 0o644); err != nil {
			return err
		}
	}
	return os.Remove(marker)
}
