package confine

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The environment that makes this test binary a relay that has been taken over: where it
// tries what, and whether lookups still go on.
const (
	tryVar  = "CONFINE_TEST_DIR"
	lateVar = "CONFINE_TEST_LATE"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(tryVar); dir != "" {
		takenOver(dir, os.Getenv(lateVar) != "")
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// attempt is what the one who has taken over tries.
type attempt struct {
	name string
	try  func() error
}

// attempts are all of those that must fail, whatever is left of lookups.
func attempts(dir string) []attempt {
	key := filepath.Join(dir, "id_ed25519")
	parent := os.Getppid()
	opening := func(path string, flags int) func() error {
		return func() error {
			f, err := os.OpenFile(path, flags, 0o600)
			f.Close()
			return err
		}
	}
	raw := func(number uintptr, args ...uintptr) func() error {
		args = append(args, make([]uintptr, 6)...)
		return func() error {
			_, _, errno := syscall.Syscall6(number, args[0], args[1], args[2], args[3], args[4], args[5])
			if errno != 0 {
				return errno
			}
			return nil
		}
	}
	socket := func(family, kind, protocol int) func() error {
		return func() error { _, err := unix.Socket(family, kind, protocol); return err }
	}
	return []attempt{
		{"read a key", opening(key, os.O_RDONLY)},
		{"read it through a descriptor", opening("/proc/self/root"+key, os.O_RDONLY)},
		{"write to it", opening(key, os.O_WRONLY)},
		{"make a file", opening(filepath.Join(dir, "new"), os.O_WRONLY|os.O_CREATE)},
		{"read a directory", opening(dir, os.O_RDONLY)},
		{"remove a file", func() error { return os.Remove(key) }},
		{"rename one", func() error { return os.Rename(key, filepath.Join(dir, "cache", "key")) }},
		{"link one", func() error { return os.Link(key, filepath.Join(dir, "cache", "key")) }},
		{"lead a link there", func() error { return os.Symlink(key, filepath.Join(dir, "cache", "link")) }},
		{"permit all", func() error { return os.Chmod(key, 0o777) }},
		{"change the time", func() error { return os.Chtimes(key, time.Now(), time.Now()) }},
		{"truncate", func() error { return os.Truncate(key, 0) }},
		{"run a program", func() error { return exec.Command("/bin/true").Run() }},
		{"become one", func() error { return syscall.Exec("/bin/true", []string{"true"}, nil) }},
		{"fork", raw(unix.SYS_CLONE, uintptr(unix.SIGCHLD))},
		{"trace its parent", func() error { return unix.PtraceSeize(parent) }},
		{"read its memory", opening(fmt.Sprintf("/proc/%d/mem", parent), os.O_RDWR)},
		{"read it otherwise", func() error {
			_, err := unix.ProcessVMReadv(parent, nil, nil, 0)
			return err
		}},
		{"take its descriptor", func() error {
			fd, err := unix.PidfdOpen(parent, 0)
			if err == nil {
				_, err = unix.PidfdGetfd(fd, 0, 0)
			}
			return err
		}},
		{"reopen its descriptor", opening(fmt.Sprintf("/proc/%d/fd/0", parent), os.O_RDONLY)},
		{"end it", func() error { return syscall.Kill(parent, syscall.SIGTERM) }},
		{"limit it", func() error {
			var old unix.Rlimit
			return unix.Prlimit(parent, unix.RLIMIT_NOFILE, nil, &old)
		}},
		{"ask ssh's agent", socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)},
		{"send raw packets", socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP)},
		{"use MPTCP", socket(unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_MPTCP)},
		{"listen", func() error { l, err := net.Listen("tcp", "127.0.0.1:0"); closed(l, err); return err }},
		{"connect", func() error { c, err := net.Dial("tcp", os.Getenv("CONFINE_TEST_ADDR")); closed(c, err); return err }},
		{"type into the terminal", func() error { return unix.IoctlSetPointerInt(2, unix.TIOCSTI, 'x') }},
		{"go past the filter", raw(unix.SYS_IO_URING_SETUP, 1)},
		{"make a namespace", func() error { return unix.Unshare(unix.CLONE_NEWUSER) }},
		{"mount", func() error { return unix.Mount("none", dir, "tmpfs", 0, "") }},
		{"load into the kernel", raw(unix.SYS_BPF)},
		{"change an attribute", func() error { return unix.Setxattr(key, "user.x", nil, 0) }},
		{"make a device", func() error { return unix.Mknod(filepath.Join(dir, "device"), unix.S_IFIFO, 0) }},
	}
}

// unseen386 are kinds of sockets that the filter cannot tell from others behind socketcall(2).
var unseen386 = []string{"ask ssh's agent", "send raw packets", "use MPTCP"}

func closed(c interface{ Close() error }, err error) {
	if err == nil {
		c.Close()
	}
}

// takenOver gives up its rights and tries. Each thread tries, also one that is made later.
func takenOver(dir string, late bool) {
	cache := filepath.Join(dir, "cache")
	appended, err := os.OpenFile(filepath.Join(dir, "log"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		fmt.Println(err)
	}
	var held Held
	if late {
		port, _ := strconv.Atoi(os.Getenv("CONFINE_TEST_DNS"))
		held = Rights{Replace: cache, Read: []string{filepath.Join(dir, "resolv.conf"), "/nonexistent"},
			Ports: []uint16{uint16(port)}}.Apply()
	} else {
		held = Rights{}.Apply()
	}
	fmt.Println("held:", held)
	done := make(chan bool)
	for range 3 { // and the threads are not given back
		go func() {
			runtime.LockOSThread()
			for _, a := range attempts(dir) {
				if late && runtime.GOARCH == "386" && slices.Contains(unseen386, a.name) {
					continue
				}
				// Landlock says EXDEV of a link to where fewer rights are.
				if err := a.try(); !errors.Is(err, fs.ErrPermission) && !errors.Is(err, unix.EXDEV) {
					fmt.Printf("could %s: %v\n", a.name, err)
				}
			}
			done <- true
		}()
	}
	for range 3 {
		<-done
	}
	if _, err := appended.WriteString("a line\n"); err != nil {
		fmt.Println("could not go on with the log:", err)
	}
	kept := os.WriteFile(filepath.Join(cache, "temp"), []byte("x"), 0o600)
	if kept == nil {
		kept = errors.Join(os.Mkdir(filepath.Join(cache, "00"), 0o700),
			os.Rename(filepath.Join(cache, "temp"), filepath.Join(cache, "record")),
			os.Remove(filepath.Join(cache, "old")))
	}
	_, read := os.ReadFile(filepath.Join(dir, "resolv.conf"))
	c, asked := net.Dial("udp", "127.0.0.1:53")
	closed(c, asked)
	t, asked2 := net.Dial("tcp", "127.0.0.1:"+os.Getenv("CONFINE_TEST_DNS"))
	closed(t, asked2)
	for what, err := range map[string]error{"keep": kept, "read": read, "ask": asked, "ask by TCP": asked2} {
		if (err == nil) != late {
			fmt.Printf("%s, late %v: %v\n", what, late, err)
		}
	}
	if late { // what comes last takes the rest
		Rights{}.Apply()
		if _, err := os.ReadFile(filepath.Join(dir, "resolv.conf")); !errors.Is(err, fs.ErrPermission) {
			fmt.Println("could read at last:", err)
		}
	}
	for range 20 { // Go's runtime works on: threads, collections, signals to itself
		go func() { runtime.LockOSThread(); bytes.Repeat([]byte("x"), 1<<20); done <- true }()
		<-done
		runtime.GC()
	}
	fmt.Println("end")
}

// TestTakenOver: who takes over a process that has given up its rights can neither read nor
// write files, nor run programs, nor reach its parent; but what lookups need while they go
// on.
func TestTakenOver(t *testing.T) {
	mechanisms, stages := 3, []bool{false, true}
	if withCgo && landlockABI() < tsyncABI { // the filter alone refuses all that is left at last
		mechanisms, stages = 2, stages[:1]
	}
	for _, late := range stages {
		t.Run(fmt.Sprintf("late %v", late), func(t *testing.T) {
			dir := t.TempDir()
			for _, f := range []string{"id_ed25519", "log", "resolv.conf", "cache/old"} {
				os.MkdirAll(filepath.Join(dir, filepath.Dir(f)), 0o700)
				if err := os.WriteFile(filepath.Join(dir, f), []byte("content\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			other, dns := listener(t), listener(t)
			_, port, _ := net.SplitHostPort(dns)
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), tryVar+"="+dir, "CONFINE_TEST_ADDR="+other, "CONFINE_TEST_DNS="+port)
			if late {
				cmd.Env = append(cmd.Env, lateVar+"=1")
			}
			out, err := cmd.CombinedOutput()
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			if err != nil || len(lines) != 2 || lines[1] != "end" {
				t.Fatalf("%v\n%s", err, out)
			}
			held := strings.Split(strings.TrimPrefix(lines[0], "held: "), ", ")
			if len(held) != mechanisms || !slices.Contains(held, "seccomp") || !slices.Contains(held, "no new privileges") {
				t.Errorf("it holds %q", held)
			}
			if b, err := os.ReadFile(filepath.Join(dir, "log")); err != nil || string(b) != "content\na line\n" {
				t.Errorf("the log is %q, %v", b, err)
			}
		})
	}
}

// listener is an address of 127.0.0.1 where somebody listens.
func listener(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}
