package confine

import "golang.org/x/sys/unix"

const (
	arch    = unix.AUDIT_ARCH_ARM
	foreign = 1 << 31 // there are none
)

var (
	neverHere = []uint32{
		unix.SYS_FORK, unix.SYS_VFORK, unix.SYS_CHMOD, unix.SYS_CHOWN, unix.SYS_LCHOWN, unix.SYS_CHOWN32,
		unix.SYS_LCHOWN32, unix.SYS_FCHOWN32, unix.SYS_UTIMES, unix.SYS_FUTIMESAT, unix.SYS_UTIMENSAT_TIME64,
		unix.SYS_TRUNCATE64, unix.SYS_KEXEC_FILE_LOAD, unix.SYS_CLOCK_SETTIME64, unix.SYS_USELIB,
	}

	filesHere = []uint32{
		unix.SYS_OPEN, unix.SYS_CREAT, unix.SYS_MKDIR, unix.SYS_MKNOD, unix.SYS_LINK, unix.SYS_SYMLINK,
		unix.SYS_UNLINK, unix.SYS_RMDIR, unix.SYS_RENAME, unix.SYS_RENAMEAT,
	}
)

func (r Rights) socketsHere() []call { return []call{{number: unix.SYS_ACCEPT}} }
