package reversecache

import (
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rdnsproxy/limits"
	"rdnsproxy/replacefile"
)

// perFolder is how many files a directory holds.
const perFolder = limits.CacheFiles / folders

// sweepLimit bounds how many entries of a directory are looked at.
const sweepLimit = 4 * perFolder

// sweep makes room for a file in its directory: it removes what is too old to be of use,
// what a killed process left half written, and beyond perFolder the oldest. So that old
// files go where nothing is written any more, another directory gets its turn too.
func (c Cache) sweep(dir *os.Root, folderName, keep string) {
	kept := c.removeOld(dir, folderName, keep)
	for len(kept) >= perFolder {
		oldest := 0
		for i, info := range kept {
			if info.ModTime().Before(kept[oldest].ModTime()) {
				oldest = i
			}
		}
		dir.Remove(filepath.Join(folderName, kept[oldest].Name()))
		kept[oldest] = kept[len(kept)-1]
		kept = kept[:len(kept)-1]
	}
	if other := folder(uint64(c.now().Unix())); other != folderName {
		c.removeOld(dir, other, "")
	}
}

// removeOld removes old files of this package, but for one, and returns the other ones.
func (c Cache) removeOld(dir *os.Root, folderName, keep string) (kept []fs.FileInfo) {
	for _, e := range entries(dir, folderName, sweepLimit) {
		record, half := kindOf(e.Name())
		if e.Name() == keep || !record && !half {
			continue
		}
		info, err := e.Info()
		switch age := c.now().Sub(mtime(info)); {
		case err != nil || !info.Mode().IsRegular():
		case age > limits.CacheTime || half && age > limits.CacheFailure:
			dir.Remove(filepath.Join(folderName, e.Name()))
		case !half:
			kept = append(kept, info)
		}
	}
	return kept
}

// kindOf reports whether a file name is that of a record, or of one that is half written.
func kindOf(name string) (record, half bool) {
	target, half := replacefile.TempOf(name)
	return isRecord(name), half && isRecord(target)
}

func mtime(info fs.FileInfo) time.Time {
	if info == nil {
		return time.Time{}
	}
	return info.ModTime()
}

// entries are those of a directory in the cache, at most limit; all, if that is negative.
func entries(dir *os.Root, name string, limit int) []fs.DirEntry {
	if !isDir(dir, name) { // opening a FIFO would wait for a writer
		return nil
	}
	f, err := dir.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	all, _ := f.ReadDir(limit)
	return all
}

func isDir(dir *os.Root, name string) bool {
	info, err := dir.Lstat(name)
	return err == nil && info.IsDir()
}
