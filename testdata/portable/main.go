// Portable builds, vets and tests the portable packages for other systems and
// processors, as far as this machine can run what it builds:
//
//	go run ./testdata/portable [GOOS/GOARCH | native]...
//	go run ./testdata/portable wine
//
// The second form only makes .build/wine, with which Wine runs programs written in Go.
// Without arguments it takes every target of the table. A target whose programs do
// not start here is compiled only, and the error is shown. A test that fails by a
// known limit of the emulator is listed, not counted as failed.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// notPortable are the packages whose tests run on Linux alone, and why. All others
// are portable; a test that needs a certain system says so in its build constraint.
var notPortable = map[string]string{
	"rdnsproxy":     "the scripts run Unix programs and listen on many addresses of 127.0.0.0/8",
	"rdnsproxy/e2e": "it needs network namespaces",

	"rdnsproxy/internal/doctest": "the documents are about programs of Unix",

	"rdnsproxy/internal/logs": "its tests run journalctl and Unix's compressors, and rotate files that are open",
}

// A target is a system and a processor.
type target struct {
	name string // GOOS/GOARCH, or native
	// prepare makes this machine able to run the target's programs. Nil: nothing
	// runs the target's programs here, they are compiled only.
	prepare func(*target) error
	env     []string
	exec    string   // runs one program of the target, go test's -exec
	around  []string // a command that runs go test
	flags   []string // go test's
	limits  []limit
}

// A limit is what an emulator cannot do.
type limit struct {
	tests  []string // names; they are not started
	errors []string // a test is excused if it reports nothing but errors that contain one of these
	why    string
}

func targets() []*target {
	return []*target{
		{name: "native", prepare: func(*target) error { return nil }},
		{name: "linux/386", prepare: func(*target) error { return nil }},
		{name: "linux/arm64", prepare: emulateARM64, flags: []string{"-short", "-p", "1"}, limits: qemuLimits},
		{name: "windows/amd64", prepare: prepareWine, exec: "wine", flags: []string{"-short", "-p", "1"}, limits: wineLimits},
		{name: "darwin/arm64"},
		{name: "freebsd/amd64"},
	}
}

func main() {
	asked := os.Args[1:]
	if slices.Equal(asked, []string{"wine"}) {
		if err := prepareWine(&target{env: os.Environ()}); err != nil {
			fmt.Fprintln(os.Stderr, "portable:", err)
			os.Exit(1)
		}
		return
	}
	for _, name := range asked {
		if !slices.ContainsFunc(targets(), func(t *target) bool { return t.name == name }) {
			fmt.Fprintf(os.Stderr, "portable: no target %s\n", name)
			os.Exit(2)
		}
	}
	packages, err := portablePackages()
	if err != nil {
		fmt.Fprintln(os.Stderr, "portable:", err)
		os.Exit(1)
	}
	failed := false
	for _, t := range targets() {
		if len(asked) == 0 && t.name == "native" || len(asked) > 0 && !slices.Contains(asked, t.name) {
			continue
		}
		start := time.Now()
		if err := t.try(packages); err != nil {
			failed = true
			fmt.Printf("FAIL  %s: %v\n", t.name, err)
		}
		fmt.Printf("      %s took %v\n", t.name, time.Since(start).Round(time.Second))
	}
	if failed {
		os.Exit(1)
	}
}

func portablePackages() ([]string, error) {
	out, err := exec.Command("go", "list", "./...").Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var portable []string
	for _, p := range strings.Fields(string(out)) {
		if why := notPortable[p]; why != "" {
			fmt.Printf("      %s is left out: %s\n", p, why)
			continue
		}
		portable = append(portable, p)
	}
	return portable, nil
}

// try builds, vets and tests for the target. Its error says what failed; the
// details have been printed.
func (t *target) try(packages []string) error {
	t.env = append(os.Environ(), "CGO_ENABLED=0")
	if system, processor, ok := strings.Cut(t.name, "/"); ok {
		t.env = append(t.env, "GOOS="+system, "GOARCH="+processor)
	}
	if err := t.run("go", "build", "./..."); err != nil {
		return err
	}
	if err := t.run("go", "vet", "./..."); err != nil {
		return err
	}
	why := "this machine has nothing that runs its programs"
	if t.prepare != nil {
		err := t.prepare(t)
		if err == nil {
			err = t.hello()
		}
		if err == nil {
			return t.test(packages)
		}
		why = err.Error()
	}
	dir, err := os.MkdirTemp("", "portable")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := t.run("go", append([]string{"test", "-c", "-o", dir + string(filepath.Separator)}, packages...)...); err != nil {
		return err
	}
	fmt.Printf("ok    %s: %d packages and their tests compile; they do not run here: %s\n", t.name, len(packages), why)
	return nil
}

// run runs a command with the target's environment and shows what it prints.
func (t *target) run(name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = t.env, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, args[0], err)
	}
	return nil
}

// hello asks whether a smallest program of the target starts.
func (t *target) hello() error {
	dir, err := os.MkdirTemp("", "portable")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	source := "package main\n\nfunc main() { println(\"hello\") }\n"
	if err := os.WriteFile(filepath.Join(dir, "hello.go"), []byte(source), 0o600); err != nil {
		return err
	}
	cmd := t.goCommand("run", filepath.Join(dir, "hello.go"))
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "hello") {
		return fmt.Errorf("a smallest program does not start: %v: %s", err, firstLine(string(out)))
	}
	return nil
}

// goCommand is go with what runs the target's programs.
func (t *target) goCommand(verb string, args ...string) *exec.Cmd {
	all := append(slices.Clone(t.around), "go", verb)
	if t.exec != "" {
		all = append(all, "-exec", t.exec)
	}
	cmd := exec.Command(all[0], append(all[1:], args...)...)
	cmd.Env = t.env
	if len(t.around) > 0 {
		inNamespaces(cmd)
	}
	return cmd
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

// qemuLimits are those of qemu 7.2, which is Debian 12's, and of the namespaces that
// it runs in.
var qemuLimits = []limit{
	{tests: []string{"TestSpliceRefused", "TestSpliceFailsLater", "TestWithoutLocks"}, why: "qemu has no seccomp"},
	{
		tests: []string{"TestMounted", "TestMountedFull", "TestMountedInReadOnlyFolder", "TestReadOnlyFileSystem", "TestHomes"},
		why:   "qemu starts no program in a mount namespace of its own",
	},
	{tests: []string{"TestParentProcess"}, why: "the executable of a parent is qemu"},
	{errors: []string{"trusted.note: operation not permitted"}, why: "trusted attributes are for root outside of user namespaces"},
}

// emulateARM64 has the kernel start programs for arm64 with qemu, those that a test
// starts included. It registers qemu in namespaces of its own, so nothing changes on
// the machine; Linux allows that from 6.7 on.
func emulateARM64(t *target) error {
	if runtime.GOOS+"/"+runtime.GOARCH == t.name {
		return nil
	}
	qemu, err := exec.LookPath("qemu-aarch64-static")
	if err != nil {
		return err
	}
	const magic = `\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`
	const mask = `\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`
	const register = `mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc &&
		printf %s "$0" >/proc/sys/fs/binfmt_misc/register && exec "$@"`
	t.around = []string{"sh", "-c", register, ":arm64:M::" + magic + ":" + mask + ":" + qemu + ":F"}
	return nil
}
