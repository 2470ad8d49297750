package console

import (
	"os"
	"os/user"
	"path/filepath"
	"runtime"

	"rdnsproxy/internal/owndir"
)

// userDir is a folder of this user's own for what the program keeps, in the one that
// system names; empty where $HOME is another user's, as it can be under sudo. Where
// $HOME is not set, it is below the home of the user database, as ssh's own files.
func userDir(getenv func(string) string, system func() (string, error), below map[string]string, name string) string {
	if home := getenv("HOME"); home != "" && !owndir.IsOwn(home) {
		return ""
	}
	dir, err := system()
	if err != nil {
		u, uerr := user.Current()
		if uerr != nil || getenv("HOME") != "" || !owndir.IsOwn(u.HomeDir) {
			return ""
		}
		if dir = below[runtime.GOOS]; dir == "" {
			dir = below[""]
		}
		dir = filepath.Join(u.HomeDir, dir)
	}
	return filepath.Join(dir, "rdnsproxy", name)
}

// ConfigDir is userDir for what the user has decided.
func ConfigDir(getenv func(string) string, name string) string {
	return userDir(getenv, os.UserConfigDir, map[string]string{"": ".config", "darwin": "Library/Application Support"}, name)
}

// CacheDir is userDir for what may be lost.
func CacheDir(getenv func(string) string, name string) string {
	return userDir(getenv, os.UserCacheDir, map[string]string{"": ".cache", "darwin": "Library/Caches"}, name)
}
