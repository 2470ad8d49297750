package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReplace: an earlier release is replaced. A directory with anything else in it is refused.
func TestReplace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dist")
	made := []File{text("a.deb", []byte("a")), text("b.rpm", []byte("b"))}
	made = append(made, text(sumsName, sums(made)))
	names := func() string {
		t.Helper()
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, e := range entries {
			list = append(list, e.Name())
		}
		return strings.Join(list, " ")
	}
	write := func(name, data string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again := func() {
		t.Helper()
		old, err := earlier(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := replace(dir, old, made); err != nil {
			t.Fatal(err)
		}
	}
	again() // the directory is not there yet
	write(sumsName+".sig", "signature")
	made = append(made[1:2:2], text(sumsName, sums(made[1:2])))
	again()
	if got := names(); got != "SHA256SUMS b.rpm" {
		t.Errorf("after another release: %s", got)
	}

	// What was interrupted has no sums, and does not stand in the way.
	old, err := earlier(dir)
	if err != nil {
		t.Fatal(err)
	}
	half := []File{text("c.apk", []byte("c")), text("no/folder", nil), text(sumsName, nil)}
	if err := replace(dir, old, half); err == nil {
		t.Fatal("it was not interrupted")
	}
	if got := names(); got != "SHA256SUMS.unfinished c.apk" {
		t.Errorf("interrupted: %s", got)
	}
	again()
	if got := names(); got != "SHA256SUMS b.rpm" {
		t.Errorf("after an interrupted one: %s", got)
	}

	write("thesis.tex", "years of work")
	for _, list := range []string{"", "0  ../dist/thesis.tex\n", "0  /thesis.tex\n"} {
		if list != "" {
			write(sumsName, list)
		}
		if old, err := earlier(dir); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("sums %q: %q, %v", list, old, err)
		}
	}
	if err := os.Remove(filepath.Join(dir, sumsName)); err != nil {
		t.Fatal(err)
	}
	if old, err := earlier(dir); err == nil {
		t.Errorf("without sums: %q", old)
	}
}
