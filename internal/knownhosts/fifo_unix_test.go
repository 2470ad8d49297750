//go:build unix

package knownhosts_test

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"rdnsproxy/internal/knownhosts"
)

// A FIFO would be waited for; it is refused unopened.
func TestFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "known_hosts")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if f, errs := knownhosts.ParseFiles(path); len(f.Lines) != 0 || len(errs) != 1 ||
		!strings.HasSuffix(errs[0].Error(), "is not a regular file") {
		t.Errorf("%d lines, %q", len(f.Lines), errs)
	}
}
