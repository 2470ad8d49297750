//go:build unix

package limits

import "golang.org/x/sys/unix"

// openFiles is how many files the process may have open. Go's runtime has raised the soft
// limit to the hard one.
func openFiles() int {
	const all = plenty + mostScrapes
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || uint64(limit.Cur) > all {
		return all
	}
	return int(limit.Cur)
}
