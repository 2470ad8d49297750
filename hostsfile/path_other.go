//go:build !windows

package hostsfile

// SystemPath returns the path of the system's own hosts file.
func SystemPath() string { return "/etc/hosts" }
