package release

import (
	"context"
	"fmt"
	"path/filepath"
)

// A maker makes a release: it builds programs once and remembers where they are.
type maker struct {
	builder
	ctx  context.Context
	tmp  string          // for what is built
	made map[string]bool // the files that are there
}

// target builds a product's program for a target, if that has not been done.
func (m *maker) target(p Product, t Target) (string, error) {
	file := filepath.Join(m.tmp, t.OS+"_"+t.Arch, p.Program+t.exe())
	if m.made[file] {
		return file, nil
	}
	fmt.Fprintln(m.log, p.Program, m.source.Version, t)
	err := m.program(m.ctx, file, p.Path, t)
	m.made[file] = err == nil
	return file, err
}

// host builds a program to be run here.
func (m *maker) host(path string) (string, error) {
	file := filepath.Join(m.tmp, "host-"+filepath.Base(path))
	_, err := m.run(m.ctx, host, "go", "build", "-o", file, path)
	return file, err
}

// manual makes the manual pages of the relay.
func (m *maker) manual() ([]File, error) {
	dir := filepath.Join(m.tmp, "man1")
	if _, err := m.run(m.ctx, host, "go", "run", "./internal/manual/mkman", dir); err != nil {
		return nil, err
	}
	pages, err := tree(dir)
	return under("man1", pages), err
}
