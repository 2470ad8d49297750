package hostsfile

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// SystemPath returns the path of the system's own hosts file.
func SystemPath() string {
	dir, err := windows.GetSystemDirectory()
	if err != nil {
		dir = `C:\Windows\System32`
	}
	return filepath.Join(dir, "drivers", "etc", "hosts")
}
