package console

import (
	"os"
	"os/user"
	"path/filepath"
	"runtime"

	"rdnsproxy/internal/owndir"
)

// userDir returns a directory of this user for the program's files, below the one
// that system returns; "" if $HOME belongs to another user, as it can under sudo. If
// $HOME is not set, the home directory of the user database is used, as by ssh, with
// the subdirectory that below has for this GOOS ("" for any other).
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

// ConfigDir returns the path rdnsproxy/name in the user's configuration directory,
// for what the user has decided; "" if the user has no home directory of their own.
func ConfigDir(getenv func(string) string, name string) string {
	below := map[string]string{"": ".config", "darwin": "Library/Application Support"}
	return userDir(getenv, os.UserConfigDir, below, name)
}

// CacheDir is like ConfigDir, in the user's cache directory, for what may be lost.
func CacheDir(getenv func(string) string, name string) string {
	return userDir(getenv, os.UserCacheDir, map[string]string{"": ".cache", "darwin": "Library/Caches"}, name)
}
