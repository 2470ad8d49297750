package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

// TestExporterStandsApart: the main program links nothing of what only the exporter needs.
func TestExporterStandsApart(t *testing.T) {
	own := modulesOf(t, ".")
	for _, module := range modulesOf(t, "./cmd/rdnsproxy_exporter") {
		switch name := strings.Split(module, "/"); {
		case slices.Contains(name, "prometheus"), slices.Contains(name, "kingpin"), slices.Contains(name, "golang-lru"), name[0] == "go.yaml.in":
			if slices.Contains(own, module) {
				t.Errorf("the main program links %s", module)
			}
		}
	}
	for _, module := range own {
		if !slices.Contains(ofMain, module) {
			t.Errorf("the main program links %s, which is not in this test's list: every login starts it", module)
		}
	}
}

// ofMain are the modules that the main program links. Each costs every login and every
// distribution that packages it.
var ofMain = []string{
	"github.com/inconshreveable/mousetrap", "github.com/kevinburke/ssh_config", "github.com/landlock-lsm/go-landlock",
	"github.com/miekg/dns", "github.com/rogpeppe/go-internal", "github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/crypto",
	"golang.org/x/net", "golang.org/x/sys", "golang.org/x/term", "golang.org/x/text",
	"kernel.org/pub/linux/libs/security/libcap/psx", "rdnsproxy",
}

// modulesOf lists the modules that a program links on any system, each once.
func modulesOf(t *testing.T, program string) []string {
	t.Helper()
	var all []string
	for _, system := range []string{"linux", "darwin", "freebsd", "windows"} {
		list := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", program)
		list.Env = append(list.Environ(), "CGO_ENABLED=0", "GOOS="+system)
		out, err := list.Output()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.Fields(string(out))...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestStartUp: startup needs neither cgo nor net/http, which would delay every login: cgo
// by two thirds of the startup of nc, net/http by a tenth of that.
func TestStartUp(t *testing.T) {
	for _, p := range golist(t, ".") {
		for _, forbidden := range []string{"net/http", "runtime/cgo"} {
			if slices.Contains(p.Deps, forbidden) {
				t.Errorf("the program links %s", forbidden)
			}
		}
	}
}

// TestStartUpWork limits the work of our packages before main: every login pays for a
// table or regular expression that is initialized there, and hardly any needs it.
func TestStartUpWork(t *testing.T) {
	program := filepath.Join(t.TempDir(), "rdnsproxy")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	version := exec.Command(program, "version")
	version.Env = append(version.Environ(), "GODEBUG=inittrace=1")
	out, err := version.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		var room string
		var at, took float64
		var bytes, allocations int
		if n, _ := fmt.Sscanf(line, "init rdnsproxy/%s @%f ms, %f ms clock, %d bytes, %d allocs", &room, &at, &took, &bytes, &allocations); n != 5 {
			continue
		}
		seen++
		if bytes > 2<<10 || allocations > 16 {
			t.Errorf("%s allocates %d bytes in %d pieces before main: make it when it is first asked for", room, bytes, allocations)
		}
	}
	if seen == 0 {
		t.Errorf("no package of ours is in the runtime's account:\n%s", out)
	}
}
