package tempfile

import (
	"io/fs"
	"os"
	"slices"

	"rdnsproxy/replacefile/internal/osfile"
)

// Sweep removes temporary files of this user's that were to replace one of the names,
// and those that were to become like another file, if like is not nil. The caller must
// hold the lock of the names: then nobody else is preparing one.
func Sweep(dir *os.Root, like fs.FileInfo, names ...string) {
	for _, temp := range left(dir, names...) {
		if info, err := dir.Lstat(temp); err == nil && prepared(info, like) {
			dir.Remove(temp)
		}
	}
}

// prepared reports whether a file can be one that was to become like another. It
// belongs to its maker alone at first; then it gets the other's owner and permissions.
func prepared(info, like fs.FileInfo) bool {
	perm, ours := fs.FileMode(0o600), osfile.OwnedByUser(info)
	if like != nil {
		perm, ours = perm|like.Mode().Perm(), ours || osfile.SameOwner(info, like)
	}
	return info.Mode().IsRegular() && info.Mode().Perm()&^perm == 0 && ours
}

// SweepUnlocked removes temporary files of this user's that were to replace a name and
// that no process is writing any more. It needs no lock.
func SweepUnlocked(dir *os.Root, name string) {
	for _, temp := range left(dir, name) {
		info, err := dir.Lstat(temp)
		if err != nil || !info.Mode().IsRegular() || !osfile.OwnedByUser(info) {
			continue
		}
		f, err := dir.OpenFile(temp, os.O_RDONLY|osfile.OpenFlags, 0)
		if err != nil {
			continue
		}
		if free, err := osfile.TryLock(f); err == nil && free {
			dir.Remove(temp)
		}
		f.Close()
	}
}

// left returns the temporary files of some names.
func left(dir *os.Root, names ...string) []string {
	f, err := dir.Open(".")
	if err != nil {
		return nil
	}
	defer f.Close()
	entries, _ := f.ReadDir(-1)
	var temps []string
	for _, e := range entries {
		if target, ok := Target(e.Name()); ok && slices.Contains(names, target) {
			temps = append(temps, e.Name())
		}
	}
	return temps
}
