package sshconf

import "io/fs"

// SystemConfig is ssh's system-wide configuration file.
const SystemConfig = `C:\ProgramData\ssh\ssh_config`

// private is not in the mode on Windows: access lists decide, and Windows' ssh checks them
// before it runs a ProxyCommand.
func private(fs.FileInfo) bool { return true }
