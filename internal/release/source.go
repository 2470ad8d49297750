package release

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// Source is what is known about the sources that are built.
type Source struct {
	Version Version
	Commit  string    // the full hash; empty if it is not known
	Date    time.Time // of the commit, or SOURCE_DATE_EPOCH: the time in everything that is built
}

var (
	errNoVersion = errors.New("no version: this is not a git checkout (to build from an archive: make dist VERSION=1.2.3)")
	errDirty     = errors.New("there are changes that are not committed")
	errShallow   = errors.New("no version: in a shallow clone the tags before the commit are not there " +
		"(git fetch --unshallow --tags, or make dist VERSION=1.2.3)")
)

// ReadSource finds out what is in the directory root. A version that is given wins over the tag
// of the commit, and that over the pseudo-version that the go command would give the
// commit. SOURCE_DATE_EPOCH (reproducible-builds.org) wins over the time of the commit.
func ReadSource(root, given string, allowDirty bool) (Source, error) {
	var s Source
	var err error
	if given != "" {
		if s.Version, err = ParseVersion(given); err != nil {
			return s, err
		}
	}
	switch _, err = os.Lstat(filepath.Join(root, ".git")); {
	case err == nil:
		err = s.fromGit(root, allowDirty)
	case errors.Is(err, fs.ErrNotExist) && given == "":
		return s, errNoVersion
	case errors.Is(err, fs.ErrNotExist):
		err = s.fromArchive(root)
	}
	if err != nil {
		return s, err
	}
	if epoch := os.Getenv("SOURCE_DATE_EPOCH"); epoch != "" {
		n, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil || n < 0 || n >= 1<<32 {
			return s, fmt.Errorf("SOURCE_DATE_EPOCH is not a time in seconds since 1970: %q", epoch)
		}
		s.Date = time.Unix(n, 0).UTC()
	}
	return s, nil
}

func (s *Source) fromGit(root string, allowDirty bool) error {
	file, err := changed(root)
	if err != nil {
		return err
	}
	if file != "" && !allowDirty {
		return fmt.Errorf("%w, such as %s (to build all the same: make dist ALLOW_DIRTY=1)", errDirty, file)
	}
	out, err := git(root, "log", "-1", "--format=%H %ct")
	if err != nil {
		return err
	}
	if err := s.commitAndDate(out); err != nil {
		return err
	}
	if s.Version == "" {
		if s.Version, err = versionOf(root, s.Commit, s.Date); err != nil {
			return err
		}
	}
	if file != "" && !s.Version.Dirty() {
		s.Version += dirty
	}
	return nil
}

// changed returns the first file that is built and that the commit does not have, whatever
// the user has configured git to leave out of its status; "" if there is none.
func changed(root string) (string, error) {
	out, err := git(root, "status", "--porcelain", "--untracked-files=normal")
	if err != nil || out != "" {
		// A line is two letters and a file. If the first letter was a space, git has
		// trimmed it.
		first, _, _ := strings.Cut(out, "\n")
		return strings.TrimSpace(first[min(2, len(first)):]), err
	}
	// The go command knows nothing of .gitignore and .git/info/exclude.
	out, err = git(root, "ls-files", "--others", "-z", "--", "*.go", "*.s", "*.c", "*.h", "*.syso")
	for path := range strings.SplitSeq(out, "\x00") {
		if path != "" && !aside.MatchString(path) {
			return strconv.Quote(path), err
		}
	}
	return "", err
}

// aside matches what the go command takes for no part of the packages ('go help packages').
var aside = regexp.MustCompile(`(^|/)([._]|testdata/)|_test\.go$`)

// versionOf is the highest version among the tags of a commit, or else a pseudo-version
// after the highest tag before it.
func versionOf(root, commit string, date time.Time) (Version, error) {
	at, err := highestTag(root, "--points-at", commit)
	if err != nil {
		return "", err
	}
	if at != "" {
		return ParseVersion(at)
	}
	shallow, err := git(root, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return "", err
	}
	if shallow == "true" {
		return "", errShallow
	}
	before, err := highestTag(root, "--merged", commit)
	if err != nil {
		return "", err
	}
	return ParseVersion(module.PseudoVersion(semver.Major(before), before, date, commit[:12]))
}

// highestTag returns the highest version among the tags that git lists with these options, or
// "" if there is none.
func highestTag(root string, which ...string) (string, error) {
	out, err := git(root, append([]string{"tag", "--list", "v[0-9]*"}, which...)...)
	if err != nil {
		return "", err
	}
	highest := ""
	for tag := range strings.FieldsSeq(out) {
		if semver.IsValid(tag) && semver.Compare(tag, highest) > 0 {
			highest = tag
		}
	}
	return highest, nil
}

// archived is a file that git archive fills in (its attribute is export-subst): from such an
// archive the same is built as from the repository.
const archived = "internal/release/archived.txt"

func (s *Source) fromArchive(root string) error {
	b, err := os.ReadFile(filepath.Join(root, archived))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if text := string(bytes.TrimSpace(b)); text != "" && !strings.Contains(text, "Format:") {
		return s.commitAndDate(text)
	}
	// Not made by git archive: files are as old as the archive says.
	info, err := os.Stat(filepath.Join(root, "go.mod"))
	if err != nil {
		return err
	}
	s.Date = info.ModTime().UTC().Truncate(time.Second)
	return nil
}

var hashAndTime = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9]{1,10})$`)

func (s *Source) commitAndDate(text string) error {
	m := hashAndTime.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return fmt.Errorf("not a commit and its time: %q", text)
	}
	n, err := strconv.ParseInt(m[2], 10, 64)
	if err != nil {
		return err
	}
	s.Commit, s.Date = m[1], time.Unix(n, 0).UTC()
	return nil
}

// git runs git and returns what it prints, without spaces around it. The error is git's own
// first line.
func git(root string, args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-C", root}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		line, _, _ := strings.Cut(strings.TrimSpace(string(exit.Stderr)), "\n")
		return "", fmt.Errorf("git %s: %s", args[0], line)
	}
	return strings.TrimSpace(string(out)), err
}
