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
	err := c.each(func(dir *os.Root, path string) error {
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
// drop is nil, it removes everything, also what cannot be read.
func (c Cache) Clear(drop func(*Record) bool) (n int, err error) {
	err = c.each(func(dir *os.Root, path string) error {
		if drop != nil {
			if r, err := readFile(dir, path); err != nil || !drop(r) {
				return nil
			}
		}
		err := dir.Remove(path)
		if err == nil {
			n++
		}
		return unlessMissing(err)
	})
	return n, err
}

// each calls do for each record's file.
func (c Cache) each(do func(dir *os.Root, path string) error) error {
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
	for n := range uint64(folders) {
		for _, e := range entries(dir, folder(n)) {
			if !isRecord(e.Name()) {
				continue
			}
			if err := do(dir, filepath.Join(folder(n), e.Name())); err != nil {
				return c.problem(err)
			}
		}
	}
	return nil
}
