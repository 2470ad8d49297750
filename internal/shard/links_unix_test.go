//go:build unix

package shard

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rdnsproxy/check"
)

// TestMergeSeesLinks: a file is given twice if one name is a symbolic link to the other. On
// Windows only administrators make some.
func TestMergeSeesLinks(t *testing.T) {
	plain, link := plainFile(t, resultLine("x", check.Pass)), filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(plain, link); err != nil {
		t.Fatal(err)
	}
	if got, err := merged(t, plain, link); err == nil || !strings.Contains(err.Error(), "it is the same file as "+plain) {
		t.Errorf("%q, %v", got, err)
	}
}
