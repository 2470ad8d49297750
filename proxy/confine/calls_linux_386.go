package confine

import "golang.org/x/sys/unix"

const (
	arch    = unix.AUDIT_ARCH_I386
	foreign = 1 << 31 // there are none
)

var (
	neverHere = []uint32{
		unix.SYS_FORK, unix.SYS_VFORK, unix.SYS_CHMOD, unix.SYS_CHOWN, unix.SYS_LCHOWN, unix.SYS_CHOWN32,
		unix.SYS_LCHOWN32, unix.SYS_FCHOWN32, unix.SYS_UTIME, unix.SYS_UTIMES, unix.SYS_FUTIMESAT,
		unix.SYS_UTIMENSAT_TIME64, unix.SYS_TRUNCATE64, unix.SYS_STIME, unix.SYS_CLOCK_SETTIME64,
		unix.SYS_UMOUNT, unix.SYS_IOPL, unix.SYS_IOPERM, unix.SYS_VM86, unix.SYS_USELIB,
	}

	filesHere = []uint32{
		unix.SYS_OPEN, unix.SYS_CREAT, unix.SYS_MKDIR, unix.SYS_MKNOD, unix.SYS_LINK, unix.SYS_SYMLINK,
		unix.SYS_UNLINK, unix.SYS_RMDIR, unix.SYS_RENAME, unix.SYS_RENAMEAT,
	}
)

// The calls of socketcall(2), linux/net.h.
const (
	sysSocket     = 1
	sysBind       = 2
	sysConnect    = 3
	sysListen     = 4
	sysAccept     = 5
	sysSocketpair = 8
	sysAccept4    = 18
)

// socketsHere judges socketcall(2), by which Go makes and connects sockets. Its arguments but
// for the first are in memory: of which family a socket is cannot be seen.
func (r Rights) socketsHere() []call {
	refused := []uint32{sysBind, sysListen, sysAccept, sysSocketpair, sysAccept4}
	if !r.sockets() {
		refused = append(refused, sysSocket, sysConnect)
	}
	return []call{{unix.SYS_SOCKETCALL, except(0, refused...)}}
}
