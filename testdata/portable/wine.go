package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// wineLimits are those of Wine 8, which is Debian 12's.
var wineLimits = []limit{
	{errors: []string{"winapi error #10045"}, why: "no UDP: Wine lacks an ioctl that Go's net needs"},
	{tests: []string{"TestRouteSource"}, why: "no UDP: Wine lacks an ioctl that Go's net needs"},
	{
		tests:  []string{"TestRecover", "TestRemember", "TestSweep", "TestWriteFails", "TestWriteIsAtomic", "TestReadersAndWriter", "TestManyAtOnce", "TestCommandOnce", "ExampleEdit_Write"},
		errors: []string{"Invalid function."},
		why:    "Wine does not remove a file, nor rename one over an open one, as Go's os asks for it",
	},
	{
		tests:  []string{"TestSetupDisplacesNothing", "TestSetupForNamedHosts"},
		errors: []string{"executable file not found in %PATH%", "ssh is not on PATH"},
		why:    "OpenSSH is not there",
	},
}

// prepareWine makes a Wine prefix under .build. Wine before version 9 lacks the
// library in which Go's runtime looks for random numbers; one that forwards to the
// older function stands in for it.
func prepareWine(t *target) error {
	if _, err := exec.LookPath("wine"); err != nil {
		return err
	}
	prefix, err := filepath.Abs(".build/wine")
	if err != nil {
		return err
	}
	t.env = append(t.env, "WINEPREFIX="+prefix, "WINEDEBUG=-all")
	if err := os.MkdirAll(".build", 0o755); err != nil {
		return err
	}
	system := filepath.Join(prefix, "drive_c", "windows", "system32")
	if _, err := os.Stat(system); err != nil {
		boot := exec.Command("wineboot", "--init")
		boot.Env = append(t.env, "DISPLAY=")
		if out, err := boot.CombinedOutput(); err != nil {
			return fmt.Errorf("wineboot: %v: %s", err, firstLine(string(out)))
		}
	}
	library := filepath.Join(system, "bcryptprimitives.dll")
	if _, err := os.Stat(library); err == nil {
		return nil
	}
	dir, err := os.MkdirTemp("", "portable")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	def, object := filepath.Join(dir, "prng.def"), filepath.Join(dir, "empty.o")
	exports := "LIBRARY bcryptprimitives.dll\nEXPORTS\nProcessPrng = advapi32.SystemFunction036\n"
	if err := os.WriteFile(def, []byte(exports), 0o600); err != nil {
		return err
	}
	if err := t.run("x86_64-w64-mingw32-as", "-o", object, os.DevNull); err != nil {
		return err
	}
	return t.run("x86_64-w64-mingw32-ld", "-shared", "--entry=0", "-o", library, object, def)
}
