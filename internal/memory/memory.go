// Package memory remembers for a short while which addresses could not be
// checked lately, so that a dead reverse zone stalls one connection and not
// every one, and how many connections without a login went where, so that no
// sshd locks this machine out. It keeps facts, never judgements.
//
// It never hinders: what is missing, damaged or suspect is as if it were not
// there.
package memory

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rdnsproxy/replacefile"
	"rdnsproxy/safetext"
)

// Status says how a check failed.
type Status string

// The closed set; but for CutShort they are the words of resolve.Status.
const (
	Timeout  Status = "timeout"
	ServFail Status = "servfail"
	Refused  Status = "refused"
	Invalid  Status = "invalid"
	Loop     Status = "loop"
	CutShort Status = "cut-short" // nobody waited for it any longer
)

// Valid reports whether a status is of the closed set.
func (s Status) Valid() bool {
	switch s {
	case Timeout, ServFail, Refused, Invalid, Loop, CutShort:
		return true
	}
	return false
}

// Failure is the fact: how and when.
type Failure struct {
	Status Status
	At     time.Time
}

// Memory is a folder with one small file an address. The zero value remembers
// nothing. It is safe for many processes at once.
type Memory struct {
	Dir    string           // if "", nothing is remembered; made if it is not there
	MaxAge time.Duration    // if 0, 60 s
	Now    func() time.Time // if nil, time.Now
}

const maxAge = 60 * time.Second

// ErrUnsafeFolder says that others than the user could write into the folder.
var ErrUnsafeFolder = errors.New("cache folder is not the user's alone")

// Recall tells how the last check of an address failed, if that was lately.
func (m Memory) Recall(a netip.Addr) (Failure, bool) {
	if m.Dir == "" || !a.IsValid() {
		return Failure{}, false
	}
	dir, err := openFolder(m.Dir)
	if err != nil {
		return Failure{}, false
	}
	defer dir.Close()
	f, err := read(dir, fileName(a))
	if err != nil {
		return Failure{}, false
	}
	age := m.now().Sub(f.At)
	return f, age >= 0 && age <= m.maxAge()
}

// Remember keeps a failure and drops files of others that are too old. If At is
// zero, it was now. Callers may ignore the error; it is for -v.
func (m Memory) Remember(a netip.Addr, f Failure) error {
	switch {
	case m.Dir == "":
		return nil
	case !a.IsValid():
		return errors.New("no address")
	case !f.Status.Valid():
		return fmt.Errorf("status %q is none that is remembered", safetext.Line(string(f.Status)))
	}
	if f.At.IsZero() {
		f.At = m.now()
	}
	if err := os.MkdirAll(m.Dir, 0o700); err != nil {
		return err
	}
	dir, err := openFolder(m.Dir)
	if err != nil {
		return err
	}
	defer dir.Close()
	m.sweep(dir)
	return replacefile.Options{Volatile: true}.Replace(filepath.Join(m.Dir, fileName(a)), func(w io.Writer) error {
		_, err := io.WriteString(w, format(f))
		return err
	})
}

// Forget drops what is kept about an address: it has been checked.
func (m Memory) Forget(a netip.Addr) {
	if m.Dir == "" || !a.IsValid() {
		return
	}
	if dir, err := openFolder(m.Dir); err == nil {
		dir.Remove(fileName(a))
		dir.Close()
	}
}

// OwnHome reports whether a home folder belongs to the user as whom this
// process acts. Under sudo it often does not, and then a cache in it would be
// another user's to read or, worse, root's in the user's folder.
func OwnHome(home string) bool {
	info, err := os.Stat(home)
	return err == nil && info.IsDir() && replacefile.OwnedByUser(info)
}

// sweepLimit bounds what one Remember looks at.
const sweepLimit = 256

// sweep removes files of this package that are too old, and what a killed
// process left half written.
func (m Memory) sweep(dir *os.Root) {
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
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && m.now().Sub(info.ModTime()) > m.maxAge() {
			dir.Remove(e.Name())
		}
	}
}

func (m Memory) now() time.Time {
	if m.Now != nil {
		return m.Now()
	}
	return time.Now()
}

func (m Memory) maxAge() time.Duration {
	if m.MaxAge > 0 {
		return m.MaxAge
	}
	return maxAge
}

const suffix = ".failure"

// fileName is the same for an IPv4 address and its mapped form; the zone does
// not count, for reverse look-ups have none.
func fileName(a netip.Addr) string {
	b := a.As16()
	return hex.EncodeToString(b[:]) + suffix
}

// openFolder opens the folder if nobody but the user can have put files there.
func openFolder(path string) (*os.Root, error) {
	dir, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	info, err := dir.Stat(".")
	if err == nil && !private(info) {
		err = ErrUnsafeFolder
	}
	if err != nil {
		dir.Close()
		return nil, err
	}
	return dir, nil
}

// read takes a failure from a file that is the user's own and regular.
func read(dir *os.Root, name string) (Failure, error) {
	text, err := readOwn(dir, name, maxRecord)
	if err != nil {
		return Failure{}, err
	}
	return parse(text)
}

// readOwn reads a file that is the user's own, regular and no longer than limit.
func readOwn(dir *os.Root, name string, limit int64) (string, error) {
	if info, err := dir.Lstat(name); err != nil {
		return "", err
	} else if !info.Mode().IsRegular() || !replacefile.OwnedByUser(info) {
		return "", fs.ErrInvalid
	}
	f, err := dir.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = errDamaged
	}
	return string(b), err
}
