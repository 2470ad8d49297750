package relay

import (
	"os"

	"golang.org/x/sys/unix"
)

// nonblockFD is one of ssh's descriptors while the loop uses it, non-blocking if it can be.
//
// O_NONBLOCK is a property of the open file, which others may hold too: stderr
// where the user wrote 2>&1, the shell that started the helper, everything on a
// terminal. ssh's own end of a pipe or socketpair is another open file and
// keeps its mode. So only pipes and sockets are made non-blocking, and only until
// restore; a terminal or a regular file keeps its mode and is read and written when
// poll says so.
type nonblockFD struct {
	fd       int
	pipe     bool
	terminal bool // or another character device
	blocks   bool // neither a pipe nor a socket: it keeps its mode
	changed  bool // O_NONBLOCK was set here
}

func acquire(f *os.File) (*nonblockFD, error) {
	fd, err := descriptor(f)
	if err != nil {
		return nil, err
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, os.NewSyscallError("fstat", err)
	}
	l := &nonblockFD{fd: fd}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFIFO:
		l.pipe = true
	case unix.S_IFSOCK:
	default:
		l.terminal = st.Mode&unix.S_IFMT == unix.S_IFCHR
		l.blocks = true
		return l, nil
	}
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	if flags&unix.O_NONBLOCK == 0 {
		if err := unix.SetNonblock(fd, true); err != nil {
			return nil, os.NewSyscallError("fcntl", err)
		}
		l.changed = true
	}
	return l, nil
}

// restore restores the mode, once. It must be called before the descriptor is closed,
// since others may go on using the open file.
func (l *nonblockFD) restore() {
	if l.changed {
		unix.SetNonblock(l.fd, false)
		l.changed = false
	}
}
