//go:build unix

package sshconf

import (
	"io/fs"
	"os"
	"syscall"
)

// SystemConfig is where ssh's system-wide configuration stands.
const SystemConfig = "/etc/ssh/ssh_config"

// private is the test of OpenSSH's read_config_file_depth: the file is the
// user's or root's, and nobody else may write it. Some builds let a user's own
// group write as well, so a false is ssh's to decide.
func private(fi fs.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && (st.Uid == 0 || int(st.Uid) == os.Getuid()) && fi.Mode().Perm()&0o022 == 0
}
