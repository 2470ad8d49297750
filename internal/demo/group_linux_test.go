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

// TestStageClosesAfterWhatSSHLeftBehind: a killed ssh leaves its ProxyCommand behind
// for a moment, which still writes. The directory is removed after that has ended.
func TestStageClosesAfterWhatSSHLeftBehind(t *testing.T) {
	s := &stage{dir: filepath.Join(t.TempDir(), "stage")}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	const script = `(while :; do mkdir -p "$1/cache"; : >"$1/cache/begun"; done) 2>/dev/null & wait`
	cmd := exec.CommandContext(ctx, "sh", "-c", script, "sh", s.dir)
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
		t.Error("the command ended by itself")
	}
	t.Cleanup(func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	s.close()
	time.Sleep(50 * time.Millisecond)
	if _, err := os.Lstat(s.dir); err == nil {
		t.Errorf("%s is still there", s.dir)
	}
}
