package release

import (
	"bytes"
	"cmp"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Module is part of a program: a Go module, the standard library, or the work of others
// that is in the sources.
type Module struct {
	Path, Version string // with the leading v
	Sum           string // as in go.sum: h1:...; empty if there is none
	Licence       string // as SPDX calls it; several with AND
	Copyright     string
	Texts         [][]byte // of its licences
	Notice        []byte   // what the Apache licence asks to be kept with it; empty if there is none
}

// standard is the path that the standard library and the runtime have as a Module.
const standard = "stdlib"

// modules reads from a program which modules are linked into it.
func modules(file string) ([]Module, error) {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return nil, err
	}
	list := []Module{{Path: standard, Version: info.GoVersion}}
	for _, d := range info.Deps {
		if d.Replace != nil {
			return nil, fmt.Errorf("%s is replaced: a release contains modules as they were published", d.Path)
		}
		list = append(list, Module{Path: d.Path, Version: d.Version, Sum: d.Sum})
	}
	return list, nil
}

// programs builds a product's program for all targets. It returns them, each with its modules
// and their licences, and the modules of all of them together, sorted by path.
func (m *maker) programs(p Product, targets []Target) ([]*Program, []Module, error) {
	markdown, err := os.ReadFile(filepath.Join(m.root, "THIRD-PARTY.md"))
	if err != nil {
		return nil, nil, err
	}
	table, err := readLicences(markdown)
	if err != nil {
		return nil, nil, err
	}
	dirs, err := m.directories()
	if err != nil {
		return nil, nil, err
	}
	embedded, err := m.embedded(p)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range p.Embedded {
		dirs[e.Name] = filepath.Join(m.root, filepath.FromSlash(e.Directory))
	}
	var list []*Program
	all := map[string]Module{}
	for _, t := range targets {
		file, err := m.target(p, t)
		if err != nil {
			return nil, nil, err
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, err
		}
		linked, err := modules(file)
		if err != nil {
			return nil, nil, err
		}
		linked = append(linked, embedded...)
		for i := range linked {
			if err := table.fill(&linked[i], dirs[linked[i].Path]); err != nil {
				return nil, nil, err
			}
			all[linked[i].Path] = linked[i]
		}
		list = append(list, &Program{p, t, data, linked})
	}
	sorted := slices.SortedFunc(maps.Values(all), func(a, b Module) int { return cmp.Compare(a.Path, b.Path) })
	return list, sorted, nil
}

// embedded returns the work of others that is in the sources, as modules.
func (m *maker) embedded(p Product) ([]Module, error) {
	var list []Module
	for _, e := range p.Embedded {
		version, err := os.ReadFile(filepath.Join(m.root, filepath.FromSlash(e.Directory), "VERSION"))
		if err != nil {
			return nil, err
		}
		list = append(list, Module{Path: e.Name, Version: "v" + strings.TrimSpace(string(version))})
	}
	return list, nil
}

// directories returns where the sources of all required modules and of the standard library are.
func (m *maker) directories() (map[string]string, error) {
	out, err := m.run(m.ctx, nil, "go", "list", "-m", "-json=Path,Dir", "all")
	if err != nil {
		return nil, err
	}
	dirs := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var m struct{ Path, Dir string }
		if err := d.Decode(&m); err != nil {
			return nil, err
		}
		dirs[m.Path] = m.Dir
	}
	out, err = m.run(m.ctx, nil, "go", "env", "GOROOT")
	dirs[standard] = strings.TrimSpace(string(out))
	return dirs, err
}
