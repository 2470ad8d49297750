package confine

import (
	"fmt"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// tsyncABI is the Landlock that reaches all threads by itself. Before it, each thread has to
// call, which threads that cgo has made cannot be trusted to do: such builds, which are for
// the race detector, go without.
const tsyncABI = 8

func (r Rights) apply() Held {
	var held Held
	abi := landlockABI()
	files := abi > 0 && (!withCgo || abi >= tsyncABI) && r.landlock() == nil
	calls := r.seccomp() == nil
	if files || calls || noNewPrivs() == nil {
		held = append(held, "no new privileges")
	}
	if files {
		held = append(held, fmt.Sprintf("Landlock (ABI %d)", abi))
	}
	if calls {
		held = append(held, "seccomp")
	}
	return held
}

// landlockABI is the version of the kernel's Landlock, 0 if it has none.
func landlockABI() int {
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	return int(abi)
}

// Rights of Landlock that the kernel is asked to refuse: all that are known. Signals and
// abstract Unix sockets, which Landlock can scope, are the filter's: before Linux 6.15
// scoping keeps the threads of this process from signalling each other, as Go's runtime
// does.
const (
	allFiles = unix.LANDLOCK_ACCESS_FS_RESOLVE_UNIX<<1 - 1
	allTCP   = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
)

// What replacing a file takes: a new file beside it, which is renamed.
const replacing = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR |
	unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_MAKE_REG |
	unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE

// landlock also sets no_new_privs, in all threads.
func (r Rights) landlock() error {
	var rules []landlock.Rule
	if r.Replace != "" {
		rules = append(rules, landlock.PathAccess(replacing, r.Replace).IgnoreIfMissing())
	}
	if len(r.Read) > 0 {
		rules = append(rules, landlock.PathAccess(unix.LANDLOCK_ACCESS_FS_READ_FILE, r.Read...).IgnoreIfMissing())
	}
	for _, p := range r.Ports {
		rules = append(rules, landlock.ConnectTCP(p))
	}
	refused := landlock.Config{HandledAccessFS: allFiles, HandledAccessNet: allTCP}
	return refused.BestEffort().Restrict(rules...)
}

// noNewPrivs is for kernels that have nothing else. It fails where cgo has made threads.
func noNewPrivs() error {
	if _, _, errno := syscall.AllThreadsSyscall(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0); errno != 0 {
		return errno
	}
	return nil
}
