package sshconf

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const inOwnMounts = "SSHCONF_TEST_MOUNTS"

// TestHomes asks the questions of the corpus that need a home and a system file
// of their own. ssh takes the home from the user database, so the test runs
// itself again where mounts are its own and puts the case's directories over the
// real ones.
func TestHomes(t *testing.T) {
	if os.Getenv(inOwnMounts) != "" {
		testHomes(t)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestHomes$", "-test.v")
	cmd.Env = append(os.Environ(), inOwnMounts+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if uid := os.Getuid(); uid != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatalf("in mounts of its own: %v", err)
	}
}

func testHomes(t *testing.T) {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Fatal(err)
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, file := range corpus(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			c := unpack(t, file, t.TempDir())
			if !c.own {
				return
			}
			ran++
			for from, to := range map[string]string{"home": me.HomeDir, "etc": "/etc/ssh"} {
				if err := unix.Mount(filepath.Join(c.dir, from), to, "", unix.MS_BIND, ""); err != nil {
					t.Fatal(err)
				}
				defer func() {
					if err := unix.Unmount(to, 0); err != nil {
						t.Error(err)
					}
				}()
			}
			t.Setenv("HOME", me.HomeDir)
			switch c.home {
			case "":
			case "unset":
				os.Unsetenv("HOME") // which Setenv undoes
			default:
				t.Setenv("HOME", c.home)
			}
			for _, q := range c.queries(t) {
				c.check(t, q)
			}
		})
	}
	t.Logf("%d cases; questions answered by: %v", ran, tally.by)
	if ran == 0 {
		t.Error("no case has a home")
	}
}
