package reversecache

import (
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"

	"rdnsproxy/internal/owndir"
)

// All returns everything that is kept and still good, by address, that of all
// configurations. It is an error if the directory cannot be read, or is not to be trusted.
func (c Cache) All() ([]Record, error) {
	var all []Record
	err := c.each(func(dir *os.Root, path string, half bool) error {
		if half {
			return nil
		}
		if r, err := readFile(dir, path); err == nil {
			if r.fresh(c.now()); !r.empty(c.now()) {
				all = append(all, *r)
			}
		}
		return nil
	})
	slices.SortFunc(all, func(x, y Record) int {
		switch {
		case x.Addr != y.Addr:
			return netip.Addr.Compare(x.Addr, y.Addr)
		case (x.Config == c.Config) != (y.Config == c.Config):
			if x.Config == c.Config {
				return -1
			}
			return 1
		}
		return slices.Compare(x.Config[:], y.Config[:])
	})
	return all, err
}

// Clear removes the records that drop reports true of, and returns how many that were. If
// drop is nil, it removes everything, also what cannot be read or is half written. An error
// is the first of the files that cannot be removed: the others are.
func (c Cache) Clear(drop func(*Record) bool) (n int, err error) {
	err = c.each(func(dir *os.Root, path string, half bool) error {
		if drop != nil {
			if half {
				return nil
			}
			if r, err := readFile(dir, path); err != nil || !drop(r) {
				return nil
			}
		}
		err := dir.Remove(path)
		if err == nil && !half {
			n++
		}
		return unlessMissing(err)
	})
	return n, err
}

// each calls do for each record's file, and for those that are, or were left, half written.
// It returns the first error, after all files.
func (c Cache) each(do func(dir *os.Root, path string, half bool) error) error {
	if c.Dir == "" {
		return nil
	}
	dir, err := owndir.Open(c.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return c.problem(err)
	}
	defer dir.Close()
	var first error
	for n := range uint64(folders) {
		for _, e := range entries(dir, folder(n), -1) {
			record, half := kindOf(e.Name())
			if !record && !half {
				continue
			}
			if err := do(dir, filepath.Join(folder(n), e.Name()), half); err != nil && first == nil {
				first = c.problem(err)
			}
		}
	}
	return first
}
