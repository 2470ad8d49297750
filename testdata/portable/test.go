package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
)

// An event is a line of go test -json.
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64
}

// A packageRun is what became of a package's tests.
type packageRun struct {
	output map[string]string // by test; "" is the package's own
	action map[string]string // by test: its last
}

// test runs the tests of the packages. It prints a line for each package, what
// failed, and at the end what could not run here.
func (t *target) test(packages []string) error {
	args := append([]string{"-json", "-timeout", "10m"}, t.flags...)
	excused := map[string][]string{} // why → tests
	var skip []string
	for _, l := range t.limits {
		excused[l.why] = append(excused[l.why], l.tests...)
		skip = append(skip, l.tests...)
	}
	if len(skip) > 0 {
		args = append(args, "-skip", "^("+strings.Join(skip, "|")+")$")
	}
	cmd := t.goCommand("test", append(args, packages...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	passed, failed, ended, err := t.follow(out, excused)
	ran := cmd.Wait()
	switch {
	case err != nil:
		return err
	case failed > 0:
		return fmt.Errorf("%d tests failed, %d passed", failed, passed)
	case ended < len(packages):
		return fmt.Errorf("only %d of %d packages were tested: %v", ended, len(packages), ran)
	}
	fmt.Printf("ok    %s: %d tests of %d packages pass\n", t.name, passed, ended)
	for _, why := range slices.Sorted(maps.Keys(excused)) {
		if tests := excused[why]; len(tests) > 0 {
			fmt.Printf("      not run, %s: %s\n", why, strings.Join(tests, " "))
		}
	}
	return nil
}

// follow reads what go test -json prints and judges each package when it ends.
func (t *target) follow(r io.Reader, excused map[string][]string) (passed, failed, ended int, err error) {
	runs := map[string]*packageRun{}
	for d := json.NewDecoder(r); ; {
		var e event
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return passed, failed, ended, nil
		} else if err != nil {
			return passed, failed, ended, fmt.Errorf("go test -json: %w", err)
		}
		if e.Action == "build-output" {
			fmt.Print(e.Output)
		}
		if e.Package == "" {
			continue
		}
		run := runs[e.Package]
		if run == nil {
			run = &packageRun{map[string]string{}, map[string]string{}}
			runs[e.Package] = run
		}
		run.output[e.Test] += e.Output
		if e.Action != "output" {
			run.action[e.Test] = e.Action
		}
		if e.Test != "" || e.Action != "pass" && e.Action != "fail" && e.Action != "skip" {
			continue
		}
		ended++
		p, f := t.judge(run, excused)
		word := map[bool]string{true: "ok  ", false: "FAIL"}[f == 0]
		fmt.Printf("%s  %s %s %.1fs\n", word, t.name, e.Package, e.Elapsed)
		passed, failed = passed+p, failed+f
	}
}

// judge counts a package's tests and prints the output of those that failed.
func (t *target) judge(run *packageRun, excused map[string][]string) (passed, failed int) {
	excuses := 0
	for _, test := range slices.Sorted(maps.Keys(run.action)) {
		switch action := run.action[test]; {
		case test == "" || strings.Contains(test, "/") || action == "skip":
		case action == "pass":
			passed++
		default: // failed, or did not end
			output := run.outputOf(test)
			if why := t.excuse(output); why != "" {
				excused[why] = append(excused[why], test)
				excuses++
				continue
			}
			failed++
			fmt.Print(output)
		}
	}
	if run.action[""] == "fail" && failed+excuses == 0 { // as when it ends before its first test
		failed++
		fmt.Print(run.output[""])
	}
	return passed, failed
}

// outputOf is what a test and its subtests printed.
func (r *packageRun) outputOf(test string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(r.output)) {
		if name == test || strings.HasPrefix(name, test+"/") {
			b.WriteString(r.output[name])
		}
	}
	return b.String()
}

// What a failed test reports, and what a failed example printed instead of its output.
var (
	reported = regexp.MustCompile(`(?m)^ +\S+\.go:\d+: .*$`)
	printed  = regexp.MustCompile(`(?m)^got:\n.*$`)
)

// excuse says which limit a failed test ran into; "" is none. Each error that the
// test reports must be one of a limit.
func (t *target) excuse(output string) (why string) {
	for _, line := range append(reported.FindAllString(output, -1), printed.FindAllString(output, -1)...) {
		i := slices.IndexFunc(t.limits, func(l limit) bool {
			return slices.ContainsFunc(l.errors, func(e string) bool { return strings.Contains(line, e) })
		})
		if i < 0 {
			return ""
		}
		why = t.limits[i].why
	}
	return why
}
