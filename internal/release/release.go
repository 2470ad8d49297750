// Package release makes a release: programs for all machines, archives, packages, checksums and
// an SBOM. Everything is decided by the sources, a version and a time: who builds, where
// and when changes no byte (reproducible-builds.org).
package release

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// Options say what to make.
type Options struct {
	Root       string   // the sources
	Out        string   // the directory to write to; an earlier release in it is removed
	Version    string   // of the release; empty: that of the tag or commit
	AllowDirty bool     // build what is not committed, too
	Targets    []Target // empty: all
	Maintainer string   // of the packages, NAME <ADDRESS>
	Homepage   string   // empty: the packages name none
	Log        io.Writer
}

// Dist makes everything and writes it to Out.
func Dist(ctx context.Context, o Options) error {
	source, err := ReadSource(o.Root, o.Version, o.AllowDirty)
	if err != nil {
		return err
	}
	if len(o.Targets) == 0 {
		o.Targets = Targets
	}
	old, err := earlier(o.Out)
	if err != nil {
		return err
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	tmp, err := os.MkdirTemp("", "mkdist-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	m := &maker{builder{o.Root, source, o.Log}, ctx, tmp, map[string]bool{}}
	var artifacts []Artifact
	for _, p := range Products {
		more, err := m.product(p, o)
		if err != nil {
			return err
		}
		artifacts = append(artifacts, more...)
	}
	about, err := sbom(source, artifacts)
	if err != nil {
		return err
	}
	made := []File{text(fmt.Sprintf("rdnsproxy_%s.spdx.json", source.Version), about)}
	for _, a := range artifacts {
		made = append(made, a.File)
	}
	made = append(made, text(sumsName, sums(made)))
	return replace(o.Out, old, made)
}

// product makes all archives and packages of a product.
func (m *maker) product(p Product, o Options) ([]Artifact, error) {
	material, err := p.Material(m, p)
	if err != nil {
		return nil, err
	}
	programs, third, err := m.programs(p, o.Targets)
	if err != nil {
		return nil, err
	}
	licence, err := os.ReadFile(filepath.Join(m.root, "LICENSE"))
	if err != nil {
		return nil, err
	}
	upstream, err := os.ReadFile(filepath.Join(m.root, "CHANGELOG.md"))
	if err != nil {
		return nil, err
	}
	changes := changelogs{upstream, debianChangelog(p, m.source, o.Maintainer)}
	var made []Artifact
	for _, built := range programs {
		t, binary := built.Target, built.Data
		name := fmt.Sprintf("%s_%s_%s_%s", p.Name, m.source.Version, t.OS, t.Arch)
		archive, err := m.archive(p, t, name, binary, licence, upstream, material, third)
		if err != nil {
			return nil, err
		}
		made = append(made, Artifact{archive, built})
		if t.OS != "linux" {
			continue
		}
		for _, f := range formats {
			contents := f.contents(p, material, binary, copyright(p, licence, third, f.name == "deb"), changes)
			stage, err := os.MkdirTemp(m.tmp, "stage-")
			if err != nil {
				return nil, err
			}
			data, err := f.write(stage, p, t, o, m.source, contents, f.scripts(material.Units))
			if err != nil {
				return nil, err
			}
			made = append(made, Artifact{text(name+"."+f.name, data), built})
		}
	}
	return made, nil
}

// archive makes the archive of a target: everything in a directory of its name.
func (m *maker) archive(
	p Product, t Target, name string, binary, licence, changes []byte, material Material, third []Module,
) (File, error) {
	list := []File{
		program(p.Program+t.exe(), binary), text("LICENSE", licence), text("CHANGELOG.md", changes),
		text("THIRD-PARTY-LICENSES", copyright(p, licence, third, false)),
	}
	list = append(list, material.Docs...)
	list = append(list, under("man", material.Pages)...)
	list = append(list, under("examples", material.Examples)...)
	for _, c := range material.Config {
		list = append(list, text(path.Join("examples", path.Base(c.Path)), c.Data))
	}
	for _, c := range []struct {
		name string
		data []byte
	}{
		{p.Program + ".bash", material.Completions.Bash}, {"_" + p.Program, material.Completions.Zsh},
		{p.Program + ".fish", material.Completions.Fish}, {p.Program + ".ps1", material.Completions.PowerShell},
	} {
		if c.data != nil {
			list = append(list, text(path.Join("completions", c.name), c.data))
		}
	}
	list = under(name, list)
	if t.OS == "windows" {
		data, err := zipped(list, m.source.Date)
		return text(name+".zip", data), err
	}
	data, err := tarball(list, m.source.Date)
	return text(name+".tar.gz", data), err
}
