package buildinfo

import (
	"runtime/debug"
	"testing"
)

const hash = "48a5f2ea411ab393bc12703e462bec290f4d097a"

func recorded(main string, settings ...debug.BuildSetting) *debug.BuildInfo {
	return &debug.BuildInfo{Main: debug.Module{Version: main}, Settings: settings}
}

func TestRecorded(t *testing.T) {
	vcs := []debug.BuildSetting{
		{Key: "vcs.revision", Value: hash},
		{Key: "vcs.time", Value: "2026-11-26T15:38:07Z"},
		{Key: "vcs.modified", Value: "true"},
	}
	for _, test := range []struct {
		name                  string
		recorded              *debug.BuildInfo
		version, commit, date string
		dirty                 bool
	}{
		{"nothing", nil, "devel", "", "", false},
		{"without a repository", recorded("(devel)"), "devel", "", "", false},
		{"a module", recorded("v1.2.3"), "1.2.3", "", "", false},
		{"a checkout", recorded("v0.0.0-20261126153807-48a5f2ea411a+dirty", vcs...),
			"0.0.0-20261126153807-48a5f2ea411a+dirty", hash, "2026-11-26T15:38:07Z", true},
		{"a checkout whose version go does not know", recorded("(devel)", vcs[:2]...),
			"devel-48a5f2ea411a", hash, "2026-11-26T15:38:07Z", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := read(test.recorded)
			if got.Version != test.version || got.Commit != test.commit || got.Date != test.date || got.Dirty != test.dirty {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestLinked: what the linker was told wins, and is not mixed with what is recorded about
// a repository that may be another.
func TestLinked(t *testing.T) {
	defer func(v, c, d string) { version, commit, date = v, c, d }(version, commit, date)
	version = "v1.2.3+dirty"
	got := read(recorded("v9.9.9", debug.BuildSetting{Key: "vcs.revision", Value: hash}))
	if got.Version != "1.2.3+dirty" || got.Commit != "" || got.Date != "" || !got.Dirty {
		t.Errorf("%+v", got)
	}
	commit, date = "abc", "2026-11-26T15:38:07Z"
	if got := read(nil); got.Commit != "abc" || got.Date != date {
		t.Errorf("%+v", got)
	}
}

func TestString(t *testing.T) {
	i := Info{Version: "1.2.3", Go: "go1.26.8", OS: "linux", Arch: "amd64", Features: []string{"cgo", "race"}}
	if got := i.String(); got != "1.2.3 (go1.26.8 linux/amd64 cgo race)" {
		t.Error(got)
	}
}
