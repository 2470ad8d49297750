package relay

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"
)

// cpu is what a process has used so far, from /proc/PID/stat (proc(5)): fields
// 14 and 15, in hundredths of a second.
func cpu(t *testing.T, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // from field 3 on
	var ticks int
	for _, f := range fields[11:13] {
		n, err := strconv.Atoi(string(f))
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// The helper's stdout is full and nobody reads: it must wait, not spin. (Two
// seconds of a spinning core are two CPU seconds, or one beside a busy
// neighbour; waiting takes none.)
func TestStalledReaderCostsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits and measures")
	}
	onEachPathName(t, func(t *testing.T, path string) {
		t.Parallel() // it is the child's processor time that counts
		c := startChild(t, path)
		for _, w := range []interface {
			Write([]byte) (int, error)
			SetWriteDeadline(time.Time) error
		}{c.peer, c.write} { // both ways are stuffed until nothing goes
			w.SetWriteDeadline(time.Now().Add(time.Second))
			for err := error(nil); err == nil; {
				_, err = w.Write([]byte(ample))
			}
		}
		before := cpu(t, c.cmd.Process.Pid)
		time.Sleep(2 * time.Second)
		if used := cpu(t, c.cmd.Process.Pid) - before; used > 500*time.Millisecond {
			t.Errorf("%v of CPU in 2 s of waiting", used)
		}
		c.cmd.Process.Kill()
		c.cmd.Wait()
	})
}
