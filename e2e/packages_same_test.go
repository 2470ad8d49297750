//go:build linux && packages

package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A release that is made again, elsewhere and by somebody else, is the same to the byte.
func TestPackagesReproducible(t *testing.T) {
	v := newVisit(t)
	var made [2]map[string][]byte
	for i, dir := range []string{"new", "again"} {
		made[i] = map[string][]byte{}
		paths, err := filepath.Glob(filepath.Join(os.Getenv(distVar), dir, "*"))
		v.must(err)
		for _, p := range paths {
			made[i][filepath.Base(p)] = []byte(v.content(p))
		}
	}
	first, again := slices.Sorted(maps.Keys(made[0])), slices.Sorted(maps.Keys(made[1]))
	if len(first) < 20 || !slices.Equal(first, again) {
		t.Fatalf("made %q, and again %q", first, again)
	}
	for _, name := range first {
		if a, b := made[0][name], made[1][name]; !bytes.Equal(a, b) {
			at := 0
			for at < min(len(a), len(b)) && a[at] == b[at] {
				at++
			}
			t.Errorf("%s differs from byte %d of %d and %d", name, at, len(a), len(b))
		}
	}
}

// SHA256SUMS has all files, and sha256sum sees a changed byte.
func TestPackagesChecksums(t *testing.T) {
	v := newVisit(t)
	dir := t.TempDir()
	v.must(do("cp", "-a", os.Getenv(distVar)+"/new/.", dir))
	check := func() outcome {
		return v.asRoot("sh", "-c", fmt.Sprintf("cd '%s' && sha256sum --check --strict SHA256SUMS", dir))
	}
	o := check()
	files, err := os.ReadDir(dir)
	v.must(err)
	if o.status != 0 || strings.Count(o.out, ": OK\n") != len(files)-1 {
		t.Errorf("of %d files: %+v", len(files), o)
	}
	lines := bufio.NewScanner(strings.NewReader(v.content(dir + "/SHA256SUMS")))
	for lines.Scan() {
		_, name, _ := strings.Cut(lines.Text(), "  ")
		b := []byte(v.content(filepath.Join(dir, name)))
		b[len(b)/2] ^= 1
		v.must(os.WriteFile(filepath.Join(dir, name), b, 0o644))
		break
	}
	if o := check(); o.status == 0 || strings.Count(o.out, ": FAILED\n") != 1 {
		t.Errorf("with a byte that is another: %+v", o)
	}
}
