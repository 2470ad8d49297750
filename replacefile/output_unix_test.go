//go:build unix

package replacefile_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rdnsproxy/replacefile"
	"rdnsproxy/replacefile/internal/filetest"
)

// A new report gets its permissions from the umask; one that is replaced keeps its
// permissions and its group.
func TestOutputAttributes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report")
	before := syscall.Umask(0o027)
	err := replacefile.Output(path, filetest.Text("one"))
	syscall.Umask(before)
	if info, serr := os.Stat(path); err != nil || serr != nil || info.Mode() != 0o640 ||
		filetest.Content(t, path) != "one" {
		t.Fatalf("%v, %v, %v", err, serr, info.Mode())
	}
	if err := os.Chmod(path, 0o604); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		if err := os.Chown(path, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
	if err := replacefile.Output(path, filetest.Text("two")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o604 || filetest.Content(t, path) != "two" {
		t.Fatalf("%v, %v", err, info.Mode())
	}
	if st := info.Sys().(*syscall.Stat_t); os.Getuid() == 0 && (st.Uid != 65534 || st.Gid != 65534) {
		t.Errorf("it is %d's now", st.Uid)
	}
	filetest.Only(t, dir, "report")
}

// A new private report is its owner's only, whatever the umask; one that is replaced keeps
// its permissions.
func TestPrivateOutput(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report")
	before := syscall.Umask(0)
	defer syscall.Umask(before)
	for _, want := range []fs.FileMode{0o600, 0o640} {
		if err := replacefile.PrivateOutput(path, filetest.Text("text")); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%v, %v; want %v", err, info.Mode(), want)
		}
		if err := os.Chmod(path, 0o640); err != nil {
			t.Fatal(err)
		}
	}
}

// What fails leaves what was there, and names the file that was asked for.
func TestOutputFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report")
	filetest.Write(t, path, "old")
	broken := errors.New("broken")
	err := replacefile.Output(path, func(w io.Writer) error {
		io.WriteString(w, "half")
		return broken
	})
	if !errors.Is(err, broken) || filetest.Content(t, path) != "old" {
		t.Errorf("%v, %q", err, filetest.Content(t, path))
	}
	for path, want := range map[string]error{
		dir: replacefile.ErrIsDirectory, path + "/x": syscall.ENOTDIR, dir + "/no/such": fs.ErrNotExist,
		"/dev/full": syscall.ENOSPC,
	} {
		err := replacefile.Output(path, filetest.Text("new"))
		if !errors.Is(err, want) || !strings.HasPrefix(err.Error(), path+": ") || strings.Contains(err.Error(),
			".new-") {
			t.Errorf("%s: %v", path, err)
		}
	}
	filetest.Only(t, dir, "report")
}

// Whether a report could be written is known before there is one. What is there stays, and
// nothing new does; a FIFO is not opened, so its reader gets no end of file.
func TestWritable(t *testing.T) {
	dir := t.TempDir()
	path, fifo := filepath.Join(dir, "report"), filepath.Join(dir, "fifo")
	filetest.Write(t, path, "old")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		path: nil, filepath.Join(dir, "new"): nil, fifo: nil, "/dev/full": nil, "/dev/fd/2": nil,
		dir: replacefile.ErrIsDirectory, path + "/x": syscall.ENOTDIR, dir + "/no/such": fs.ErrNotExist,
	} {
		err := replacefile.Writable(path)
		if !errors.Is(err, want) || err != nil && !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
	if got := filetest.Content(t, path); got != "old" {
		t.Errorf("%q", got)
	}
	filetest.Only(t, dir, "fifo", "report")
}

// Devices, FIFOs and descriptors are written to as the output arrives.
func TestOutputStreams(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	read := make(chan string, 1)
	go func() {
		b, err := os.ReadFile(fifo)
		if err != nil {
			t.Error(err)
		}
		read <- string(b)
	}()
	if err := replacefile.Output(fifo, filetest.Text("through")); err != nil {
		t.Error(err)
	}
	if got := <-read; got != "through" {
		t.Errorf("%q came through the FIFO", got)
	}
	if err := replacefile.Output("/dev/null", filetest.Text("away")); err != nil {
		t.Error(err)
	}

	// A file that is open is written on, not from its beginning.
	f, err := os.Create(filepath.Join(dir, "open"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	io.WriteString(f, "first ")
	if err := replacefile.Output(fmt.Sprintf("/dev/fd/%d", f.Fd()), filetest.Text("second")); err != nil ||
		filetest.Content(t, f.Name()) != "first second" {
		t.Errorf("%v, %q", err, filetest.Content(t, f.Name()))
	}
	filetest.Only(t, dir, "fifo", "open")
}

// What a killed process has left goes with the next report; what another process is
// writing now stays.
func TestOutputSweeps(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report")
	left := ".report.new-" + strings.Repeat("A", 26)
	other := ".other.new-" + strings.Repeat("A", 26)
	filetest.Write(t, filepath.Join(dir, left), "half")
	filetest.Write(t, filepath.Join(dir, other), "half")
	err := replacefile.Output(path, func(w io.Writer) error { // beside the first, the second
		return errors.Join(filetest.Text("first")(w), replacefile.Output(path, filetest.Text("second")))
	})
	if err != nil || filetest.Content(t, path) != "first" {
		t.Errorf("%v, %q", err, filetest.Content(t, path))
	}
	filetest.Only(t, dir, other, "report")
}

// A link that another user made in a directory that everybody may write to is not followed
// for a report or a log. The user's own links, root's, and those of the directory's owner
// are.
func TestOutputLinks(t *testing.T) {
	if os.Getuid() != 0 {
		return // only root can make another user's links
	}
	const nobody = 65534
	all, safe := filetest.RealDir(t), filetest.RealDir(t)
	if err := os.Chmod(all, 0o777|fs.ModeSticky); err != nil {
		t.Fatal(err)
	}
	filetest.Write(t, filepath.Join(safe, "victim"), "old")
	for _, tt := range []struct {
		name, to, path string
		owner          int
		want, log      error
	}{
		{"mine", safe, "mine/report", 0, nil, nil},
		{"nobodys", safe, "nobodys/report", nobody, replacefile.ErrForeignLink, replacefile.ErrForeignLink},
		{"file", safe + "/victim", "file", nobody, replacefile.ErrForeignLink, replacefile.ErrNotRegular},
		{"own", safe + "/victim", "own", 0, nil, replacefile.ErrNotRegular},
	} {
		link := filepath.Join(all, tt.name)
		filetest.Symlink(t, tt.to, link)
		if err := os.Lchown(link, tt.owner, tt.owner); err != nil {
			t.Fatal(err)
		}
		if err := replacefile.Output(filepath.Join(all, tt.path), filetest.Text("new")); !errors.Is(err, tt.want) {
			t.Errorf("a report to %s: %v", tt.path, err)
		}
		f, err := replacefile.OpenAppend(filepath.Join(all, tt.path))
		if !errors.Is(err, tt.log) {
			t.Errorf("a log at %s: %v", tt.path, err)
		}
		if err == nil {
			f.Close()
		}
	}

	// Another user's file in such a directory is not written to, not even by root.
	filetest.Write(t, filepath.Join(all, "trap"), "")
	if err := os.Chown(filepath.Join(all, "trap"), nobody, nobody); err != nil {
		t.Fatal(err)
	}
	if err := replacefile.Output(filepath.Join(all, "trap"), filetest.Text("new")); !errors.Is(err,
		replacefile.ErrNotOwned) {
		t.Errorf("over another's file: %v", err)
	}

	// In a directory that only its owner may write to, the owner's links are followed.
	theirs := filetest.RealDir(t)
	filetest.Symlink(t, safe, filepath.Join(theirs, "current"))
	if err := errors.Join(os.Chown(theirs, nobody, nobody),
		os.Lchown(filepath.Join(theirs, "current"), nobody, nobody)); err != nil {
		t.Fatal(err)
	}
	if err := replacefile.Output(filepath.Join(theirs, "current/report"), filetest.Text("new")); err != nil {
		t.Errorf("through a link of the directory's owner: %v", err)
	}
}
