package parent_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rdnsproxy/internal/parent"
)

// TestMain is also the programs of the tests: $CHAIN names those that are to be run, one
// by the other, and the last one says what it knows of its parent.
func TestMain(m *testing.M) {
	chain, isProgram := os.LookupEnv("CHAIN")
	next, rest, _ := strings.Cut(chain, ":")
	switch {
	case !isProgram:
		os.Exit(m.Run())
	case next == "":
		fmt.Println(parent.IsSSH(), parent.LoginWaits(), parent.Args(), parent.LoginArgs())
		if f, err := parent.OpenStderr(); err == nil {
			fmt.Fprint(f, "read this")
			f.Close()
		}
	default:
		cmd := exec.Command(next)
		cmd.Env, cmd.Stdout = append(os.Environ(), "CHAIN="+rest), os.Stdout
		if err := cmd.Run(); err != nil { // its stderr is the null device
			fmt.Println(err)
		}
	}
}

// TestParentProcess: the parent is known by its executable. ssh may have started a shell in
// between, which a login then waits for.
func TestParentProcess(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"ssh", "sh", "rdnsproxy", "sshd"} {
		if err := os.Link(self, program(name)); err != nil {
			t.Fatal(err)
		}
	}
	for chain, want := range map[string]string{
		"ssh rdnsproxy":       "true true [-4 my.example.com] [-4 my.example.com]",
		"ssh sh rdnsproxy":    "false true [] [-4 my.example.com]",
		"ssh sh sh rdnsproxy": "false false [] []",
		"sh rdnsproxy":        "false false [] []",
		"sshd rdnsproxy":      "false false [] []",
	} {
		t.Run(chain, func(t *testing.T) {
			var paths []string
			for _, name := range strings.Fields(chain) {
				paths = append(paths, program(name))
			}
			var out, stderr bytes.Buffer
			cmd := exec.Command(paths[0], "-4", "my.example.com")
			cmd.Env = append(os.Environ(), "CHAIN="+strings.Join(paths[1:], ":"))
			cmd.Stdout, cmd.Stderr = &out, &stderr
			if err := cmd.Run(); err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(out.String()); got != want {
				t.Errorf("%q, want %q", got, want)
			}
			if len(paths) == 2 && stderr.String() != "read this" {
				t.Errorf("the parent's stderr got %q", stderr.String())
			}
		})
	}
}
