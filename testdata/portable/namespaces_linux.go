package main

import (
	"os"
	"os/exec"
	"syscall"
)

// inNamespaces has the command start in a user and a mount namespace of its own, in
// which root has every user and group that it has outside.
func inNamespaces(cmd *exec.Cmd) {
	ids := func(own int) []syscall.SysProcIDMap {
		if os.Geteuid() != 0 {
			return []syscall.SysProcIDMap{{ContainerID: 0, HostID: own, Size: 1}}
		}
		return []syscall.SysProcIDMap{{ContainerID: 0, HostID: 0, Size: 1<<31 - 1}}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:                 syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings:                ids(os.Geteuid()),
		GidMappings:                ids(os.Getegid()),
		GidMappingsEnableSetgroups: os.Geteuid() == 0,
	}
}
