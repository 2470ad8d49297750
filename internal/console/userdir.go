package console

import (
	"os/user"
	"path/filepath"
	"runtime"

	"rdnsproxy/internal/owndir"
)

// place is where systems have the directory for a kind of a user's files.
type place struct {
	xdg     string // the variable that names it (XDG Base Directory Specification)
	windows string // the variable that names it
	unix    string // below the home directory
	darwin  string // below the home directory
}

var (
	configPlace = place{"XDG_CONFIG_HOME", "AppData", ".config", "Library/Application Support"}
	cachePlace  = place{"XDG_CACHE_HOME", "LocalAppData", ".cache", "Library/Caches"}
)

// ConfigDir returns the path rdnsproxy/name in the user's configuration directory,
// for what the user has decided; "" if the user has no home directory of their own,
// as under sudo, which can leave another user's in $HOME. If $HOME is not set, the
// home directory of the user database is used, as by ssh.
func (w World) ConfigDir(name string) string { return w.userDir(configPlace, name) }

// CacheDir is like ConfigDir, in the user's cache directory, for what may be lost.
func (w World) CacheDir(name string) string { return w.userDir(cachePlace, name) }

// userDir finds the directory as os.UserCacheDir does, in the environment of w.
func (w World) userDir(p place, name string) string {
	home := w.Getenv("HOME")
	if home != "" && !owndir.IsOwn(home) {
		return ""
	}
	dir, below := "", p.unix
	switch runtime.GOOS {
	case "windows":
		dir = w.Getenv(p.windows)
	case "darwin", "ios":
		below = p.darwin
	default:
		if dir = w.Getenv(p.xdg); dir != "" && !filepath.IsAbs(dir) {
			return ""
		}
	}
	if dir == "" {
		if home == "" {
			u, err := user.Current()
			if err != nil || !owndir.IsOwn(u.HomeDir) {
				return ""
			}
			home = u.HomeDir
		}
		dir = filepath.Join(home, below)
	}
	return filepath.Join(dir, "rdnsproxy", name)
}
