package confine

import "golang.org/x/sys/unix"

const (
	arch    = unix.AUDIT_ARCH_AARCH64
	foreign = 1 << 31 // there are none
)

var (
	neverHere = []uint32{
		unix.SYS_KEXEC_FILE_LOAD,
	}

	filesHere = []uint32{
		unix.SYS_RENAMEAT,
	}
)

func (r Rights) socketsHere() []call { return []call{{number: unix.SYS_ACCEPT}} }
