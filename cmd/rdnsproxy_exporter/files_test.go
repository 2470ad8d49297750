package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"testing"

	"rdnsproxy/internal/exporter"
)

// TestModulesFile: the modules file that packages install is accepted.
func TestModulesFile(t *testing.T) {
	if _, err := exporter.ReadConfig("modules.yml"); err != nil {
		t.Fatal(err)
	}
}

// TestManualPage: mandoc has nothing to say of the page, and the page has the flags of --help
// and no others.
func TestManualPage(t *testing.T) {
	const page = "rdnsproxy_exporter.1"
	if out, err := exec.Command("mandoc", "-T", "lint", "-W", "warning", page).CombinedOutput(); err != nil {
		t.Errorf("mandoc: %v\n%s", err, out)
	}
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	run := exec.Command("go", "run", ".", "--help")
	run.Env = append(run.Environ(), "CGO_ENABLED=0")
	help, err := run.Output()
	if err != nil {
		t.Fatal(err)
	}
	var has, wants []string
	for _, m := range regexp.MustCompile(`(?m)^\.It Fl (?:h , )?-([a-z.-]+)`).FindAllStringSubmatch(string(b), -1) {
		has = append(has, m[1])
	}
	for _, m := range regexp.MustCompile(`(?m)^ +(?:-h, )?--(?:\[no-\])?([a-z.-]+)`).FindAllStringSubmatch(string(help), -1) {
		if m[1] != "help-long" { // where a line of --help is broken
			wants = append(wants, m[1])
		}
	}
	slices.Sort(has)
	slices.Sort(wants)
	if !slices.Equal(has, wants) {
		t.Errorf("%s has the flags\n%q, --help\n%q", page, has, wants)
	}
}
