package console_test

import (
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"testing"

	"rdnsproxy/internal/console"
)

// TestUserDirs: the directories are those of the environment that main hands over, not
// of the process, and never another user's.
func TestUserDirs(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the directories have other names")
	}
	t.Setenv("XDG_CACHE_HOME", "/process/cache")
	t.Setenv("XDG_CONFIG_HOME", "/process/config")
	home, others := t.TempDir(), filepath.Join(t.TempDir(), "none")
	if os.Geteuid() == 0 {
		others = t.TempDir()
		if err := os.Chown(others, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
	u, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env           []string
		cache, config string
	}{
		"HOME": {[]string{"HOME=" + home}, home + "/.cache/rdnsproxy/x", home + "/.config/rdnsproxy/x"},
		"XDG": {[]string{"HOME=" + home, "XDG_CACHE_HOME=/c", "XDG_CONFIG_HOME=/d"},
			"/c/rdnsproxy/x", "/d/rdnsproxy/x"},
		"XDG, relative":       {[]string{"HOME=" + home, "XDG_CACHE_HOME=c", "XDG_CONFIG_HOME=d"}, "", ""},
		"another user's HOME": {[]string{"HOME=" + others, "XDG_CACHE_HOME=/c"}, "", ""},
		"no HOME":             {nil, u.HomeDir + "/.cache/rdnsproxy/x", u.HomeDir + "/.config/rdnsproxy/x"},
	} {
		t.Run(name, func(t *testing.T) {
			w := console.World{Env: c.env}
			if got := w.CacheDir("x"); got != c.cache {
				t.Errorf("cache %q, want %q", got, c.cache)
			}
			if got := w.ConfigDir("x"); got != c.config {
				t.Errorf("configuration %q, want %q", got, c.config)
			}
		})
	}
}
