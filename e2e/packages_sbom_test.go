//go:build linux && packages

package e2e

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The SBOM lists the modules that are in the programs, those of all machines together, and
// nothing else.
func TestPackagesSBOM(t *testing.T) {
	newVisit(t)
	var linked []string
	for _, p := range products {
		for _, m := range machines {
			file := filepath.Join(unpackArchive(t, p.name, m.os, m.arch), p.program)
			if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
				file += ".exe"
			}
			info, err := buildinfo.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range info.Deps {
				linked = append(linked, d.Path+" "+d.Version)
			}
		}
	}
	slices.Sort(linked)
	linked = slices.Compact(linked)
	listed, err := listedModules(dist(t, newVersion, "rdnsproxy", ".spdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(listed, linked) {
		t.Errorf("the SBOM lists\n%q, the programs have\n%q", listed, linked)
	}
}

// listedModules returns the modules of Go that an SBOM lists, by their purl.
func listedModules(path string) (modules []string, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var sbom struct {
		SPDXVersion string
		Packages    []struct {
			Name, VersionInfo string
			ExternalRefs      []struct{ ReferenceType, ReferenceLocator string }
		}
	}
	if err := json.Unmarshal(b, &sbom); err != nil {
		return nil, err
	}
	if sbom.SPDXVersion != "SPDX-2.3" {
		return nil, fmt.Errorf("%s is of %q", path, sbom.SPDXVersion)
	}
	for _, p := range sbom.Packages {
		for _, r := range p.ExternalRefs {
			purl, version, _ := strings.Cut(r.ReferenceLocator, "@")
			module, isGo := strings.CutPrefix(purl, "pkg:golang/")
			if r.ReferenceType == "purl" && isGo && module != "stdlib" && !strings.HasPrefix(module, "rdnsproxy") {
				modules = append(modules, module+" "+strings.ReplaceAll(version, "%2B", "+"))
			}
		}
	}
	slices.Sort(modules)
	return modules, nil
}
