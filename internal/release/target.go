package release

import (
	"fmt"
	"strings"
)

// A Target is a machine that programs are built for.
type Target struct{ OS, Arch string }

// Targets are all of a release. arm is ARMv7 with hardware floating point, which is what
// distributions call armhf, armv7hl and armv7.
var Targets = []Target{
	{"linux", "amd64"}, {"linux", "arm64"}, {"linux", "386"}, {"linux", "armv7"},
	{"darwin", "amd64"}, {"darwin", "arm64"},
	{"freebsd", "amd64"}, {"freebsd", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

func (t Target) String() string { return t.OS + "/" + t.Arch }

// environment tells the go command what to build for: the oldest processors that the release
// supports, whatever the builder's own settings are.
func (t Target) environment() []string {
	arch := t.Arch
	if arch == "armv7" {
		arch = "arm"
	}
	return []string{
		"GOOS=" + t.OS, "GOARCH=" + arch, "GOAMD64=v1", "GO386=sse2", "GOARM=7", "GOARM64=v8.0",
	}
}

// exe is what a program's name ends with.
func (t Target) exe() string {
	if t.OS == "windows" {
		return ".exe"
	}
	return ""
}

// ParseTargets reads OS/ARCH, several with spaces or commas between them; nothing means all.
func ParseTargets(s string) ([]Target, error) {
	var list []Target
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' || r == ',' }) {
		found := false
		for _, t := range Targets {
			if t.String() == word {
				list, found = append(list, t), true
			}
		}
		if !found {
			return nil, fmt.Errorf("not a target: %q (targets: %s)", word, strings.Trim(fmt.Sprint(Targets), "[]"))
		}
	}
	if list == nil {
		return Targets, nil
	}
	return list, nil
}
