//go:build linux && packages

package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// distVar names the directory with what make dist made: in new, again and old. If it is set
// outside, nothing is built.
const distVar = "RDNSPROXY_E2E_DIST"

// The versions that the tests install, one over the other.
const (
	newVersion = "1.3.0"
	oldVersion = "1.2.9"
)

// products are the packages, and the program of each.
var products = []struct{ name, program string }{
	{"rdnsproxy", "rdnsproxy"},
	{"rdnsproxy-exporter", "rdnsproxy_exporter"},
}

func init() {
	before = append(before, func(dir string) ([]string, error) {
		if os.Getenv(distVar) != "" {
			return nil, nil
		}
		out := filepath.Join(dir, "dist")
		return []string{distVar + "=" + out}, makeDists(dir, out)
	})
}

// makeDists makes a release, an older one for this machine, and the first once more: in
// another directory, for another user, with another language, time zone, umask and settings of
// Go.
func makeDists(dir, out string) error {
	first, second := filepath.Join(dir, "first"), filepath.Join(dir, "a second", "ünd longer")
	if err := errors.Join(copySources("..", first), do("git", "clone", "-q", first, second)); err != nil {
		return err
	}
	caches, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOTOOLCHAIN").Output()
	if err != nil {
		return err
	}
	c := strings.Split(string(caches), "\n")
	home := filepath.Join(dir, "home")
	other := []string{"HOME=" + home, "USER=nobody", "LOGNAME=nobody", "HOSTNAME=elsewhere", "TZ=Asia/Kathmandu", "LANG=tr_TR.UTF-8", "LC_ALL=tr_TR.UTF-8",
		"GOCACHE=" + c[0], "GOMODCACHE=" + c[1], "GOPROXY=" + c[2], "GOTOOLCHAIN=" + c[3],
		"GOFLAGS=-mod=mod", "GOAMD64=v3", "GOARM=5", "TMPDIR=" + home}
	return errors.Join(os.Mkdir(home, 0o700),
		makeDist(first, 0o022, nil, "VERSION="+newVersion, "DIST="+out+"/new"),
		makeDist(second, 0o077, other, "VERSION="+newVersion, "DIST="+out+"/again"),
		makeDist(first, 0o022, nil, "VERSION="+oldVersion, "DIST="+out+"/old", "TARGETS=linux/amd64"))
}

func makeDist(dir string, umask int, env []string, args ...string) error {
	fmt.Println("e2e: make dist", strings.Join(args, " "))
	args = append(args, "MAINTAINER=Ada Example <ada@example.org>", "HOMEPAGE=https://example.org/rdnsproxy")
	shell := fmt.Sprintf(`umask %04o && exec nice make -C "$0" dist "$@"`, umask)
	cmd := exec.Command("sh", append([]string{"-c", shell, dir}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make dist %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// copySources clones the sources, with what is not committed yet as one commit more, of the
// same time.
func copySources(root, dir string) error {
	if err := do("git", "clone", "-q", root, dir); err != nil {
		return err
	}
	out, err := exec.Command("git", "-C", root, "ls-files", "-z", "--modified", "--others", "--exclude-standard").Output()
	if err != nil || len(out) == 0 {
		return err
	}
	for name := range bytes.SplitSeq(bytes.TrimSuffix(out, []byte{0}), []byte{0}) {
		from, to := filepath.Join(root, string(name)), filepath.Join(dir, string(name))
		_, err := os.Lstat(from)
		if errors.Is(err, os.ErrNotExist) {
			err = os.Remove(to)
		} else {
			err = errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), do("cp", "-p", from, to))
		}
		if err != nil {
			return err
		}
	}
	when, err := exec.Command("git", "-C", root, "log", "-1", "--format=%ct").Output()
	if err != nil {
		return err
	}
	commit := exec.Command("git", "-C", dir, "-c", "user.name=e2e", "-c", "user.email=e2e", "commit", "-q", "-m", "not committed")
	commit.Env = append(os.Environ(), "GIT_COMMITTER_DATE=@"+strings.TrimSpace(string(when))+" +0000")
	if err := do("git", "-C", dir, "add", "--all"); err != nil {
		return err
	}
	if out, err := commit.CombinedOutput(); err != nil {
		return fmt.Errorf("git commit: %w\n%s", err, out)
	}
	return nil
}

// dist returns a file of make dist: of a product if the name begins with a dot or an
// underscore.
func dist(t *testing.T, version, product, end string) string {
	t.Helper()
	dir := map[string]string{newVersion: "new", oldVersion: "old"}[version]
	path := filepath.Join(os.Getenv(distVar), dir, product+"_"+version+end)
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// packageOf returns the package of a product for this machine.
func packageOf(t *testing.T, version, product, format string) string {
	t.Helper()
	return dist(t, version, product, "_linux_amd64."+format)
}
