package console

import "golang.org/x/sys/unix"

// tcgetattr(3), and tcsetattr(3) with TCSAFLUSH and with TCSADRAIN.
const (
	getModes      = unix.TCGETS
	setModesFlush = unix.TCSETSF
	setModesDrain = unix.TCSETSW
)
