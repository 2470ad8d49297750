//go:build !windows

package hostsfile

// SystemPath is where the system's own hosts file is.
func SystemPath() string { return "/etc/hosts" }
