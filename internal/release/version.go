package release

import (
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// A Version is semantic, without the leading v, and of a form that sorts alike in all
// package managers: a release (1.2.3), a pre-release (1.2.3-rc.1, with alpha, beta or rc),
// or the pseudo-version of a commit (go.dev/ref/mod#pseudo-versions). "+dirty" at its end,
// as the go command has it, says that the sources were not those of the commit.
type Version string

// apk knows no other words for what comes before a release, in this order; without the dot,
// rc.10 would sort before rc.9 in semantic versions.
var preRelease = regexp.MustCompile(`^-(alpha|beta|rc)\.(0|[1-9][0-9]{0,8})$`)

const dirty = "+dirty"

// ParseVersion reads what a user or a tag gives, with or without the leading v.
func ParseVersion(s string) (Version, error) {
	v := "v" + strings.TrimPrefix(s, "v")
	clean := strings.TrimSuffix(v, dirty)
	if strings.Count(clean, ".") < 2 || !semver.IsValid(clean) || semver.Build(clean) != "" || len(v) > 100 {
		return "", fmt.Errorf("not a version: %q (it has to look like 1.2.3 or 1.2.3-rc.1)", s)
	}
	if pre := semver.Prerelease(clean); pre != "" && !module.IsPseudoVersion(clean) && !preRelease.MatchString(pre) {
		return "", fmt.Errorf("version %q would not sort alike everywhere "+
			"(before 1.2.3 there can be 1.2.3-alpha.1, -beta.1 and -rc.1)", s)
	}
	if module.IsPseudoVersion(clean) {
		// Its base has to be of the same forms.
		base, err := module.PseudoVersionBase(clean)
		if err != nil {
			return "", fmt.Errorf("not a version: %q (%w)", s, err)
		}
		if pre := semver.Prerelease(base); pre != "" && !preRelease.MatchString(pre) {
			return "", fmt.Errorf("version %q would not sort alike everywhere (its tag should be -alpha.1, -beta.1 or -rc.1)", s)
		}
	}
	return Version(v[1:]), nil
}

// Dirty reports whether the sources were not those of a commit.
func (v Version) Dirty() bool { return strings.HasSuffix(string(v), dirty) }

// Debian returns Debian's form: what is before a release has a tilde, which sorts before the end of a
// version (deb-version(7)); a commit after a tag is that tag with a plus, and not what the
// next release may be called: 1.2.3+git20261126153807.48a5f2e1c9c4 is before 1.2.4~alpha1.
func (v Version) Debian() string { return v.with("~", "+") }

// RPM returns rpm's form: as Debian's, but a caret is what sorts after a version and before any that
// goes on with a number (rpm-version(7)).
func (v Version) RPM() string { return v.with("~", "^") }

func (v Version) with(before, after string) string {
	base, git := v.split()
	if release, pre, ok := strings.Cut(base, "-"); ok {
		base = release + before + strings.Replace(pre, ".", "", 1)
	}
	if git != "" {
		base += after + git
	}
	if v.Dirty() {
		if git == "" {
			return base + after + "dirty"
		}
		return base + ".dirty"
	}
	return base
}

// APK returns apk's form (apk-package(5)): suffixes for what is before a release and, of commits, their
// time. A hash has no place in it. _p1 stands for dirty.
func (v Version) APK() string {
	base, git := v.split()
	if release, pre, ok := strings.Cut(base, "-"); ok {
		base = release + "_" + strings.Replace(pre, ".", "", 1)
	}
	if git != "" {
		git, _, _ = strings.Cut(git, ".")
		base += "_" + git
	}
	if v.Dirty() {
		base += "_p1"
	}
	return base
}

// split takes a pseudo-version apart: the tag before the commit, or 0.0.0, and
// gitYYYYMMDDHHMMSS.COMMIT. For other versions git is empty.
func (v Version) split() (base, git string) {
	clean := "v" + strings.TrimSuffix(string(v), dirty)
	if !module.IsPseudoVersion(clean) {
		return clean[1:], ""
	}
	base, _ = module.PseudoVersionBase(clean) // ParseVersion has tried it
	if base == "" {
		base = "v0.0.0"
	}
	at, _ := module.PseudoVersionTime(clean)
	rev, _ := module.PseudoVersionRev(clean)
	return base[1:], "git" + at.Format("20060102150405") + "." + rev
}
