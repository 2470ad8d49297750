//go:build linux && packages

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func init() { programsNeeded = append(programsNeeded, "lintian", "dpkg-deb") }

// lintian finds nothing wrong with the packages. Their overrides have reasons, and none is
// unused.
func TestPackagesLintian(t *testing.T) {
	for _, p := range products {
		t.Run(p.name, func(t *testing.T) {
			v := newVisit(t)
			path := packageOf(t, newVersion, p.name, "deb")
			o := v.asRoot("lintian", "--allow-root", "--display-info", "--fail-on", "error,warning", path)
			if o.status != 0 || strings.Contains(o.out, "override") {
				t.Errorf("%+v", o)
			}
			unpacked := t.TempDir()
			v.must(do("dpkg-deb", "-x", path, unpacked))
			last := ""
			for line := range strings.Lines(v.content(unpacked + "/usr/share/lintian/overrides/" + p.name)) {
				if !strings.HasPrefix(line, "#") && !strings.HasPrefix(last, "#") {
					t.Errorf("overridden without a reason: %s", line)
				}
				last = line
			}
		})
	}
}

// names are the packages.
func names() (all []string) {
	for _, p := range products {
		all = append(all, p.name)
	}
	return all
}

// installDebs installs all packages of a version, as Debian's users do.
func (c *chroot) installDebs(version string) {
	c.t.Helper()
	argv := []string{"apt-get", "install", "--yes", "--no-install-recommends", "--allow-downgrades", "--reinstall"}
	for _, name := range names() {
		argv = append(argv, c.bring(packageOf(c.t, version, name, "deb")))
	}
	c.ok(argv...)
}

func (c *chroot) purgeDebs() {
	c.t.Helper()
	c.ok(append([]string{"apt-get", "purge", "--yes"}, names()...)...)
}

// What is installed changes nothing that was there and starts nothing; purging leaves nothing.
func TestPackagesPurge(t *testing.T) {
	c := openChroot(t)
	before := c.files()
	ssh := c.user("ssh", "-G", "my.example.com")
	c.installDebs(newVersion)

	with := c.files()
	changed, _ := before.differs(with)
	for _, line := range changed {
		t.Error("after installing: ", line)
	}
	if after := c.user("ssh", "-G", "my.example.com"); after != ssh {
		t.Errorf("installing changed ssh's configuration:\n%q\n%q", without(after, ssh), without(ssh, after))
	}
	c.nothingRuns()
	for _, p := range products {
		c.owned(p.name, p.program, with)
	}

	c.purgeDebs()
	c.nothingNew(before)
}

// nothingRuns checks that no process has the chroot as its root.
func (c *chroot) nothingRuns() {
	c.t.Helper()
	roots, err := filepath.Glob("/proc/[0-9]*/root")
	c.must(err)
	for _, link := range roots {
		if root, err := os.Readlink(link); err == nil && root == c.root {
			argv, _ := os.ReadFile(filepath.Dir(link) + "/cmdline")
			c.t.Errorf("it runs %q", argv)
		}
	}
}

// owned checks that the files of a package belong to root, have usual modes, and are what the
// package says.
func (c *chroot) owned(name, program string, all tree) {
	c.t.Helper()
	files := strings.Fields(c.ok("dpkg", "--listfiles", name))
	if len(files) < 10 {
		c.t.Errorf("%s has only %q", name, files)
	}
	for _, path := range files {
		if path == "/." {
			continue
		}
		mode, _, ofRoot := strings.Cut(all[path], " 0:0")
		if !ofRoot || !slices.Contains([]string{"-rw-r--r--", "-rwxr-xr-x", "drwxr-xr-x", "Lrwxrwxrwx"}, mode) {
			c.t.Errorf("%s has %s as %s", name, path, all[path])
		}
		if mode == "-rwxr-xr-x" && path != "/usr/bin/"+program && !strings.Contains(path, "/examples/") {
			c.t.Errorf("%s has %s as a program", name, path)
		}
	}
	if wrong := c.ok("dpkg", "--verify", name); wrong != "" {
		c.t.Errorf("dpkg --verify: %s", wrong)
	}
}

// After an upgrade, a reinstallation and a downgrade, the programs are of the version that dpkg
// shows.
func TestPackagesVersion(t *testing.T) {
	c := openChroot(t)
	for _, version := range []string{oldVersion, newVersion, newVersion, oldVersion} {
		c.installDebs(version)
		for _, p := range products {
			if got := c.ok("dpkg-query", "--show", "--showformat", "${Version} ${db:Status-Status}", p.name); got != version+"-1 installed" {
				t.Errorf("%s is %s", p.name, got)
			}
		}
		c.saysVersion(version)
	}
}

// saysVersion checks the version that the programs print.
func (c *chroot) saysVersion(version string) {
	c.t.Helper()
	said := c.user("rdnsproxy", "version", "--json")
	var v struct{ Version string }
	if err := json.Unmarshal([]byte(said), &v); err != nil || v.Version != version {
		c.t.Errorf("rdnsproxy says %s, %v", said, err)
	}
	for _, p := range products {
		if said := c.user(p.program, "--version"); !strings.Contains(strings.ReplaceAll(said, "\n", " "), " "+version+" ") {
			c.t.Errorf("%s says %s", p.program, said)
		}
	}
}

// It does not need ssh to be installed, nor /proc.
func TestPackagesAlone(t *testing.T) {
	c := openChroot(t)
	c.ok("dpkg", "--purge", "openssh-server", "openssh-sftp-server", "openssh-client")
	c.must(do("umount", c.root+"/proc"))
	c.installDebs(newVersion)
	c.saysVersion(newVersion)
	if o := c.finish(c.as("chris", "rdnsproxy", "check", "--dns-only", "exact.example.com"), nil); o.status != 0 {
		t.Errorf("%+v", o)
	}
	c.purgeDebs()
}
