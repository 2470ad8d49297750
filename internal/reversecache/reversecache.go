// Package reversecache keeps for the next login what DNS has answered about an address: its
// names, and their addresses, until their TTL is over, and that a lookup has failed lately.
// It keeps facts, never verdicts, and never the addresses of the host that was asked for.
//
// It never gets in the way: a file that is missing, damaged or suspect counts as not there.
package reversecache

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"rdnsproxy/internal/owndir"
	"rdnsproxy/limits"
	"rdnsproxy/replacefile"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// Cache is a directory with one small file for each address and configuration. Many
// processes may use one directory at once: a reader needs no lock, since files are replaced
// by renaming, and of those who write the same at once the last one counts.
//
// The configuration is a part of a file's name, and not something that makes old files
// invalid: a laptop that comes back to a network finds what it knew there.
type Cache struct {
	Dir    string           // if "", nothing is kept; created when needed
	Config resolve.ConfigID // records of others are not used
	Now    func() time.Time // if nil, time.Now
}

// Name is the directory's name in the user's cache directory.
const Name = "reverse"

// Recall returns what is known about an address. If the error is not nil, the record is
// one that knows nothing: the directory or the file cannot be read, or is not to be
// trusted. That nothing is kept is not an error.
func (c Cache) Recall(a netip.Addr) (Record, error) {
	nothing := Record{Addr: a.Unmap().WithZone(""), Config: c.Config}
	if c.Dir == "" || !a.IsValid() {
		return nothing, nil
	}
	dir, err := owndir.Open(c.Dir)
	if err != nil {
		return nothing, unlessMissing(c.problem(err))
	}
	defer dir.Close()
	r, err := c.read(dir, nothing.Addr)
	if err != nil {
		return nothing, unlessMissing(problem(filepath.Join(c.Dir, c.path(nothing.Addr)), err))
	}
	return *r, nil
}

func unlessMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// read reads the record of an address without a zone.
func (c Cache) read(dir *os.Root, a netip.Addr) (*Record, error) {
	r, err := readFile(dir, c.path(a))
	if err != nil {
		return nil, err
	}
	if r.Addr != a || r.Config != c.Config {
		return nil, errDamaged
	}
	r.fresh(c.now())
	return r, nil
}

func readFile(dir *os.Root, path string) (*Record, error) {
	text, err := owndir.ReadFile(dir, path, limits.CacheRecord)
	if err != nil {
		return nil, err
	}
	return decode([]byte(text))
}

// Update changes what is known about an address, and makes room for it. A record that
// knows nothing of use, or would be too large, is removed. The error says why nothing
// could be kept; callers may ignore it: at worst the next login asks as well.
func (c Cache) Update(a netip.Addr, change func(*Record)) error {
	if c.Dir == "" || !a.IsValid() {
		return nil
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return c.problem(err)
	}
	dir, err := owndir.Open(c.Dir)
	if err != nil {
		return c.problem(err)
	}
	defer dir.Close()
	a = a.Unmap().WithZone("")
	path := c.path(a)
	r, err := c.read(dir, a)
	if err != nil {
		r = &Record{Addr: a, Config: c.Config}
	}
	change(r)
	if r.empty(c.now()) {
		dir.Remove(path)
		return nil
	}
	b, err := encode(r)
	if err != nil {
		dir.Remove(path)
		return fmt.Errorf("%v: %w", a, err)
	}
	if err := dir.Mkdir(filepath.Dir(path), 0o700); err != nil && !isDir(dir, filepath.Dir(path)) {
		return c.problem(err)
	}
	c.sweep(dir, filepath.Dir(path), filepath.Base(path))
	return replacefile.Options{Volatile: true}.Replace(filepath.Join(c.Dir, path), func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

func (c Cache) problem(err error) error { return problem(c.Dir, err) }

// problem names the directory or file in an error of the system's.
func problem(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("%s: %w", safetext.Line(path), err)
}

func (c Cache) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// folders is how many directories the files are spread over, so that making room for one
// need not look at all of them.
const folders = 64

// path is that of an address's file: a hash, which spreads files evenly and shows nothing.
func (c Cache) path(a netip.Addr) string {
	b := a.As16()
	sum := sha256.Sum256(append(c.Config[:], b[:]...))
	return filepath.Join(folder(uint64(sum[31])), hex.EncodeToString(sum[:16]))
}

func folder(n uint64) string { return fmt.Sprintf("%02x", n%folders) }

// isRecord reports whether a file name is one that path makes.
func isRecord(name string) bool {
	b, err := hex.DecodeString(name)
	return err == nil && len(b) == 16 && hex.EncodeToString(b) == name
}
