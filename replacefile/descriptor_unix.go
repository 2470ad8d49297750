//go:build unix

package replacefile

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// descriptor is an open descriptor of this process's, by its path: opened by that
// path anew, a file would be written from its beginning.
func descriptor(path string) (*os.File, bool) {
	number, ok := map[string]string{"/dev/stdout": "1", "/dev/stderr": "2"}[path]
	for _, prefix := range []string{"/dev/fd/", "/proc/self/fd/"} {
		if rest, is := strings.CutPrefix(path, prefix); is {
			number, ok = rest, true
		}
	}
	n, err := strconv.ParseUint(number, 10, 16)
	if !ok || err != nil {
		return nil, false
	}
	fd, err := unix.FcntlInt(uintptr(n), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, false
	}
	return os.NewFile(uintptr(fd), path), true
}
