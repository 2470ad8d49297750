package release

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/apk"
	"github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
	"github.com/goreleaser/nfpm/v2/rpm"
)

// A format is what differs between package managers.
type format struct {
	name     string // what the files' names end with
	packager nfpm.Packager
	version  func(Version) string
	arch     func(Target) string
	zsh      string // the directory for completions, which zsh of that system searches
	systemd  bool   // systems with this format have it
}

var formats = []format{
	{"deb", deb.Default, Version.Debian, nfpmArch, "/usr/share/zsh/vendor-completions", true},
	{"rpm", rpm.DefaultRPM, Version.RPM, nfpmArch, "/usr/share/zsh/site-functions", true},
	{"apk", apk.Default, Version.APK, nfpmArch, "/usr/share/zsh/site-functions", false},
}

// nfpmArch returns nfpm's name of a processor, which it translates for each format.
func nfpmArch(t Target) string { return strings.Replace(t.Arch, "armv7", "arm7", 1) }

// contents lays out a package's files.
func (f format) contents(p Product, m Material, binary, copyright []byte, changes changelogs) []File {
	doc := path.Join("/usr/share/doc", p.Name)
	list := []File{program(path.Join("/usr/bin", p.Program), binary)}
	for _, page := range m.Pages {
		list = append(list, text(path.Join("/usr/share/man", page.Path+".gz"), gzipped(page.Data)))
	}
	for _, c := range []struct {
		path string
		data []byte
	}{
		{path.Join("/usr/share/bash-completion/completions", p.Program), m.Completions.Bash},
		{path.Join(f.zsh, "_"+p.Program), m.Completions.Zsh},
		{path.Join("/usr/share/fish/vendor_completions.d", p.Program+".fish"), m.Completions.Fish},
	} {
		if c.data != nil {
			list = append(list, text(c.path, c.data))
		}
	}
	if f.systemd {
		list = append(list, under("/usr/lib/systemd/system", m.Units)...)
	}
	for _, c := range m.Config {
		c.Type = files.TypeConfigNoReplace
		list = append(list, c)
	}
	list = append(list, under(doc, m.Docs)...)
	list = append(list, under(path.Join(doc, "examples"), m.Examples)...)
	if f.name == "deb" {
		list = append(list, text(path.Join(doc, "copyright"), copyright),
			text(path.Join(doc, "changelog.gz"), gzipped(changes.upstream)),
			text(path.Join(doc, "changelog.Debian.gz"), gzipped(changes.debian)),
			text(path.Join("/usr/share/lintian/overrides", p.Name), overrides(p)))
	} else {
		list = append(list, text(path.Join("/usr/share/licenses", p.Name, "LICENSE"), copyright),
			text(path.Join(doc, "CHANGELOG.md"), changes.upstream))
	}
	if f.name == "rpm" {
		tellKinds(list)
	}
	return append(list, ownDirectories(p, list)...)
}

// tellKinds tells rpm which files are documentation and which are licences: an administrator
// can leave documentation out (rpm --excludedocs).
func tellKinds(list []File) {
	for i := range list {
		switch p := list[i].Path; {
		case strings.HasPrefix(p, "/usr/share/licenses/"):
			list[i].Type = files.TypeRPMLicense
		case strings.HasPrefix(p, "/usr/share/doc/"), strings.HasPrefix(p, "/usr/share/man/"):
			list[i].Type = files.TypeRPMDoc
		}
	}
}

// ownDirectories are the directories of the product alone, which are to be gone when it is removed: rpm
// removes only those that a package names.
func ownDirectories(p Product, list []File) []File {
	var directories []File
	seen := map[string]bool{}
	for _, f := range list {
		for dir := path.Dir(f.Path); !seen[dir]; dir = path.Dir(dir) {
			words := strings.Split(dir, "/")
			if !slices.Contains(words, p.Name) && !slices.Contains(words, p.Program) {
				break
			}
			seen[dir] = true
			directories = append(directories, File{Path: dir, Mode: 0o755, Type: files.TypeDir})
		}
	}
	return directories
}

// write makes the package. nfpm reads files from disk, so they are written to stage first.
func (f format) write(stage string, p Product, t Target, o Options, s Source, contents []File, scripts Scripts) ([]byte, error) {
	info := &nfpm.Info{
		Name: p.Name, Arch: f.arch(t), Platform: "linux",
		Version: f.version(s.Version), VersionSchema: "none", Release: "1",
		Section: "net", Priority: "optional",
		Maintainer: o.Maintainer, Homepage: o.Homepage, License: "BSD-3-Clause",
		Description: p.Summary + "\n" + p.About, DisableGlobbing: true, MTime: s.Date,
	}
	info.Recommends, info.Suggests = p.Recommends[f.name], p.Suggests[f.name]
	switch f.name {
	case "apk": // its field is of one line
		info.Description = p.Summary
	case "rpm": // its summary is a field of its own
		info.Description = p.About
		info.Changelog = filepath.Join(stage, "changelog")
		if err := os.WriteFile(info.Changelog, rpmChangelog(p, s, o.Maintainer), 0o600); err != nil {
			return nil, err
		}
	}
	info.RPM.Summary, info.RPM.Group = p.Summary, "Applications/Internet"
	info.RPM.BuildHost = "localhost" // and not the builder's
	info.Deb.Compression = "xz"
	for i, c := range sorted(contents) {
		source := filepath.Join(stage, strconv.Itoa(i))
		if c.Type == files.TypeDir {
			source = ""
		} else if err := os.WriteFile(source, c.Data, 0o600); err != nil {
			return nil, err
		}
		info.Contents = append(info.Contents, &files.Content{
			Source: source, Destination: c.Path, Type: c.Type,
			FileInfo: &files.ContentFileInfo{Owner: "root", Group: "root", Mode: c.Mode, MTime: s.Date},
		})
	}
	for name, script := range map[*string]string{
		&info.Scripts.PostInstall: scripts.PostInstall, &info.Scripts.PreRemove: scripts.PreRemove,
		&info.Scripts.PostRemove: scripts.PostRemove,
	} {
		if script == "" {
			continue
		}
		file, err := os.CreateTemp(stage, "script")
		if err != nil {
			return nil, err
		}
		_, err = file.WriteString(script)
		if err := errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
		*name = file.Name()
	}
	var b bytes.Buffer
	if err := f.packager.Package(info, &b); err != nil {
		return nil, fmt.Errorf("%s of %s: %w", f.name, p.Name, err)
	}
	return b.Bytes(), nil
}
