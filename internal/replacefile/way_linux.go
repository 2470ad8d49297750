package replacefile

import "golang.org/x/sys/unix"

const searchOnly = unix.O_PATH
