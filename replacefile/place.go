package replacefile

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rdnsproxy/safetext"
)

// place is a folder that takes what stands beside a file while it is written: its
// lock, its journal, its backups. It is the file's own folder, or State where that
// takes none.
type place struct {
	dir    *os.Root
	folder string // its path
	name   string // what stands for the file there
	own    bool   // it is the file's own folder
}

// hidden is the name of something there that is no backup.
func (p *place) hidden(mark string) string {
	if p.own {
		return "." + p.name + mark
	}
	return p.name + mark
}

func (p *place) path(name string) string { return filepath.Join(p.folder, name) }

func (p *place) close() {
	if !p.own {
		p.dir.Close()
	}
}

// beside is the place in the file's own folder.
func (h *Held) beside() *place {
	return &place{dir: h.dir, folder: h.folder, name: h.way.name, own: true}
}

// inState is the place in State, which must be as safe as the file's own folder.
func (h *Held) inState() (*place, error) {
	if h.state == "" {
		return nil, ErrNoJournal
	}
	w, err := follow(filepath.Join(h.state, h.stateName()))
	if err != nil {
		return nil, fmt.Errorf("folder %s for its journal: %w", safetext.Line(h.state), reason(err))
	}
	if err := w.unsafe(h.info); err != nil {
		w.dir.Close()
		return nil, err
	}
	return &place{dir: w.dir, folder: h.state, name: w.name}, nil
}

// stateName is what stands for the held file in a folder that it shares with
// others of its name.
func (h *Held) stateName() string {
	sum := sha256.Sum256([]byte(h.Path))
	return fmt.Sprintf("%s-%x", h.way.name, sum[:8])
}

const lockMark = ".rdnsproxy-lock"

// settle finds the place, by having the lock there.
func (h *Held) settle(wait time.Duration) error {
	p, err := h.beside(), error(fs.ErrPermission)
	if !appendOnly(h.dir) { // what is made there stays, under the name that it has first
		h.lock, err = TakeLock(p.dir, p.hidden(lockMark), wait)
	}
	if closed(err) {
		if h.state != "" {
			if err := os.MkdirAll(h.state, 0o700); err != nil {
				return fmt.Errorf("folder %s for its journal: %w", safetext.Line(h.state), reason(err))
			}
		}
		if p, err = h.inState(); err != nil {
			return err
		}
		h.lock, err = TakeLock(p.dir, p.hidden(lockMark), wait)
	}
	if err != nil {
		p.close()
		return err
	}
	h.place = p
	if h.lock.made {
		give(h.lock.file, h.info)
	}
	return nil
}

// closed says of an error that a folder takes no file, from this user or at all.
func closed(err error) bool {
	return errors.Is(err, fs.ErrPermission) || mounted(err)
}

// Writable is nil if Hold and Replace are likely to succeed, or else the error of
// the one that would fail. It changes nothing and waits for nobody, so that it
// does not see a lock, a full disk, or what an interrupted write has left.
func Writable(path string, o HoldOptions) error {
	h, err := find(path, o)
	if err != nil {
		return err
	}
	defer h.Close()
	if !appendOnly(h.dir) && takesFiles(h.dir) == nil {
		return nil
	}
	if _, err := os.Stat(h.state); errors.Is(err, fs.ErrNotExist) && h.state != "" {
		return nil // it will be made
	}
	p, err := h.inState()
	if err != nil {
		return err
	}
	defer p.close()
	if err := takesFiles(p.dir); err != nil {
		return fmt.Errorf("folder %s for its journal: %w", safetext.Line(h.state), reason(err))
	}
	return nil
}
