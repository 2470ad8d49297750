//go:build unix

package sshconf

import (
	"io/fs"
	"os"
	"syscall"
)

// SystemConfig is ssh's system-wide configuration file.
const SystemConfig = "/etc/ssh/ssh_config"

// private is the test of OpenSSH's read_config_file_depth: the file belongs to the user
// or root, and nobody else may write to it. Some builds allow the user's own group as
// well, so if it is false, ssh decides.
func private(fi fs.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && (st.Uid == 0 || int(st.Uid) == os.Getuid()) && fi.Mode().Perm()&0o022 == 0
}
