package release

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/github/go-spdx/v2/spdxexp"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/spdxlib"
)

var someSource = Source{Version: "1.2.3", Commit: strings.Repeat("ab", 20), Date: time.Unix(1764171487, 0).UTC()}

// someArtifacts are two archives and a package of two programs with the modules of mkdist.
func someArtifacts(t *testing.T) []Artifact {
	t.Helper()
	file := filepath.Join(t.TempDir(), "mkdist")
	build := exec.Command("go", "build", "-o", file, "./mkdist")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	linked, err := modules(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(linked) < 10 || linked[0].Path != standard {
		t.Fatalf("in mkdist: %+v", linked)
	}
	linked = append(linked, Module{Path: uPlot, Version: "v1.6.32"})
	for i := range linked {
		linked[i].Licence, linked[i].Copyright = "Apache-2.0 AND MIT", "2026 Somebody"
	}
	one := &Program{relay, Target{"linux", "amd64"}, []byte("one"), linked}
	two := &Program{exporter, Target{"windows", "arm64"}, []byte("two"), linked[:3]}
	return []Artifact{
		{text("rdnsproxy_1.2.3_linux_amd64.tar.gz", []byte("a")), one},
		{text("rdnsproxy_1.2.3_linux_amd64.deb", []byte("b")), one},
		{text("rdnsproxy-exporter_1.2.3_windows_arm64.zip", []byte("c")), two},
	}
}

func TestSBOM(t *testing.T) {
	artifacts := someArtifacts(t)
	data, err := sbom(someSource, artifacts)
	if err != nil {
		t.Fatal(err)
	}
	d, err := spdxjson.Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := spdxlib.ValidateDocument(d); err != nil {
		t.Error(err)
	}
	packages := map[string]*spdx.Package{}
	for _, p := range d.Packages {
		id := string(p.PackageSPDXIdentifier)
		if packages[id] != nil {
			t.Errorf("%s is there twice", id)
		}
		packages[id] = p
		if !regexp.MustCompile(`^[A-Za-z0-9.-]+$`).MatchString(id) {
			t.Errorf("not an identifier: %s", id)
		}
		if ok, bad := spdxexp.ValidateLicenses([]string{p.PackageLicenseDeclared}); !ok {
			t.Errorf("%s: not licences: %q", id, bad)
		}
	}
	var described []string
	contained, linked := 0, 0
	for _, r := range d.Relationships {
		b := packages[string(r.RefB.ElementRefID)]
		switch r.Relationship {
		case "DESCRIBES":
			described = append(described, b.PackageFileName)
		case "CONTAINS":
			contained++
		case "STATIC_LINK":
			linked++
		}
	}
	for i, a := range artifacts {
		if described[i] != a.Path {
			t.Errorf("described: %q", described)
		}
		want := fmt.Sprintf(`"checksumValue": "%x"`, sha256.Sum256(a.Data))
		if !bytes.Contains(data, []byte(want)) {
			t.Errorf("%s: no %s", a.Path, want)
		}
	}
	// Each file contains its program; uPlot is contained and not linked.
	if all := len(artifacts[0].Program.Modules) - 1 + 3; contained != 3+1 || linked != all {
		t.Errorf("contained: %d, linked: %d of %d", contained, linked, all)
	}
	for _, want := range []string{
		`"referenceLocator": "pkg:golang/golang.org/x/mod@v`, `"referenceLocator": "pkg:golang/stdlib@1.`,
		`"referenceLocator": "pkg:npm/uplot@1.6.32"`, `"sourceInfo": "go.sum has h1:`, `"created": "2025-11-26T15:38:07Z"`,
	} {
		if !bytes.Contains(data, []byte(want)) {
			t.Errorf("no %s in\n%s", want, data)
		}
	}
}

// TestSBOMIsReproducible: the same release has the same document, under the same name, and
// another one another name.
func TestSBOMIsReproducible(t *testing.T) {
	artifacts := someArtifacts(t)
	document := func() []byte {
		data, err := sbom(someSource, artifacts)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	namespace := regexp.MustCompile(`"documentNamespace": "[^"]*"`)
	one := document()
	if !bytes.Equal(one, document()) {
		t.Error("not the same twice")
	}
	artifacts[0].Data = []byte("changed")
	if other := document(); bytes.Equal(namespace.Find(one), namespace.Find(other)) {
		t.Errorf("two documents with the name %s", namespace.Find(one))
	}
}
