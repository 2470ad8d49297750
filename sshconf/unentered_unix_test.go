//go:build unix

package sshconf

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

const asNobody = "SSHCONF_TEST_NOBODY"

// TestUnentered: an Include below a directory that the user may not enter is no
// match for glob(3), and so nothing to ssh; a file that is seen and cannot be read
// is an error. Root may enter everything, so the test runs again as somebody else.
func TestUnentered(t *testing.T) {
	if dir := os.Getenv(asNobody); dir != "" {
		for _, pattern := range []string{"closed/a", "closed/*", "*/a", "unlisted/a", "unlisted/*", "unread/a", "link",
			"link-*", "a/x"} {
			file := filepath.Join(dir, "config-"+strconv.Itoa(len(pattern))+filepath.Base(pattern))
			c := &configCase{dir: dir}
			q := Query{Host: "web", File: file, Home: home(t), EnvHome: dir, LocalUser: localUser(t)}
			text := "Include " + dir + "/" + pattern + "\nPort 8\n"
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Run(pattern, func(t *testing.T) { c.check(t, q) })
		}
		return
	}
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"closed": 0, "unlisted": 0o311, "unread": 0o755} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
		perm := os.FileMode(0o644)
		if name == "unread" {
			perm = 0
		}
		if err := os.WriteFile(filepath.Join(path, "a"), []byte("ConnectTimeout 7\n"), perm); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Chmod(path, 0o700) })
	}
	for name, to := range map[string]string{"link": "closed/a", "link-dangling": "nosuch"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestUnentered$")
	cmd.Env = append(os.Environ(), asNobody+"="+dir)
	if os.Getuid() == 0 {
		const nobody = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
			if err := os.Chmod(d, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		binary := filepath.Join(dir, "test") // go's own place is root's alone
		if out, err := exec.Command("cp", os.Args[0], binary).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		cmd.Path = binary
		if err := os.Chown(dir, nobody, nobody); err != nil {
			t.Fatal(err)
		}
		cmd.Dir = dir
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
