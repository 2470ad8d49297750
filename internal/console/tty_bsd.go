//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package console

import "golang.org/x/sys/unix"

// tcgetattr(3), and tcsetattr(3) with TCSAFLUSH and with TCSADRAIN.
const (
	getModes      = unix.TIOCGETA
	setModesFlush = unix.TIOCSETAF
	setModesDrain = unix.TIOCSETAW
)
