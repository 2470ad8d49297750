//go:build unix

package sshconf

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestSpecialFiles: what cannot be read again and again is not read at all, and
// nothing waits for who writes into it.
func TestSpecialFiles(t *testing.T) {
	dir := t.TempDir()
	fifo, huge, link := filepath.Join(dir, "fifo"), filepath.Join(dir, "huge"), filepath.Join(dir, "link")
	if err := errors.Join(unix.Mkfifo(fifo, 0o600), os.WriteFile(huge, nil, 0o600), os.Truncate(huge, 1<<40),
		os.Symlink("/dev/zero", link)); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{fifo, "/dev/zero", link, dir, "/dev/full"} {
		q := write(t, "")
		q.File = file
		var odd *NotRegularError
		if _, err := q.Lookup(t.Context()); !errors.As(err, &odd) || odd.Path != file {
			t.Errorf("-F %s: %v", file, err)
		}
	}
	for _, device := range []string{"/dev/zero", link} {
		q := write(t, "Host other\nInclude "+device+"\n")
		var odd *NotRegularError
		if _, err := q.Lookup(t.Context()); !errors.As(err, &odd) || odd.Path != device {
			t.Errorf("Include %s: %v", device, err)
		}
	}
	q := write(t, "Include "+huge+"\n")
	if _, err := q.Lookup(t.Context()); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Error(err)
	}
	q = write(t, "Include "+fifo+"\n") // which ssh reads: it is ssh's to do, as long as it takes
	q.SSH = fakeSSH(t, "echo hostname web; echo port 7")
	if h, err := q.Lookup(t.Context()); err != nil || h.Port != 7 || h.By != BySSH {
		t.Errorf("Include %s: %+v, %v", fifo, h, err)
	}
	q = write(t, "Port 7\nInclude /dev/null\n")
	if h, err := q.Lookup(t.Context()); err != nil || h.Port != 7 {
		t.Errorf("Include /dev/null: %+v, %v", h, err)
	}
}
