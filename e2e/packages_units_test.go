//go:build linux && packages

package e2e

import (
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// systemd finds nothing wrong with the units; none is enabled; and whoever has enabled one finds
// no link to it after purging.
func TestPackagesUnits(t *testing.T) {
	c := openChroot(t)
	before := c.files()
	c.installDebs(newVersion)
	found := 0
	for _, name := range names() {
		for file := range strings.FieldsSeq(c.ok("dpkg", "--listfiles", name)) {
			if path.Dir(file) != "/usr/lib/systemd/system" || c.isDir(file) {
				continue
			}
			found++
			unit := path.Base(file)
			if o := c.try("systemd-analyze", "verify", strings.Replace(file, "@.", "@x.", 1)); o.status != 0 || o.err != "" {
				t.Errorf("%s: %+v", unit, o)
			}
			switch state := strings.TrimSpace(c.try("systemctl", "is-enabled", unit).out); state {
			case "static":
			case "disabled":
				c.ok("systemctl", "enable", unit)
			default:
				t.Errorf("%s is %q", unit, state)
			}
		}
	}
	if found < 5 {
		t.Errorf("the packages have only %d units", found)
	}
	if links, err := filepath.Glob(c.root + "/etc/systemd/system/*.wants/*rdnsproxy*"); err != nil || len(links) == 0 {
		t.Errorf("none could be enabled: %v", err)
	}
	c.purgeDebs()
	c.nothingNew(before)
}

// nothingNew checks that all files are as they were.
func (c *chroot) nothingNew(before tree) {
	c.t.Helper()
	changed, added := before.differs(c.files())
	for _, line := range append(changed, added...) {
		c.t.Error("it was another before: ", line)
	}
}

// What the administrator has changed in a file of configuration survives an upgrade and a
// removal, and not a purge.
func TestPackagesConfiguration(t *testing.T) {
	c := openChroot(t)
	before := c.files()
	c.installDebs(oldVersion)
	var files []string
	for _, name := range names() {
		for line := range strings.Lines(c.ok("dpkg-query", "--show", "--showformat", "${Conffiles}\n", name)) {
			if f := strings.Fields(line); len(f) > 0 {
				files = append(files, f[0])
			}
		}
		for file := range strings.FieldsSeq(c.ok("dpkg", "--listfiles", name)) {
			if strings.HasPrefix(file, "/etc/") && !c.isDir(file) && !strings.Contains(" "+strings.Join(files, " ")+" ", " "+file+" ") {
				t.Errorf("%s has %s in /etc, and dpkg would overwrite it", name, file)
			}
		}
	}
	if len(files) == 0 {
		t.Fatal("the packages have no configuration")
	}
	const mine = "# changed by the administrator\n"
	for _, f := range files {
		c.write(c.root+f, c.read(f)+mine)
	}
	unchanged := func(when string) {
		t.Helper()
		for _, f := range files {
			if text, err := os.ReadFile(c.root + f); err != nil || !strings.HasSuffix(string(text), mine) {
				t.Errorf("after %s %s is %q, %v", when, f, text, err)
			}
		}
	}
	c.installDebs(newVersion)
	unchanged("an upgrade")
	c.installDebs(oldVersion)
	unchanged("going back")
	c.ok(append([]string{"apt-get", "remove", "--yes"}, names()...)...)
	unchanged("removing")
	c.purgeDebs()
	c.nothingNew(before)
}
