//go:build linux && packages

package e2e

import (
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// winePrefix is what testdata/portable makes.
const winePrefix = "../.build/wine"

func init() {
	programsNeeded = append(programsNeeded, "unzip", "qemu-aarch64-static", "qemu-arm-static", "wine")
	before = append(before, func(string) ([]string, error) {
		cmd := exec.Command("go", "run", "./testdata/portable", "wine")
		cmd.Dir = ".."
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("testdata/portable wine: %w\n%s", err, out)
		}
		return nil, nil
	})
}

// machines are what programs are built for. A program is run with the command in run; if that
// is nil it is only read, because nothing here runs programs for macOS, FreeBSD, or Windows on
// ARM.
var machines = []struct {
	os, arch string
	run      []string
	is       func(file string) error // checks what it was built for
}{
	{"linux", "amd64", []string{}, isELF(elf.EM_X86_64)},
	{"linux", "386", []string{}, isELF(elf.EM_386)},
	{"linux", "arm64", []string{"qemu-aarch64-static"}, isELF(elf.EM_AARCH64)},
	{"linux", "armv7", []string{"qemu-arm-static"}, isELF(elf.EM_ARM)},
	{"freebsd", "amd64", nil, isELF(elf.EM_X86_64)},
	{"freebsd", "arm64", nil, isELF(elf.EM_AARCH64)},
	{"darwin", "amd64", nil, isMacho(macho.CpuAmd64)},
	{"darwin", "arm64", nil, isMacho(macho.CpuArm64)},
	{"windows", "amd64", []string{"wine"}, isPE(pe.IMAGE_FILE_MACHINE_AMD64)},
	{"windows", "arm64", nil, isPE(pe.IMAGE_FILE_MACHINE_ARM64)},
}

// isELF checks that a program is for a processor and needs nothing else: no linker, no
// library.
func isELF(machine elf.Machine) func(string) error {
	return func(file string) error {
		f, err := elf.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		needed, err := f.ImportedLibraries()
		loaded := slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC })
		if f.Machine != machine || err != nil || len(needed) > 0 || loaded {
			return fmt.Errorf("it is for %v, and needs a linker (%v) or libraries (%q, %v)", f.Machine, loaded, needed, err)
		}
		return nil
	}
}

func isMacho(cpu macho.Cpu) func(string) error {
	return func(file string) error {
		f, err := macho.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		if f.Cpu != cpu {
			return fmt.Errorf("it is for %v", f.Cpu)
		}
		return nil
	}
}

func isPE(machine uint16) func(string) error {
	return func(file string) error {
		f, err := pe.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		if f.Machine != machine {
			return fmt.Errorf("it is for %#x", f.Machine)
		}
		return nil
	}
}

// unpackArchive unpacks an archive with the program that its users have, and returns the
// directory that everything in it is in.
func unpackArchive(t *testing.T, product, system, arch string) string {
	t.Helper()
	dir, name := t.TempDir(), fmt.Sprintf("_%s_%s", system, arch)
	argv := []string{"tar", "-C", dir, "-xzf"}
	end := ".tar.gz"
	if system == "windows" {
		argv, end = []string{"unzip", "-q", "-d", dir}, ".zip"
	}
	archive := dist(t, newVersion, product, name+end)
	if err := do(append(argv, archive)...); err != nil {
		t.Fatal(err)
	}
	all, err := os.ReadDir(dir)
	if err != nil || len(all) != 1 || all[0].Name() != strings.TrimSuffix(filepath.Base(archive), end) {
		t.Fatalf("in %s there are %v, %v", archive, all, err)
	}
	return filepath.Join(dir, all[0].Name())
}

// Each archive has what it should have, and a program for its machine, which runs if anything
// here can run it.
func TestPackagesArchives(t *testing.T) {
	newVisit(t)
	for _, p := range products {
		for _, m := range machines {
			t.Run(fmt.Sprintf("%s/%s/%s", p.name, m.os, m.arch), func(t *testing.T) {
				dir := unpackArchive(t, p.name, m.os, m.arch)
				file := filepath.Join(dir, p.program)
				if m.os == "windows" {
					file += ".exe"
				}
				for _, name := range []string{"LICENSE", "CHANGELOG.md", "THIRD-PARTY.md", "THIRD-PARTY-LICENSES", "man/man1/" + p.program + ".1"} {
					if st, err := os.Stat(filepath.Join(dir, name)); err != nil || st.Size() == 0 || st.Mode() != 0o644 {
						t.Errorf("%s: %v, %v", name, st, err)
					}
				}
				if st, err := os.Stat(file); err != nil || st.Mode() != 0o755 {
					t.Errorf("the program: %v, %v", st, err)
				}
				if err := m.is(file); err != nil {
					t.Error(err)
				}
				if m.run == nil {
					return
				}
				cmd := exec.Command("env", append(append([]string{"--"}, m.run...), file, "--version")...)
				prefix, err := filepath.Abs(winePrefix)
				cmd.Env = append(os.Environ(), "WINEPREFIX="+prefix, "WINEDEBUG=-all", "DISPLAY=")
				out, errRun := cmd.Output()
				if err := errors.Join(err, errRun); err != nil || strings.Fields(string(out) + " nothing")[1] != newVersion {
					t.Errorf("%v: %s", err, out)
				}
			})
		}
	}
}
