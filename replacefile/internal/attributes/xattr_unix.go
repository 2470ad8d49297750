//go:build linux || darwin || freebsd || netbsd

package attributes

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"rdnsproxy/safetext"
)

// kernelXattrs are the kernel's own: they describe the content or cannot be set.
var kernelXattrs = []string{"security.ima", "security.evm", "com.apple.provenance", "com.apple.system.Security"}

// copyXattrs gives a new file another's extended attributes: the SELinux label, POSIX
// access lists, capabilities, the user's own. It removes attributes that the new file
// got on its own, for example from the default access list of its directory.
func copyXattrs(to, from *os.File) error {
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
			continue // the directory may have given a label that could not be set
		}
		if err := unix.Fsetxattr(int(to.Fd()), name, value, 0); err != nil {
			return notKept("attribute "+safetext.Line(name), err)
		}
	}
	return nil
}

// xattrs reads all extended attributes; none if the file system does not have them.
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

// sized asks for the size of a value, then for the value, until the two agree.
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
