package session

import (
	"bytes"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// processAge returns how long ago the kernel started this process (proc(5),
// starttime). Time spent as a shell that then ran this program by exec is included.
func processAge() (age time.Duration, known bool) {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0, false
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // field 3 of proc(5) and on
	var now unix.Timespec
	if len(fields) < 20 || unix.ClockGettime(unix.CLOCK_BOOTTIME, &now) != nil {
		return 0, false
	}
	ticks, err := strconv.ParseInt(string(fields[19]), 10, 64)
	age = time.Duration(now.Nano()) - time.Duration(ticks)*tick
	return age, err == nil && age >= 0
}

// tick is the kernel's USER_HZ, which is 100 wherever Go runs.
const tick = 10 * time.Millisecond
