package release

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	apkversion "github.com/knqyf263/go-apk-version"
)

// ascending are versions in the order of their commits: commits before and after tags, too.
var ascending = []Version{
	"0.0.0-20261126153807-48a5f2e1c9c4", // no tag yet
	"0.1.0-alpha.1",
	"0.1.0-alpha.1.0.20261127000000-000000000000",
	"0.1.0-alpha.2",
	"0.1.0-beta.1",
	"0.1.0-rc.9",
	"0.1.0-rc.10",
	"0.1.0-rc.10.0.20261128000000-ffffffffffff",
	"0.1.0",
	"0.1.1-0.20261129000000-ffffffffffff", // after 0.1.0
	"0.1.1-0.20261129000001-000000000000",
	"0.1.1-0.20261129000001-000000000000+dirty",
	"0.1.1-alpha.1",
	"0.1.1",
	"0.2.0",
	"0.10.0",
	"1.0.0",
}

func TestVersionForms(t *testing.T) {
	for _, test := range []struct {
		version          Version
		debian, rpm, apk string
	}{
		{"1.2.3", "1.2.3", "1.2.3", "1.2.3"},
		{"1.2.3-rc.1", "1.2.3~rc1", "1.2.3~rc1", "1.2.3_rc1"},
		{
			"0.0.0-20261126153807-48a5f2e1c9c4",
			"0.0.0+git20261126153807.48a5f2e1c9c4", "0.0.0^git20261126153807.48a5f2e1c9c4", "0.0.0_git20261126153807",
		},
		{
			"0.1.1-0.20261126153807-48a5f2e1c9c4",
			"0.1.0+git20261126153807.48a5f2e1c9c4", "0.1.0^git20261126153807.48a5f2e1c9c4", "0.1.0_git20261126153807",
		},
		{
			"0.1.0-rc.1.0.20261126153807-48a5f2e1c9c4+dirty",
			"0.1.0~rc1+git20261126153807.48a5f2e1c9c4.dirty", "0.1.0~rc1^git20261126153807.48a5f2e1c9c4.dirty",
			"0.1.0_rc1_git20261126153807_p1",
		},
		{"1.2.3+dirty", "1.2.3+dirty", "1.2.3^dirty", "1.2.3_p1"},
	} {
		v, err := ParseVersion("v" + string(test.version))
		if err != nil {
			t.Fatal(err)
		}
		if got := []string{v.Debian(), v.RPM(), v.APK()}; !slices.Equal(got, []string{test.debian, test.rpm, test.apk}) {
			t.Errorf("%s: %q", test.version, got)
		}
	}
}

func TestBadVersions(t *testing.T) {
	for _, bad := range []string{
		"1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-rc1", "1.2.3-foo.1", "1.2.3-rc.01", "1.2.3+build", "1.2.3-rc.1.2",
		"latest", "vv1.2.3", "1.2.3 ", "1.2.3\n", "1.2.3'; id", "1.2.3-foo.0.20261126153807-48a5f2e1c9c4",
		"1.2.3+dirty+dirty", "1.2.3" + strings.Repeat("0", 100),
	} {
		v, err := ParseVersion(bad)
		if err == nil {
			t.Errorf("%q is %q", bad, v)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: more than a line: %q", bad, err)
		}
	}
}

// TestDebianOrder asks dpkg whether versions sort as they should.
func TestDebianOrder(t *testing.T) {
	inOrder(t, Version.Debian, func(a, b string) bool {
		return exec.Command("dpkg", "--compare-versions", a+"-1", "lt", b+"-1").Run() == nil
	})
}

// TestAPKOrder asks a library that compares as apk does.
func TestAPKOrder(t *testing.T) {
	inOrder(t, Version.APK, func(a, b string) bool {
		one, err1 := apkversion.NewVersion(a + "-r1")
		two, err2 := apkversion.NewVersion(b + "-r1")
		if err1 != nil || err2 != nil {
			t.Errorf("not versions: %s, %s: %v, %v", a, b, err1, err2)
			return true
		}
		return one.LessThan(two)
	})
}

func inOrder(t *testing.T, form func(Version) string, less func(a, b string) bool) {
	t.Helper()
	for i := range len(ascending) - 1 {
		if a, b := form(ascending[i]), form(ascending[i+1]); !less(a, b) {
			t.Errorf("%s is not before %s", a, b)
		}
	}
}
