package console

import (
	"bytes"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Age is how long ago this process was started, by the kernel's account
// (proc(5), starttime): a shell that became this program by exec counts as well.
func Age() (age time.Duration, known bool) {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0, false
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // the first is the third of all
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
