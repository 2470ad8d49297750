package release

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A File is a file in an archive or a package. Its owner is root and its time the source's.
type File struct {
	Path string // with slashes; in an archive below its directory, in a package absolute
	Data []byte
	Mode fs.FileMode
	Type string // a type of nfpm, such as config|noreplace; empty for most
}

func text(path string, data []byte) File    { return File{Path: path, Data: data, Mode: 0o644} }
func program(path string, data []byte) File { return File{Path: path, Data: data, Mode: 0o755} }

// script returns an executable file if the first line names an interpreter, whatever an
// archive or a umask has made of the mode.
func script(name string, data []byte) File {
	if bytes.HasPrefix(data, []byte("#!")) {
		return program(name, data)
	}
	return text(name, data)
}

// under moves files into a directory.
func under(dir string, files []File) []File {
	files = slices.Clone(files)
	for i := range files {
		files[i].Path = path.Join(dir, files[i].Path)
	}
	return files
}

func sorted(files []File) []File {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	return files
}

// tree reads the files below a directory. Hidden ones, and those of editors, are not part of a release.
func tree(dir string) ([]File, error) {
	var files []File
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") || strings.HasSuffix(d.Name(), "~") {
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		files = append(files, script(filepath.ToSlash(rel), data))
		return err
	})
	return files, err
}

// gzipped compresses as gzip -9n does: without a name and a time, which Debian asks for.
func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // not a level
	}
	w.Write(data) // to memory
	w.Close()
	return b.Bytes()
}
