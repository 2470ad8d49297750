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
	Action, Package, ImportPath, Test, Output, FailedBuild string
}

// A result is what became of one test, or of a package's run (the test "").
type result struct {
	output strings.Builder
	action string
}

type testName struct{ pkg, test string }

// test runs the tests of the packages and prints which failed, and which could not
// run here.
func (t *target) test(packages []string) error {
	args := append([]string{"-json", "-timeout", "10m"}, t.flags...)
	if skip := t.skipped(); len(skip) > 0 {
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
	results, err := read(out)
	ran := cmd.Wait()
	if err != nil {
		return err
	}
	return t.report(results, len(packages), ran)
}

func (t *target) skipped() []string {
	var names []string
	for _, l := range t.limits {
		names = append(names, l.tests...)
	}
	return names
}

func read(r io.Reader) (map[testName]*result, error) {
	results := map[testName]*result{}
	for d := json.NewDecoder(r); ; {
		var e event
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return results, nil
		} else if err != nil {
			return nil, fmt.Errorf("go test -json: %w", err)
		}
		name := testName{e.Package, e.Test}
		if e.ImportPath != "" { // of building it
			name = testName{e.ImportPath, ""}
		}
		res := results[name]
		if res == nil {
			res = new(result)
			results[name] = res
		}
		switch e.Action {
		case "output", "build-output":
			res.output.WriteString(e.Output)
		case "pass", "fail", "skip":
			res.action = e.Action
		}
	}
}

// report prints the failures, and then the target's line with what was left out.
func (t *target) report(results map[testName]*result, packages int, ran error) error {
	excused := map[string][]string{} // why → tests
	for _, l := range t.limits {
		excused[l.why] = append(excused[l.why], l.tests...)
	}
	passed, failed := 0, 0
	excusedIn := map[string]bool{}
	names := slices.SortedFunc(maps.Keys(results), func(a, b testName) int {
		return strings.Compare(a.pkg+" "+a.test, b.pkg+" "+b.test)
	})
	// The tests of a package before the package: what excuses them excuses it.
	for _, name := range names {
		res := results[name]
		switch {
		case name.test == "" || strings.Contains(name.test, "/"):
		case res.action == "pass":
			passed++
		case res.action == "fail":
			if why := t.excuse(results, name); why != "" {
				excused[why] = append(excused[why], name.test)
				excusedIn[name.pkg] = true
				continue
			}
			failed++
			fmt.Printf("--- %s, %s\n%s", t.name, name.pkg, outputOf(results, name))
		}
	}
	for _, name := range names {
		if res := results[name]; name.test == "" && res.action == "fail" && !excusedIn[name.pkg] || res.action == "" {
			if failed == 0 || res.action == "" {
				failed++
				fmt.Printf("--- %s, %s %s\n%s", t.name, name.pkg, name.test, res.output.String())
			}
		}
	}
	if failed == 0 && ran != nil && len(excusedIn) == 0 {
		return ran
	}
	if failed > 0 {
		return fmt.Errorf("%d tests failed, %d passed", failed, passed)
	}
	fmt.Printf("ok    %s: %d tests of %d packages pass\n", t.name, passed, packages)
	for _, why := range slices.Sorted(maps.Keys(excused)) {
		if tests := excused[why]; len(tests) > 0 {
			fmt.Printf("      not run, %s: %s\n", why, strings.Join(tests, " "))
		}
	}
	return nil
}

func outputOf(results map[testName]*result, name testName) string {
	var b strings.Builder
	for _, n := range slices.SortedFunc(maps.Keys(results), func(a, b testName) int { return strings.Compare(a.test, b.test) }) {
		if n.pkg == name.pkg && (n.test == name.test || strings.HasPrefix(n.test, name.test+"/")) {
			b.WriteString(results[n].output.String())
		}
	}
	return b.String()
}

var reported = regexp.MustCompile(`(?m)^ +\S+\.go:\d+: .*$`)

// excuse says which limit a failed test, or its subtests, ran into; "" is none.
func (t *target) excuse(results map[testName]*result, name testName) string {
	lines := reported.FindAllString(outputOf(results, name), -1)
	why := ""
	for _, line := range lines {
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
