//go:build linux && packages

package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// vendoredVar names a directory with the sources as a distribution has them: from an archive, with
// the modules in vendor.
const vendoredVar = "RDNSPROXY_E2E_VENDORED"

func init() {
	before = append(before, func(dir string) ([]string, error) {
		copied, vendored := filepath.Join(dir, "committed"), filepath.Join(dir, "archive")
		if err := errors.Join(copySources("..", copied), os.Mkdir(vendored, 0o755)); err != nil {
			return nil, err
		}
		err := do("sh", "-c", `git -C "$0" archive HEAD | tar -x -C "$1" && cd "$1" && go mod vendor`, copied, vendored)
		if err != nil || os.Getenv(distVar) != "" {
			return []string{vendoredVar + "=" + vendored}, err
		}
		// Here, and not within the test: the tests' own world has other accounts, and no /home.
		fmt.Println("e2e: make quick, in an archive of the sources without a network")
		quick := exec.Command("nice", "unshare", "--net", "sh", "-c", "ip link set lo up && exec make quick")
		quick.Dir, quick.Env = vendored, withoutModules(vendored)
		if out, err := quick.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("make quick: %w\n%s", err, out)
		}
		return []string{vendoredVar + "=" + vendored}, nil
	})
}

// withoutModules is the environment of a build that cannot fetch modules and has none in a cache.
func withoutModules(dir string) []string {
	return append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOPROXY=off", "GOMODCACHE="+dir+"/none", "SOURCE_DATE_EPOCH=1")
}

// The commands of docs/packaging.md: without git, a network and a cache of modules, the
// programs and all that belongs to them are built. The quick tests have passed before.
func TestPackagesFromArchive(t *testing.T) {
	newVisit(t)
	run := func(argv ...string) string {
		t.Helper()
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Dir = os.Getenv(vendoredVar)
		cmd.Env = withoutModules(cmd.Dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%q: %v\n%s", argv, err, out)
		}
		return string(out)
	}
	version := "-X rdnsproxy/internal/buildinfo.version=" + newVersion
	run("go", "build", "-trimpath", "-ldflags", version, ".")
	run("go", "build", "-trimpath", "-ldflags", version, "./cmd/rdnsproxy_exporter")
	run("go", "run", "./internal/manual/mkman", "man1")
	for _, program := range []string{"rdnsproxy", "rdnsproxy_exporter"} {
		if said := run("./"+program, "--version"); !strings.HasPrefix(said, program+" "+newVersion) {
			t.Errorf("%s says %s", program, said)
		}
	}
	if pages, err := filepath.Glob(os.Getenv(vendoredVar) + "/man1/rdnsproxy*.1"); err != nil || len(pages) < 10 {
		t.Errorf("manual pages: %q, %v", pages, err)
	}
	if script := run("./rdnsproxy", "completion", "bash"); !strings.Contains(script, "complete ") {
		t.Errorf("completion: %s", script)
	}
}
