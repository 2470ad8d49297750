package release

import (
	"context"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

const linkerVariables = "rdnsproxy/internal/buildinfo."

// A builder runs the go command.
type builder struct {
	root   string // the sources
	source Source
	log    io.Writer // what the go command says
}

// program builds the program of a Go package and writes it to a file.
//
// -trimpath leaves out the paths of the builder's machine. -buildvcs=false leaves out the go
// command's stamp, which depends on the tags that happen to be there and on files that are
// not sources, and which a build from an archive does not have: the version, commit and date
// come from Source instead. -s -w leaves out the tables for debuggers, 30 % of the size;
// panics and profiles do not need them.
func (b builder) program(ctx context.Context, file, path string, t Target) error {
	variables := "-s -w -X " + linkerVariables + "version=" + string(b.source.Version) +
		" -X " + linkerVariables + "date=" + b.source.Date.Format(time.RFC3339)
	if b.source.Commit != "" {
		variables += " -X " + linkerVariables + "commit=" + b.source.Commit
	}
	_, err := b.run(ctx, t.environment(), "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", variables, "-o", file, path)
	if err != nil {
		return err
	}
	return static(file, t)
}

// host is the environment to build programs in that are run on this machine.
var host = []string{"GOOS=" + runtime.GOOS, "GOARCH=" + runtime.GOARCH}

// run runs a program in the sources' directory and returns what it prints. GOFLAGS is not
// empty: if it were, the go command would take it from its own configuration (go env -w).
func (b builder) run(ctx context.Context, env []string, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = b.root
	cmd.Stderr = b.log
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-trimpath", "GOWORK=off", "GOEXPERIMENT=", "GOFIPS140=off",
		"LC_ALL=C", "TZ=UTC", "SOURCE_DATE_EPOCH="+strconv.FormatInt(b.source.Date.Unix(), 10))
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", filepath.Base(name), args[0], err)
	}
	return out, nil
}

// static returns an error if a program in ELF needs a dynamic linker. macOS and Windows have
// no static programs: their kernels are called through their libraries.
func static(file string, t Target) error {
	if t.OS == "darwin" || t.OS == "windows" {
		return nil
	}
	f, err := elf.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			return fmt.Errorf("%s for %s is not static", filepath.Base(file), t)
		}
	}
	return nil
}
