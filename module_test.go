package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestMakeHelp: make help lists every target that is meant for users.
func TestMakeHelp(t *testing.T) {
	b, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	var phony []string
	for _, line := range regexp.MustCompile(`(?m)^\.PHONY: (.*)$`).FindAllStringSubmatch(string(b), -1) {
		phony = append(phony, strings.Fields(strings.ReplaceAll(line[1], "$(OTHERS:%=vet-%)", ""))...)
	}
	help, err := exec.Command("make", "-s", "help").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, help)
	}
	for _, target := range phony {
		if !regexp.MustCompile(`(?m)^` + target + ` +\S`).Match(help) {
			t.Errorf("make help does not list %s: its line in the Makefile lacks ## and a text", target)
		}
	}
	for _, target := range regexp.MustCompile(`(?m)^([a-z0-9-]+):`).FindAllStringSubmatch(string(b), -1) {
		if !slices.Contains(phony, target[1]) {
			t.Errorf("the target %s is not in a .PHONY line", target[1])
		}
	}
}

// TestRequirements: the block of go.mod for tests has exactly the direct requirements
// that the program itself does not need.
func TestRequirements(t *testing.T) {
	b, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	_, block, ok := strings.Cut(string(b), "// Only tests")
	if !ok {
		t.Fatal("go.mod has lost the block for tests")
	}
	block, _, _ = strings.Cut(block, "\n)")
	list := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "./...")
	list.Env = append(list.Environ(), "CGO_ENABLED=0")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := strings.Fields(string(out))
	for _, line := range regexp.MustCompile(`(?m)^\t(\S+) \S+$`).FindAllStringSubmatch(string(b), -1) {
		module := line[1]
		if forTests := strings.Contains(block, "\t"+module+" "); forTests == slices.Contains(linked, module) {
			t.Errorf("%s: in go.mod's block for tests: %v; the program imports it: %v", module, forTests, !forTests)
		}
	}
}

// TestThirdParty: THIRD-PARTY.md names every module that a program links, under that
// program, and has the licence of uPlot, which asks for that.
func TestThirdParty(t *testing.T) {
	b, err := os.ReadFile("THIRD-PARTY.md")
	if err != nil {
		t.Fatal(err)
	}
	rows, _, _ := strings.Cut(string(b), "## uPlot")
	rows, exporters, ok := strings.Cut(rows, "## rdnsproxy_exporter")
	if !ok {
		t.Fatal("THIRD-PARTY.md has lost the exporter's modules")
	}
	own := modulesOf(t, ".")
	for _, p := range []struct {
		rows   string
		linked []string
	}{
		{rows, own},
		{exporters, slices.DeleteFunc(modulesOf(t, "./cmd/rdnsproxy_exporter"), func(m string) bool { return slices.Contains(own, m) })},
	} {
		for _, module := range p.linked {
			if module != "rdnsproxy" && !strings.Contains(p.rows, module) {
				t.Errorf("%s is linked, and THIRD-PARTY.md does not name it", module)
			}
		}
		for module := range strings.FieldsFuncSeq(p.rows, func(r rune) bool { return strings.ContainsRune(" ,|\n", r) }) {
			if strings.Count(module, "/") >= 2 && strings.Contains(module, ".") && !strings.Contains(module, "(") &&
				!strings.Contains(module, "`") && !slices.Contains(p.linked, module) {
				t.Errorf("THIRD-PARTY.md names %s, which is not linked", module)
			}
		}
	}
	licence, err := os.ReadFile("internal/auditreport/uplot/LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), string(licence)) {
		t.Error("THIRD-PARTY.md has not the text of uPlot's licence")
	}
}
