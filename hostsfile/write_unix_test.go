//go:build unix

package hostsfile_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"rdnsproxy/hostsfile"
)

func TestWriteThroughLink(t *testing.T) {
	path := file(t, "old\n")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	w, err := add(t, open(t, link), "my.example.com").Write(hostsfile.WriteOptions{})
	if err != nil || read(t, path) != "old\n"+pin+"\n" || w.Path == link {
		t.Errorf("%+v, %v", w, err)
	}
	if to, err := os.Readlink(link); err != nil || to != path {
		t.Errorf("the link leads to %q, %v", to, err)
	}
}

func TestWriteUnsafeFolder(t *testing.T) {
	path := file(t, "old\n")
	if err := os.Chmod(filepath.Dir(path), 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	if _, err := add(t, open(t, path), "a").Write(hostsfile.WriteOptions{}); !errors.Is(err,
		hostsfile.ErrUnsafeDirectory) || read(t, path) != "old\n" {
		t.Errorf("%v, %q", err, read(t, path))
	}
}

// The error for a user other than root says that root could write it.
func TestWriteNeedsRoot(t *testing.T) {
	const other = "HOSTSFILE_TEST_AS_OTHER"
	if os.Getuid() == 0 && os.Getenv(other) == "" {
		exe, err := os.Open(os.Args[0])
		if err != nil {
			t.Fatal(err)
		}
		defer exe.Close()
		cmd := exec.Command("/dev/fd/3", "-test.run=^TestWriteNeedsRoot$")
		cmd.ExtraFiles = []*os.File{exe} // its directory may be closed to others
		cmd.Env = append(os.Environ(), other+"=1")
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	f := open(t, "/etc/hosts") // which is root's
	_, err := add(t, f, "my.example.com").Write(hostsfile.WriteOptions{})
	const want = "hosts file /etc/hosts: belongs to another user: needs root"
	if !errors.Is(err, hostsfile.ErrNeedsRoot) || err.Error() != want {
		t.Errorf("%v", err)
	}
}
