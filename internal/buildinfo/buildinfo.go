// Package buildinfo says which build of the program this is: what the linker was told,
// or else what the go command has recorded. It is read when it is asked for, not at start.
package buildinfo

import (
	"runtime"
	"runtime/debug"
	"strings"
)

// Set by the linker where the go command cannot know: in a release, and by a distribution
// that builds from an archive without a repository (docs/install.md):
//
//	go build -ldflags "-X rdnsproxy/internal/buildinfo.version=1.2.3"
var (
	version string // as in Info
	commit  string
	date    string
)

// Info describes a build, as `version --json` prints it.
type Info struct {
	// Version is semantic, without the leading v; between releases a pseudo-version of the
	// commit (go.dev/ref/mod#pseudo-versions), and "devel" if nothing is known.
	Version string `json:"version"`
	// Commit is the full hash, and Date its time (RFC 3339, UTC). Both are empty if the
	// build was told neither.
	Commit string `json:"commit,omitempty"`
	Date   string `json:"date,omitempty"`
	// Dirty: the sources were not those of the commit.
	Dirty bool `json:"dirty"`
	// Go is the release of Go, OS and Arch the machine that the program is for (GOOS, GOARCH).
	Go   string `json:"go"`
	OS   string `json:"os"`
	Arch string `json:"arch"`
	// Features are those that change what the program can do or how fast it is: "cgo", "race".
	Features []string `json:"features"`
}

// Version returns the version alone.
func Version() string { return Read().Version }

// Read returns what is known about this build.
func Read() Info {
	recorded, _ := debug.ReadBuildInfo()
	info := read(recorded)
	info.Go, info.OS, info.Arch, info.Features = runtime.Version(), runtime.GOOS, runtime.GOARCH, features()
	return info
}

// read prefers what the linker was told. A version from the linker never comes with a
// commit that somebody else has recorded: the repository around an unpacked archive may be
// that of a distribution.
func read(recorded *debug.BuildInfo) Info {
	if version != "" {
		return Info{
			Version: strings.TrimPrefix(version, "v"), Commit: commit, Date: date,
			Dirty: strings.HasSuffix(version, "+dirty"),
		}
	}
	info := Info{Version: "devel"}
	if recorded == nil {
		return info
	}
	for _, s := range recorded.Settings {
		switch s.Key {
		case "vcs.revision":
			info.Commit = s.Value
		case "vcs.time":
			info.Date = s.Value
		case "vcs.modified":
			info.Dirty = s.Value == "true"
		}
	}
	if v := recorded.Main.Version; v != "" && v != "(devel)" {
		info.Version = strings.TrimPrefix(v, "v")
	} else if len(info.Commit) >= 12 {
		info.Version = "devel-" + info.Commit[:12]
	}
	return info
}

// String is the line of `rdnsproxy version`, without the program's name.
func (i Info) String() string {
	about := append([]string{i.Go, i.OS + "/" + i.Arch}, i.Features...)
	return i.Version + " (" + strings.Join(about, " ") + ")"
}

// features lists what build tags tell, in alphabetical order.
func features() []string {
	list := []string{} // in JSON, no feature is [] and not null
	if cgo {
		list = append(list, "cgo")
	}
	if race {
		list = append(list, "race")
	}
	return list
}
