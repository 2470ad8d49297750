// Package readertest is for tests of output formats: it lets the programs that read a format
// say what they think of a report.
package readertest

import (
	"os/exec"
	"strings"
	"testing"
)

// Read pipes a report to a program, and returns its output and whether it succeeded. The test
// fails if the program is missing.
func Read(t *testing.T, report, program string, args ...string) (said string, ok bool) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%v; testdata/install test gets it", err)
	}
	cmd := exec.Command(path, args...)
	cmd.Stdin = strings.NewReader(report)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}
