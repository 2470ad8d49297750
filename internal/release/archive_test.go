package release

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var someFiles = []File{
	program("x/program", []byte("#!/bin/sh\n")), text("x/man/page.1", []byte(".Dd\n")), text("x/LICENSE", []byte("licence\n")),
}

// TestTarball: entries are sorted, of root, with the modes and the time that they were given.
func TestTarball(t *testing.T) {
	data, err := tarball(someFiles, committed)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if !z.ModTime.IsZero() || z.Name != "" {
		t.Errorf("the compressed stream has a time or a name: %+v", z.Header)
	}
	var got []string
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		got = append(got, h.Name)
		wantMode := int64(0o644)
		if h.Name == "x/program" {
			wantMode = 0o755
		}
		if h.Mode != wantMode || h.Uid != 0 || h.Gid != 0 || h.Uname != "root" || h.Gname != "root" || !h.ModTime.Equal(committed) {
			t.Errorf("%+v", h)
		}
	}
	if want := []string{"x/LICENSE", "x/man/page.1", "x/program"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	reversed := slices.Clone(someFiles)
	slices.Reverse(reversed)
	if again, err := tarball(reversed, committed.In(time.FixedZone("Kathmandu", 20700))); err != nil || !bytes.Equal(data, again) {
		t.Errorf("the order of the files, or the time zone, changes the archive (%v)", err)
	}
}

func TestZip(t *testing.T) {
	data, err := zipped(someFiles, committed)
	if err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"x/LICENSE", "x/man/page.1", "x/program"} {
		f := r.File[i]
		wantMode := fs.FileMode(0o644)
		if want == "x/program" {
			wantMode = 0o755
		}
		if f.Name != want || f.Mode() != wantMode || !f.Modified.Equal(committed) {
			t.Errorf("%+v", f.FileHeader)
		}
	}
}

// TestTree: modes are those that the files' first lines ask for, whatever a checkout has made of
// them, and what an editor has left is not among them.
func TestTree(t *testing.T) {
	dir := t.TempDir()
	for name, data := range map[string]string{"a/run.sh": "#!/bin/sh\n", "b.conf": "x\n", "b.conf~": "old\n", ".b.swp": "z\n"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := tree(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 || files[0].Path != "a/run.sh" || files[0].Mode != 0o755 || files[1].Path != "b.conf" || files[1].Mode != 0o644 {
		t.Errorf("%+v", files)
	}
}

func TestSums(t *testing.T) {
	const want = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n" +
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n"
	if got := string(sums([]File{text("b", nil), text("a", nil)})); got != want {
		t.Error(got)
	}
}

func TestTargets(t *testing.T) {
	if all, err := ParseTargets(""); err != nil || len(all) != len(Targets) {
		t.Errorf("%v, %v", all, err)
	}
	if two, err := ParseTargets("linux/amd64, windows/arm64"); err != nil || !slices.Equal(two, []Target{{"linux", "amd64"}, {"windows", "arm64"}}) {
		t.Errorf("%v, %v", two, err)
	}
	if _, err := ParseTargets("linux/mips"); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("linux/mips: %v", err)
	}
}

// TestSameToolchain: the release of Go that builds the programs builds what compresses them.
func TestSameToolchain(t *testing.T) {
	toolchain := func(path string) string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(regexp.MustCompile(`(?m)^toolchain .*$`).Find(b))
	}
	if own, programs := toolchain("go.mod"), toolchain("../../go.mod"); own == "" || own != programs {
		t.Errorf("%q here, %q in the programs' go.mod", own, programs)
	}
}
