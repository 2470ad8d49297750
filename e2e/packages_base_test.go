//go:build linux && packages

package e2e

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// baseVar names the directory with the system that the packages are installed in.
const baseVar = "RDNSPROXY_E2E_BASE"

// What the system has beside apt and what Debian calls essential: the programs that a
// package of ours is for, and those that read what it installs.
var baseHas = []string{"openssh-client", "openssh-server", "man-db", "bash-completion", "zsh", "fish", "systemd"}

func init() {
	programsNeeded = append(programsNeeded, "mmdebstrap")
	before = append(before, func(string) ([]string, error) {
		base, err := debianBase()
		return []string{baseVar + "=" + base}, err
	})
}

// debianBase returns the directory of a small Debian of this machine's release, made from the
// archive that this machine's apt uses. It takes about a minute to make, so it is kept, in
// the user's cache; nothing ever runs in it, see openChroot.
func debianBase() (string, error) {
	sources, err := aptSources()
	if err != nil {
		return "", err
	}
	caches, err := os.UserCacheDir()
	if err != nil {
		caches = os.TempDir()
	}
	what := sha256.Sum256([]byte(strings.Join(append(slices.Clone(baseHas), sources), "\n")))
	dir := filepath.Join(caches, "rdnsproxy-packages")
	base := filepath.Join(dir, fmt.Sprintf("debian-%x", what[:6]))
	if _, err := os.Stat(base); err == nil {
		return base, nil
	}
	// What is there is for other packages, or was left by a run that was killed.
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return "", err
	}
	list := filepath.Join(dir, "sources.list")
	if err := os.WriteFile(list, []byte(sources), 0o644); err != nil {
		return "", err
	}
	fmt.Println("e2e: making a Debian to install packages in:", base)
	cmd := exec.Command("nice", "mmdebstrap", "--variant=apt", "--include="+strings.Join(baseHas, ","), "", base+".part", list)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("mmdebstrap: %w\n%s", err, out)
	}
	return base, os.Rename(base+".part", base)
}

// aptSources returns the lines of sources.list for the release of this machine, without
// other archives that it may have.
func aptSources() (string, error) {
	about, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return "", err
	}
	release := ""
	for line := range strings.Lines(string(about)) {
		if name, ok := strings.CutPrefix(line, "VERSION_CODENAME="); ok {
			release = strings.Trim(strings.TrimSpace(name), `"`)
		}
	}
	out, err := exec.Command("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Identifier: Packages").Output()
	if err != nil {
		return "", fmt.Errorf("apt-get indextargets: %w", err)
	}
	var lines bytes.Buffer
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) == 3 && release != "" && strings.HasPrefix(f[1], release) {
			fmt.Fprintf(&lines, "deb %s", line)
		}
	}
	if lines.Len() == 0 {
		return "", fmt.Errorf("apt knows no archive for %q", release)
	}
	return lines.String(), nil
}
