//go:build linux && packages

package e2e

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// chroot is a Debian of a test's own. What the test changes there is lost with it.
type chroot struct {
	*visit
	root string
}

// openChroot lays an empty file system over the base. The network is that of the tests,
// with its name server.
func openChroot(t *testing.T) *chroot {
	t.Helper()
	c := &chroot{newVisit(t), t.TempDir()}
	layers, err := os.MkdirTemp(lab, "chroot-") // overlayfs does not take an overlayfs as its upper layer
	c.must(err)
	t.Cleanup(func() { os.RemoveAll(layers) })
	c.must(os.Mkdir(layers+"/upper", 0o755))
	c.must(os.Mkdir(layers+"/work", 0o755))
	c.mount("overlay", "", fmt.Sprintf("lowerdir=%s,upperdir=%s/upper,workdir=%s/work", os.Getenv(baseVar), layers, layers))
	c.mount("proc", "/proc", "")
	c.mount("devpts", "/dev/pts", "newinstance,ptmxmode=0666,mode=620,gid=5")
	c.mount("tmpfs", "/run", "mode=755")
	c.mount("tmpfs", "/tmp", "mode=1777")
	for name, content := range map[string]string{"hosts": pristine["hosts"], "resolv.conf": pristine["resolv.conf"]} {
		c.write(c.root+"/etc/"+name, content)
	}
	c.ok("useradd", "--uid", fmt.Sprint(chris), "--create-home", "--shell", "/bin/bash", "chris")
	return c
}

func (c *chroot) mount(kind, path, options string) {
	c.t.Helper()
	path = c.root + path
	if err := unix.Mount(kind, path, kind, 0, options); err != nil {
		c.t.Fatalf("%s on %s: %v", kind, path, err)
	}
	c.t.Cleanup(func() {
		if err := unix.Unmount(path, unix.MNT_DETACH); err != nil && err != unix.EINVAL { // the test may have done it
			c.t.Error(err)
		}
	})
}

// in is the chroot in a test within the one that opened it.
func (c *chroot) in(t *testing.T) *chroot { return &chroot{&visit{t: t}, c.root} }

// as returns a program as a user of the chroot would start it after a login.
func (c *chroot) as(user string, argv ...string) *exec.Cmd {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	c.t.Cleanup(cancel)
	id, dir := 0, "/root"
	if user == "chris" {
		id, dir = chris, "/home/chris"
	}
	cmd := exec.CommandContext(ctx, "/usr/bin/env", argv...)
	cmd.Args = append([]string{"env", "--"}, argv...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "USER=" + user, "LOGNAME=" + user, "SHELL=/bin/bash", "LANG=C.UTF-8", "TERM=dumb",
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Chroot: c.root, Credential: &syscall.Credential{Uid: uint32(id), Gid: uint32(id)}}
	cmd.WaitDelay = patience / 12
	return cmd
}

// try runs a program as root. The test judges its exit status.
func (c *chroot) try(argv ...string) outcome {
	c.t.Helper()
	return c.finish(c.as("root", argv...), nil)
}

// ok runs a program as root that has to succeed, and returns what it prints.
func (c *chroot) ok(argv ...string) string {
	c.t.Helper()
	return c.succeeds(c.as("root", argv...))
}

// user runs a program as an ordinary user; it has to succeed.
func (c *chroot) user(argv ...string) string {
	c.t.Helper()
	return c.succeeds(c.as("chris", argv...))
}

func (c *chroot) succeeds(cmd *exec.Cmd) string {
	c.t.Helper()
	o := c.finish(cmd, nil)
	if o.status != 0 {
		c.t.Fatalf("%q: status %d\n%s%s", cmd.Args[2:], o.status, o.out, o.err)
	}
	return o.out
}

func (c *chroot) read(path string) string {
	c.t.Helper()
	b, err := os.ReadFile(c.root + path)
	c.must(err)
	return string(b)
}

// bring copies a file into the chroot's /tmp and returns its path there.
func (c *chroot) bring(file string) string {
	c.t.Helper()
	path := "/tmp/" + filepath.Base(file)
	c.must(do("cp", file, c.root+path))
	return path
}

// tree is a line for each file, without the root's mount points: its type and mode, its
// owners, and what is in it.
type tree map[string]string

// files lists everything that there is in the chroot.
func (c *chroot) files() tree {
	c.t.Helper()
	all := tree{}
	c.must(filepath.WalkDir(c.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path, c.root)
		switch name {
		case "/proc", "/run", "/tmp", "/dev/pts":
			return filepath.SkipDir
		}
		st, err := os.Lstat(path)
		if err != nil {
			return err
		}
		own := st.Sys().(*syscall.Stat_t)
		line := fmt.Sprintf("%v %d:%d", st.Mode(), own.Uid, own.Gid)
		switch {
		case st.Mode().IsRegular():
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %x", sha256.Sum256(b))
		case st.Mode()&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			if err != nil {
				return err
			}
			line += " -> " + to
		case st.Mode()&fs.ModeDevice != 0:
			line += fmt.Sprintf(" %d", own.Rdev)
		}
		all[name] = line
		return nil
	}))
	return all
}

// What dpkg, apt, man-db and rpm keep about packages that were there once.
var keptByDpkg = []string{"/var/lib/dpkg/", "/var/log/dpkg.log", "/var/log/apt/", "/var/log/alternatives.log", "/var/lib/apt/", "/var/cache/apt/",
	"/var/cache/man/", "/var/cache/debconf/", "/var/lib/rpm/"}

// differs returns how two lists of files differ, apart from what dpkg keeps: what is not as
// it was, and what is new.
func (before tree) differs(after tree) (changed, added []string) {
	kept := func(path string) bool {
		return slices.ContainsFunc(keptByDpkg, func(p string) bool { return strings.HasPrefix(path, p) })
	}
	for path, was := range before {
		if is := after[path]; is != was && !kept(path) {
			changed = append(changed, fmt.Sprintf("%s: %s, was %s", path, is, was))
		}
	}
	for path, is := range after {
		if before[path] == "" && !kept(path) {
			added = append(added, path+": "+is)
		}
	}
	slices.Sort(changed)
	slices.Sort(added)
	return changed, added
}
