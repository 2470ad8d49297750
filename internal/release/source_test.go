package release

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A repository is one of a test, in a directory of its own.
type repository struct {
	t    *testing.T
	root string
}

func newRepository(t *testing.T) repository {
	t.Setenv("SOURCE_DATE_EPOCH", "")
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
	r := repository{t, t.TempDir()}
	r.git("init", "-q")
	r.write("go.mod", "module example\n")
	return r
}

func (r repository) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=T", "-c", "user.email=t@example.org", "-C", r.root}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_DATE=1764171487 +0000", "GIT_COMMITTER_DATE=1764171487 +0000")
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r repository) write(name, data string) {
	r.t.Helper()
	path := filepath.Join(r.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r repository) commit(message string) string {
	r.t.Helper()
	r.write(message, message)
	r.git("add", ".")
	r.git("commit", "-qm", message)
	return r.git("rev-parse", "HEAD")
}

// source reads what the repository is, which has to work.
func (r repository) source(given string, allowDirty bool) Source {
	r.t.Helper()
	s, err := ReadSource(r.root, given, allowDirty)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

var committed = time.Unix(1764171487, 0).UTC() // 2025-11-26 15:38:07

func TestVersionOfACommit(t *testing.T) {
	r := newRepository(t)
	expect := func(want string) {
		t.Helper()
		s := r.source("", false)
		if string(s.Version) != want || !s.Date.Equal(committed) || s.Commit != r.git("rev-parse", "HEAD") {
			t.Errorf("%+v, not %s", s, want)
		}
	}
	first := r.commit("first")
	expect("0.0.0-20251126153807-" + first[:12])
	r.git("tag", "not-a-version")
	r.git("tag", "v0.9.0")
	r.git("tag", "-a", "-m", "v0.10.0", "v0.10.0")
	expect("0.10.0")
	second := r.commit("second")
	expect("0.10.1-0.20251126153807-" + second[:12])
	r.git("tag", "v1.0.0-rc.1")
	expect("1.0.0-rc.1")
	third := r.commit("third")
	expect("1.0.0-rc.1.0.20251126153807-" + third[:12])
	r.git("tag", "v2.0.0", first) // by whatever way: it is before the commit
	expect("2.0.1-0.20251126153807-" + third[:12])

	if s := r.source("v3.0.0", false); s.Version != "3.0.0" || s.Commit != third {
		t.Errorf("given 3.0.0: %+v", s)
	}
	t.Setenv("SOURCE_DATE_EPOCH", "1000000000")
	if s := r.source("", false); s.Date.Unix() != 1000000000 {
		t.Errorf("SOURCE_DATE_EPOCH: %+v", s)
	}
}

func TestChangesAreRefused(t *testing.T) {
	r := newRepository(t)
	commit := r.commit("first")
	r.git("tag", "v1.0.0")
	for _, change := range []string{"first", "not added"} {
		r.write(change, "changed")
		for _, given := range []string{"", "1.2.3"} {
			_, err := ReadSource(r.root, given, false)
			if !errors.Is(err, errDirty) || !strings.Contains(err.Error(), ", such as first (") {
				t.Errorf("%s, version %q: %v", change, given, err)
			}
		}
		if s := r.source("", true); s.Version != "1.0.0+dirty" || s.Commit != commit {
			t.Errorf("%s: %+v", change, s)
		}
	}
}

// TestIgnoredSourcesAreChanges: the go command builds files that git's configuration hides.
func TestIgnoredSourcesAreChanges(t *testing.T) {
	r := newRepository(t)
	r.write(".gitignore", "ignored.go\n/.build/\ntestdata\n*.prof\n")
	r.commit("first")
	r.git("config", "status.showUntrackedFiles", "no")
	for _, file := range []string{".build/x.go", "testdata/x.go", "a/_x.go", "cpu.prof"} {
		r.write(file, "")
		r.write(".git/info/exclude", "_x.go\n")
		r.source("", false)
	}
	for _, file := range []string{"hidden.go", "a/ignored.go", "excluded.go", "examples/not_of_go"} {
		r.write(".git/info/exclude", "_x.go\nexcluded.go\n")
		r.write(file, "")
		if _, err := ReadSource(r.root, "", false); !errors.Is(err, errDirty) {
			t.Errorf("%s: %v", file, err)
		}
		if err := os.Remove(filepath.Join(r.root, file)); err != nil {
			t.Fatal(err)
		}
	}
	r.source("", false)
}

// TestShallowClone: without the tags before a commit it would get another version than
// elsewhere. A tag of its own is enough.
func TestShallowClone(t *testing.T) {
	r := newRepository(t)
	r.commit("first")
	r.git("tag", "v1.0.0")
	r.commit("second")
	clone := func() repository {
		c := repository{t, filepath.Join(t.TempDir(), "clone")}
		r.git("clone", "-q", "--depth=1", "file://"+r.root, c.root)
		return c
	}
	c := clone()
	if _, err := ReadSource(c.root, "", false); err != errShallow {
		t.Error(err)
	}
	if s := c.source("1.2.3", false); s.Version != "1.2.3" {
		t.Errorf("%+v", s)
	}
	r.git("tag", "v1.1.0")
	if s := clone().source("", false); s.Version != "1.1.0" {
		t.Errorf("%+v", s)
	}
}

// TestVersionOfAnArchive: from git archive the same is built as from the repository, if
// somebody says which version that is.
func TestVersionOfAnArchive(t *testing.T) {
	r := newRepository(t)
	r.write(".gitattributes", archived+" export-subst\n")
	r.write(archived, "$Format:%H %ct$\n")
	commit := r.commit("first")
	unpacked := repository{t, t.TempDir()}
	r.git("archive", "-o", filepath.Join(unpacked.root, "a.tar"), "HEAD")
	if out, err := exec.Command("tar", "-C", unpacked.root, "-xmf", filepath.Join(unpacked.root, "a.tar")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if s := unpacked.source("1.2.3", false); s != (Source{"1.2.3", commit, committed}) {
		t.Errorf("%+v", s)
	}
	if _, err := ReadSource(unpacked.root, "", false); err != errNoVersion {
		t.Error(err)
	}

	// A copy that git has not made.
	unpacked.write(archived, "$Format:%H %ct$\n")
	old := time.Unix(1000000000, 0)
	if err := os.Chtimes(filepath.Join(unpacked.root, "go.mod"), old, old); err != nil {
		t.Fatal(err)
	}
	if s := unpacked.source("1.2.3", false); s != (Source{"1.2.3", "", old.UTC()}) {
		t.Errorf("%+v", s)
	}
}

func TestBadSources(t *testing.T) {
	r := newRepository(t)
	if _, err := ReadSource(r.root, "", true); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("without a commit: %v", err)
	}
	r.commit("first")
	r.git("tag", "v1.0.0-foo")
	if _, err := ReadSource(r.root, "", false); err == nil || !strings.Contains(err.Error(), `"v1.0.0-foo"`) {
		t.Errorf("a tag that would not sort: %v", err)
	}
	if _, err := ReadSource(r.root, "1.0", false); err == nil {
		t.Error("1.0 is a version")
	}
	for _, epoch := range []string{"yesterday", "-1", "99999999999"} {
		t.Setenv("SOURCE_DATE_EPOCH", epoch)
		if _, err := ReadSource(r.root, "1.0.0", false); err == nil {
			t.Errorf("SOURCE_DATE_EPOCH=%s is a time", epoch)
		}
	}
}
