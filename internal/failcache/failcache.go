// Package failcache remembers for a minute which addresses could not be checked, so
// that a dead reverse zone delays one connection and not every one. It keeps facts,
// never verdicts.
//
// It never gets in the way: an entry that is missing, damaged or suspect counts as
// not there.
package failcache

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rdnsproxy/internal/owndir"
	"rdnsproxy/replacefile"
	"rdnsproxy/resolve"
)

// CutShort is the status of a check that was not waited for any longer.
const CutShort = resolve.Skipped

// Failure says how and when a check failed.
type Failure struct {
	Status resolve.Status // one that Keeps reports true of
	At     time.Time
}

// Keeps reports whether a status is a failure that the cache keeps.
func Keeps(s resolve.Status) bool {
	switch s {
	case resolve.Timeout, resolve.ServFail, resolve.Refused, resolve.Invalid, resolve.Loop, CutShort:
		return true
	}
	return false
}

// Cache is a directory with one small file for each address. The zero value
// remembers nothing. Many processes may use one directory at once.
type Cache struct {
	Dir    string           // if "", nothing is remembered; created when needed
	MaxAge time.Duration    // if 0, 60 s
	Now    func() time.Time // if nil, time.Now
}

const maxAge = 60 * time.Second

// Recall returns how the last check of an address failed, if it failed within MaxAge.
func (c Cache) Recall(a netip.Addr) (Failure, bool) {
	if c.Dir == "" || !a.IsValid() {
		return Failure{}, false
	}
	dir, err := owndir.Open(c.Dir)
	if err != nil {
		return Failure{}, false
	}
	defer dir.Close()
	f, err := read(dir, fileName(a))
	if err != nil {
		return Failure{}, false
	}
	age := c.now().Sub(f.At)
	return f, age >= 0 && age <= c.maxAge()
}

// Remember keeps a failure and removes the files of others that are too old. If At
// is zero, it is now. Callers may ignore the error: at worst the next connection
// waits as well. It is owndir.ErrUnsafe if other users can write to the directory.
func (c Cache) Remember(a netip.Addr, f Failure) error {
	switch {
	case c.Dir == "":
		return nil
	case !a.IsValid():
		return errors.New("invalid address")
	case !Keeps(f.Status):
		return fmt.Errorf("status %s is not a failure to remember", f.Status)
	}
	if f.At.IsZero() {
		f.At = c.now()
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return err
	}
	dir, err := owndir.Open(c.Dir)
	if err != nil {
		return err
	}
	defer dir.Close()
	c.sweep(dir)
	path := filepath.Join(c.Dir, fileName(a))
	return replacefile.Options{Volatile: true}.Replace(path, func(w io.Writer) error {
		_, err := io.WriteString(w, format(f))
		return err
	})
}

// Forget removes the entry of an address: it has been checked.
func (c Cache) Forget(a netip.Addr) {
	if c.Dir == "" || !a.IsValid() {
		return
	}
	if dir, err := owndir.Open(c.Dir); err == nil {
		dir.Remove(fileName(a))
		dir.Close()
	}
}

// sweepLimit bounds how many entries of the directory one Remember looks at.
const sweepLimit = 256

// sweep removes files of this package that are too old, and those that a killed
// process left half written.
func (c Cache) sweep(dir *os.Root) {
	f, err := dir.Open(".")
	if err != nil {
		return
	}
	defer f.Close()
	entries, _ := f.ReadDir(sweepLimit)
	for _, e := range entries {
		name := e.Name()
		if target, ok := replacefile.TempOf(name); ok {
			name = target
		}
		if !strings.HasSuffix(name, suffix) {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && c.now().Sub(info.ModTime()) > c.maxAge() {
			dir.Remove(e.Name())
		}
	}
}

func (c Cache) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c Cache) maxAge() time.Duration {
	if c.MaxAge > 0 {
		return c.MaxAge
	}
	return maxAge
}

const suffix = ".failure"

// fileName is the same for an IPv4 address and its mapped form. The zone is left
// out, since reverse lookups have none.
func fileName(a netip.Addr) string {
	b := a.As16()
	return hex.EncodeToString(b[:]) + suffix
}

func read(dir *os.Root, name string) (Failure, error) {
	text, err := owndir.ReadFile(dir, name, maxRecord)
	if err != nil {
		return Failure{}, err
	}
	return parse(text)
}
