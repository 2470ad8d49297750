//go:build unix

package limits

import "golang.org/x/sys/unix"

// descriptors is how many files the process may have open. Go's runtime has raised the soft
// limit to the hard one.
func descriptors() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || uint64(limit.Cur) > plenty {
		return plenty
	}
	return int(limit.Cur)
}
