package become

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"rdnsproxy/internal/console"
)

// TestFind: programs are found where a shell finds them, but never because of where the
// user stands.
func TestFind(t *testing.T) {
	name := "tool"
	if runtime.GOOS == "windows" {
		name = "tool.exe"
	}
	base := t.TempDir()
	t.Chdir(base)
	for dir, mode := range map[string]os.FileMode{"first": 0o644, "second": 0o755, "third": 0o755, "here": 0o755} {
		if err := os.Mkdir(filepath.Join(base, dir), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(base, dir, name), nil, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(base, "folder", name), 0o755); err != nil {
		t.Fatal(err)
	}
	in := func(dir string) string { return filepath.Join(base, dir) }
	for _, c := range []struct {
		why    string
		dirs   []string
		word   string
		want   string // below base; "" is an error
		status int
		unix   bool // Windows has no permission to run
	}{
		{"the first that can be run", []string{in("first"), in("folder"), in("second"), in("third")}, "tool", "second", 0, true},
		{"none can be run", []string{in("first")}, "tool", "", 126, true},
		{"a directory", []string{in("folder")}, "tool", "", 126, true},
		{"nothing there", []string{in("nowhere"), base}, "tool", "", 127, false},
		{"a file as a directory", []string{filepath.Join(in("second"), name)}, "tool", "", 127, false},
		{"relative directories", []string{"here", ".", ""}, "tool", "", 127, false},
		{"a path", nil, filepath.Join(in("third"), name), "third", 0, false},
		{"a relative path", nil, filepath.Join("here", name), "here", 0, false},
		{"a path to nothing", []string{in("second")}, filepath.Join("nowhere", name), "", 127, false},
		{"no word", []string{in("second")}, "", "", 127, false},
	} {
		t.Run(c.why, func(t *testing.T) {
			if c.unix && runtime.GOOS == "windows" {
				return
			}
			list := ""
			for i, dir := range c.dirs {
				if i > 0 {
					list += string(filepath.ListSeparator)
				}
				list += dir
			}
			args := []string{c.word, "a", ""}
			p, err := Find(console.World{Env: []string{"PATH=" + list}}, args)
			if c.want == "" {
				if err == nil || console.StatusOf(err) != c.status {
					t.Errorf("found %s: %v", p.Path, err)
				}
				return
			}
			found, _ := filepath.Abs(p.Path)
			if err != nil || found != filepath.Join(in(c.want), name) || len(p.Args) != 3 || p.Args[0] != c.word {
				t.Errorf("%v, %v", p, err)
			}
		})
	}
}
