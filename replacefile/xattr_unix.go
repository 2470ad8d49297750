//go:build linux || darwin || freebsd || netbsd

package replacefile

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"rdnsproxy/safetext"
)

// The kernel's own: about the content, which changes, or not to be set at all.
var kernelXattrs = []string{"security.ima", "security.evm", "com.apple.provenance", "com.apple.system.Security"}

// keepXattrs gives a new file another's extended attributes: SELinux's label,
// POSIX access lists, capabilities, the user's own. What it got by itself, from
// its folder's default access list for one, and the other has not, goes.
func keepXattrs(to, from *os.File) error {
	want, err := xattrs(from)
	if err != nil {
		return notKept("extended attributes", err)
	}
	have, err := xattrs(to)
	if err != nil {
		return notKept("extended attributes", err)
	}
	for name := range have {
		if _, ok := want[name]; !ok {
			if err := unix.Fremovexattr(int(to.Fd()), name); err != nil {
				return notKept("lack of the attribute "+safetext.Line(name), err)
			}
		}
	}
	for name, value := range want {
		if is, ok := have[name]; ok && bytes.Equal(is, value) {
			continue // a label that the folder gives may be had where none may be set
		}
		if err := unix.Fsetxattr(int(to.Fd()), name, value, 0); err != nil {
			return notKept("attribute "+safetext.Line(name), err)
		}
	}
	return nil
}

// xattrs reads all; a file system without them has none.
func xattrs(f *os.File) (map[string][]byte, error) {
	names, err := sized(func(b []byte) (int, error) { return unix.Flistxattr(int(f.Fd()), b) })
	if errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.EOPNOTSUPP) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all := map[string][]byte{}
	for name := range strings.SplitSeq(string(names), "\x00") {
		if name == "" || slices.Contains(kernelXattrs, name) {
			continue
		}
		value, err := sized(func(b []byte) (int, error) { return unix.Fgetxattr(int(f.Fd()), name, b) })
		if err != nil {
			return nil, err
		}
		all[name] = value
	}
	return all, nil
}

// sized asks how long an answer is, then for the answer, until they agree.
func sized(ask func([]byte) (int, error)) ([]byte, error) {
	for range 8 {
		n, err := ask(nil)
		if err != nil || n == 0 {
			return nil, err
		}
		b := make([]byte, n)
		n, err = ask(b)
		if err == nil {
			return b[:n], nil
		}
		if !errors.Is(err, unix.ERANGE) {
			return nil, err
		}
	}
	return nil, unix.ERANGE
}
