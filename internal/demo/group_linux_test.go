package demo

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// An ssh that is killed leaves its ProxyCommand behind for a moment, which still
// writes: the directory goes when that has ended too.
func TestStageClosesAfterWhatSSHLeftBehind(t *testing.T) {
	s := &stage{dir: filepath.Join(t.TempDir(), "stage")}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	cmd := exec.CommandContext(ctx, "sh", "-c", `(while :; do mkdir -p "$1/cache"; : >"$1/cache/begun"; done) 2>/dev/null & wait`, "sh", s.dir)
	go func() {
		defer cancel()
		for ctx.Err() == nil {
			if _, err := os.Stat(filepath.Join(s.dir, "cache", "begun")); err == nil {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	if err := s.perform(cmd); err == nil {
		t.Error("it ended by itself")
	}
	t.Cleanup(func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	s.close()
	time.Sleep(50 * time.Millisecond)
	if _, err := os.Lstat(s.dir); err == nil {
		t.Errorf("%s is still there", s.dir)
	}
}
