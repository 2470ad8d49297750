//go:build amd64 || 386 || arm || arm64

package confine

import (
	"runtime"
	"slices"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// The filter refuses what a relay never does, and lets everything else pass: Go's runtime
// needs many calls, and other ones with each release.

// seccomp sets the filter, and no_new_privs, in all threads.
func (r Rights) seccomp() error {
	filter, err := bpf.Assemble(r.filter(unix.Getpid()))
	if err != nil {
		return err
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: (*unix.SockFilter)(unsafe.Pointer(&filter[0]))}
	runtime.LockOSThread() // the other threads get what this one has
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	failed, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&program)))
	switch {
	case errno != 0:
		return errno
	case failed != 0: // a thread has another filter
		return unix.EBUSY
	}
	return nil
}

// call is a system call that is refused: always, or as its arguments say.
type call struct {
	number uint32
	judge  []bpf.Instruction // ends with a return; if nil, always
}

var (
	allow  = bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW}
	refuse = bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)}

	// absent makes callers try the older call.
	absent = bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)}
)

// Where struct seccomp_data has what is judged.
const (
	numberAt = 0
	archAt   = 4
	argsAt   = 16
)

// argument loads the lower half of an argument, which is all that the kernel looks at of
// the ones judged here: they are ints there.
func argument(n uint32) bpf.Instruction { return bpf.LoadAbsolute{Off: argsAt + 8*n, Size: 4} }

// filter is the program for the kernel. x32 calls have numbers of their own, and those of
// another architecture (int $0x80) mean something else: all of them are refused.
func (r Rights) filter(pid int) []bpf.Instruction {
	calls := r.refused(uint32(pid))
	slices.SortFunc(calls, func(a, b call) int { return int(a.number) - int(b.number) })
	return append([]bpf.Instruction{
		bpf.LoadAbsolute{Off: archAt, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: arch, SkipTrue: 1},
		refuse,
		bpf.LoadAbsolute{Off: numberAt, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpLessThan, Val: foreign, SkipTrue: 1},
		refuse,
	}, search(calls)...)
}

// search finds the loaded number in sorted calls by halves: each call of the process, and
// the kernel at first for each number that there is, goes through it.
func search(calls []call) (b []bpf.Instruction) {
	if len(calls) > 4 {
		middle := len(calls) / 2
		below := search(calls[:middle])
		b = append(b, bpf.JumpIf{Cond: bpf.JumpGreaterOrEqual, Val: calls[middle].number, SkipFalse: 1},
			bpf.Jump{Skip: uint32(len(below))})
		return append(append(b, below...), search(calls[middle:])...)
	}
	for _, c := range calls {
		judge := c.judge
		if judge == nil {
			judge = []bpf.Instruction{refuse}
		}
		b = append(b, bpf.JumpIf{Cond: bpf.JumpEqual, Val: c.number, SkipFalse: uint8(len(judge))})
		b = append(b, judge...)
	}
	return append(b, allow)
}

// refused are the calls that are refused, whatever their order.
func (r Rights) refused(pid uint32) []call {
	calls := []call{
		{unix.SYS_KILL, only(0, pid)},
		{unix.SYS_TGKILL, only(0, pid)},
		{unix.SYS_PRLIMIT64, only(0, 0, pid)},
		{unix.SYS_CLONE, threads()},
		{unix.SYS_CLONE3, []bpf.Instruction{absent}}, // its flags are in memory
		{unix.SYS_IOCTL, except(1, unix.TIOCSTI, tioclinux)},
	}
	calls = appendCalls(calls, never)
	calls = appendCalls(calls, neverHere)
	calls = appendCalls(calls, servers)
	if r.sockets() {
		calls = append(calls, call{unix.SYS_SOCKET, lookups()})
	} else {
		calls = appendCalls(calls, sockets)
	}
	calls = append(calls, r.socketsHere()...)
	if !r.files() {
		calls = appendCalls(calls, files)
		calls = appendCalls(calls, filesHere)
	}
	return calls
}

func appendCalls(calls []call, numbers []uint32) []call {
	for _, n := range numbers {
		calls = append(calls, call{number: n})
	}
	return calls
}

// among refuses the call unless an argument has one of some values, and goes on otherwise.
func among(arg uint32, values ...uint32) []bpf.Instruction {
	b := []bpf.Instruction{argument(arg)}
	for i, v := range values {
		b = append(b, bpf.JumpIf{Cond: bpf.JumpEqual, Val: v, SkipTrue: uint8(len(values) - i)})
	}
	return append(b, refuse)
}

// only allows the call if an argument has one of some values.
func only(arg uint32, values ...uint32) []bpf.Instruction {
	return append(among(arg, values...), allow)
}

// threads allows clone(2) for threads, not for processes.
func threads() []bpf.Instruction {
	return []bpf.Instruction{
		argument(0),
		bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: unix.CLONE_THREAD, SkipTrue: 1},
		refuse,
		allow,
	}
}

// except refuses the call if an argument has one of some values.
func except(arg uint32, values ...uint32) []bpf.Instruction {
	b := []bpf.Instruction{argument(arg)}
	for i, v := range values {
		b = append(b, bpf.JumpIf{Cond: bpf.JumpEqual, Val: v, SkipTrue: uint8(len(values) - i)})
	}
	return append(b, allow, refuse)
}

// lookups allows the sockets that lookups need, which are not those of MPTCP, to which
// Landlock's rules for TCP do not apply. A Unix socket leads to ssh's agent, and to daemons
// that run programs.
func lookups() []bpf.Instruction {
	routes := only(2, unix.NETLINK_ROUTE)
	return slices.Concat(
		[]bpf.Instruction{
			argument(0),
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.AF_NETLINK, SkipFalse: uint8(len(routes))},
		},
		routes,
		among(0, unix.AF_INET, unix.AF_INET6),
		among(2, 0, unix.IPPROTO_TCP, unix.IPPROTO_UDP),
		[]bpf.Instruction{
			argument(1),
			bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xf}, // without SOCK_CLOEXEC and SOCK_NONBLOCK
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.SOCK_STREAM, SkipTrue: 2},
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.SOCK_DGRAM, SkipTrue: 1},
			refuse,
			allow,
		})
}

// tioclinux is TIOCLINUX (ioctl_console(2)). It and TIOCSTI put words into the terminal's
// input: stderr is the user's terminal, and what is typed there runs when ssh ends.
const tioclinux = 0x541c
