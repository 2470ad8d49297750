//go:build linux && packages

package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func init() { programsNeeded = append(programsNeeded, "rpm", "rpmlint", "cpio") }

// rpm runs rpm on the chroot's files, with a database of its own there: nothing provides what
// the packages may require, which is why they require nothing.
func (c *chroot) rpm(argv ...string) string {
	c.t.Helper()
	o := c.asRoot(append([]string{"rpm", "--root", c.root, "--dbpath", "/var/lib/rpm"}, argv...)...)
	// Debian's rpm says each time that it is not the program to install Debian's packages with.
	errs := regexp.MustCompile(`(?m)^rpm: .*\n`).ReplaceAllString(o.err, "")
	if o.status != 0 || errs != "" {
		c.t.Fatalf("rpm %q: status %d\n%s%s", argv, o.status, o.out, o.err)
	}
	return o.out
}

// rpms are the packages of a version, all products in one go.
func rpms(t *testing.T, version string) (paths []string) {
	t.Helper()
	for _, p := range products {
		paths = append(paths, packageOf(t, version, p.name, "rpm"))
	}
	return paths
}

// What rpm knows about a package without installing it: its digests are right, its version is,
// and it needs nothing but a shell for its scripts.
func TestPackagesRPMQuery(t *testing.T) {
	v := newVisit(t)
	for i, path := range rpms(t, newVersion) {
		name := products[i].name
		if o := v.asRoot("rpm", "-K", path); o.status != 0 || !strings.HasSuffix(o.out, ": digests OK\n") {
			t.Errorf("%+v", o)
		}
		data := []byte(v.content(path))
		data[len(data)/2] ^= 1
		damaged := t.TempDir() + "/damaged.rpm"
		v.must(os.WriteFile(damaged, data, 0o644))
		if o := v.asRoot("rpm", "-K", damaged); o.status == 0 {
			t.Errorf("a damaged package: %+v", o)
		}
		for _, q := range []struct{ what, want string }{
			{"--provides", name + " = " + newVersion + "-1\n"},
			{"--triggers", ""},
			{"--conflicts", ""},
			{"--obsoletes", ""},
		} {
			got := v.asRoot("rpm", "-qp", q.what, path)
			lines := strings.SplitAfter(got.out, "\n")
			lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "config("+name+")") })
			if slices.Sort(lines); strings.Join(lines, "") != q.want {
				t.Errorf("%s %s: %q, not %q", name, q.what, got.out, q.want)
			}
		}
		for line := range strings.Lines(v.asRoot("rpm", "-qp", "--requires", path).out) {
			if !strings.HasPrefix(line, "rpmlib(") && line != "/bin/sh\n" && !strings.HasPrefix(line, "config("+name+") = ") {
				t.Errorf("%s requires %s", name, line)
			}
		}
	}
}

// rpmlint finds nothing but what testdata/packages/rpmlint.toml leaves out, with reasons.
// It unpacks packages with cpio -id, and the names in nfpm's are absolute: without another
// cpio in front it would unpack them into this machine's /usr.
func TestPackagesRPMLint(t *testing.T) {
	v := newVisit(t)
	excused, err := filepath.Abs("testdata/packages/rpmlint.toml")
	v.must(err)
	cpio, err := exec.LookPath("cpio")
	v.must(err)
	in, unpacked := t.TempDir(), t.TempDir()+"/unpacked"
	v.must(os.WriteFile(in+"/cpio", []byte("#!/bin/sh\npwd >>"+unpacked+"\nexec "+cpio+" --no-absolute-filenames \"$@\"\n"), 0o755))
	o := v.asRoot(append([]string{"env", "PATH=" + in + ":" + os.Getenv("PATH"), "rpmlint", "--config", excused}, rpms(t, newVersion)...)...)
	if got := strings.Count(v.content(unpacked), "\n"); got != len(products) {
		t.Errorf("rpmlint has unpacked %d packages with cpio", got)
	}
	if o.status != 0 || !strings.Contains(o.out, " 0 errors, 0 warnings,") {
		t.Errorf("%+v", o)
	}
}

// rpm installs, upgrades, goes back and removes; the program runs; nothing is left.
func TestPackagesRPM(t *testing.T) {
	c := openChroot(t)
	c.rpm("--initdb")
	// These belong to other packages of Fedora, and are not in Debian.
	c.must(errors.Join(os.MkdirAll(c.root+"/usr/share/licenses", 0o755), os.MkdirAll(c.root+"/usr/share/zsh/site-functions", 0o755)))
	before := c.files()
	for _, argv := range [][]string{{oldVersion, "--install"}, {newVersion, "--upgrade"}, {newVersion, "--upgrade", "--replacepkgs"}, {oldVersion, "--upgrade", "--oldpackage"}} {
		c.rpm(append(argv[1:], rpms(t, argv[0])...)...)
		for _, name := range names() {
			if got := c.rpm("-q", name); got != name+"-"+argv[0]+"-1.x86_64\n" {
				t.Errorf("after %q it is %s", argv, got)
			}
			if wrong := c.rpm("-V", name); wrong != "" {
				t.Errorf("after %q: %s", argv, wrong)
			}
		}
		c.saysVersion(argv[0])
	}
	changed, _ := before.differs(c.files())
	for _, line := range changed {
		t.Error("after installing: ", line)
	}
	c.nothingRuns()
	c.rpm(append([]string{"--erase"}, names()...)...)
	c.nothingNew(before)
}
