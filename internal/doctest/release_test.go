package doctest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// under returns the commands of the first block below a heading of a document.
func under(t *testing.T, path, heading string) string {
	t.Helper()
	_, rest, ok := strings.Cut(document(t, path), "\n"+heading+"\n")
	if !ok {
		t.Fatalf("%s has no heading %q", path, heading)
	}
	_, rest, _ = strings.Cut(rest, "```sh\n")
	commands, _, ok := strings.Cut(rest, "\n```")
	if !ok {
		t.Fatalf("%s: no commands under %q", path, heading)
	}
	return commands
}

// TestSigning signs as docs/release.md says, with a key of its own, and verifies as
// docs/install.md says; what was changed in between is found out.
func TestSigning(t *testing.T) {
	t.Chdir(root)
	home := t.TempDir()
	dist := filepath.Join(home, "dist")
	for _, dir := range []string{dist, filepath.Join(home, ".ssh")} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write := func(name, data string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dist, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(dir, commands string) (string, error) {
		sh := exec.Command("sh", "-ec", commands)
		sh.Dir, sh.Env = dir, append(os.Environ(), "HOME="+home, "SSH_AUTH_SOCK=", "LC_ALL=C")
		out, err := sh.CombinedOutput()
		return string(out), err
	}
	must := func(dir, commands string) string {
		t.Helper()
		out, err := run(dir, commands)
		if err != nil {
			t.Fatalf("%s\n%v\n%s", commands, err, out)
		}
		return out
	}
	const name = "rdnsproxy_1.2.3_linux_amd64.tar.gz"
	write(name, "an archive")
	must(dist, "sha256sum "+name+" >SHA256SUMS; echo "+strings.Repeat("0", 64)+"'  not-downloaded' >>SHA256SUMS")
	must(home, "ssh-keygen -q -t ed25519 -N '' -f .ssh/id_ed25519")

	_, publish, _ := strings.Cut(document(t, "docs/release.md"), "allowed signers")
	_, publish, _ = strings.Cut(publish, "```sh\n")
	publish, _, _ = strings.Cut(publish, "\n```")
	must(home, under(t, "docs/release.md", "### Signing"))
	must(home, publish)
	must(home, "cp allowed_signers dist")

	verify := under(t, "docs/install.md", "## Verify what you have downloaded")
	out := must(dist, verify)
	for _, want := range []string{`Good "file" signature for releases`, name + ": OK"} {
		if !strings.Contains(out, want) {
			t.Errorf("verifying does not say %q:\n%s", want, out)
		}
	}
	write(name, "another archive")
	if out, err := run(dist, verify); err == nil {
		t.Errorf("a changed archive is not found out:\n%s", out)
	}
	must(dist, "sha256sum "+name+" >SHA256SUMS")
	if out, err := run(dist, verify); err == nil || strings.Contains(out, ": OK") {
		t.Errorf("changed sums are not found out:\n%s", out)
	}
}

// TestVersionFromLinker: what docs/install.md tells distributions sets the version.
func TestVersionFromLinker(t *testing.T) {
	t.Chdir(root)
	flags := regexp.MustCompile(`go build -trimpath -ldflags "([^"]+)" (\S+)`).FindAllStringSubmatch(document(t, "docs/install.md"), -1)
	if len(flags) != 2 {
		t.Fatalf("docs/install.md has %d such commands", len(flags))
	}
	for _, f := range flags {
		file := filepath.Join(t.TempDir(), "program")
		build := exec.Command("go", "build", "-trimpath", "-ldflags", f[1], "-o", file, f[2])
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if out, err := exec.Command(file, "--version").Output(); err != nil || !strings.Contains(string(out), " 1.2.3") {
			t.Errorf("%s --version: %v, %s", f[2], err, out)
		}
	}
}
