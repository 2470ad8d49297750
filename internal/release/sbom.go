package release

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"time"

	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
)

// A Program is one that was built: for the SBOM, which says of each what is in it.
type Program struct {
	Product Product
	Target  Target
	Data    []byte
	Modules []Module
}

// An Artifact is a file of a release that contains a program.
type Artifact struct {
	File
	Program *Program
}

// sbom describes a release in SPDX 2.3: one document for all its files, which have nearly
// everything in common. The files are described; each contains a program, and a program has
// modules linked into it, as its own build information says. Everything is a package of
// SPDX: a package whose files were not analysed may not contain files.
func sbom(s Source, artifacts []Artifact) ([]byte, error) {
	files := make([]File, len(artifacts))
	for i, a := range artifacts {
		files[i] = a.File
	}
	// A document with other contents needs another name, and the same has to have the same.
	name := fmt.Sprintf("rdnsproxy-%s", s.Version)
	d := &v2_3.Document{
		SPDXVersion: v2_3.Version, DataLicense: v2_3.DataLicense, SPDXIdentifier: "DOCUMENT", DocumentName: name,
		DocumentNamespace: fmt.Sprintf("https://spdx.org/spdxdocs/%s-%x", name, sha256.Sum256(sums(files))),
		CreationInfo: &v2_3.CreationInfo{
			Created:  s.Date.Format(time.RFC3339),
			Creators: []common.Creator{{CreatorType: "Tool", Creator: "mkdist-" + string(s.Version)}},
		},
	}
	seen := map[common.ElementID]*v2_3.Package{}
	var twice error
	add := func(p *v2_3.Package) (fresh bool) {
		if other := seen[p.PackageSPDXIdentifier]; other != nil {
			if other.PackageName != p.PackageName || other.PackageVersion != p.PackageVersion {
				twice = fmt.Errorf("%s and %s would have the same identifier", other.PackageName, p.PackageName)
			}
			return false
		}
		seen[p.PackageSPDXIdentifier] = p
		d.Packages = append(d.Packages, p)
		return true
	}
	relate := func(a common.ElementID, how string, b common.ElementID) {
		d.Relationships = append(d.Relationships, &v2_3.Relationship{
			RefA: common.DocElementID{ElementRefID: a}, RefB: common.DocElementID{ElementRefID: b}, Relationship: how,
		})
	}
	for _, a := range artifacts {
		file, program := a.describe(s), a.Program.describe(s)
		add(file)
		relate("DOCUMENT", common.TypeRelationshipDescribe, file.PackageSPDXIdentifier)
		relate(file.PackageSPDXIdentifier, common.TypeRelationshipContains, program.PackageSPDXIdentifier)
		if !add(program) {
			continue
		}
		for _, m := range a.Program.Modules {
			module := m.describe()
			add(module)
			how := common.TypeRelationshipStaticLink
			if m.Path == uPlot {
				how = common.TypeRelationshipContains
			}
			relate(program.PackageSPDXIdentifier, how, module.PackageSPDXIdentifier)
		}
	}
	if twice != nil {
		return nil, twice
	}
	var b bytes.Buffer
	err := spdxjson.Write(d, &b, spdxjson.Indent("  "), spdxjson.EscapeHTML(false))
	return b.Bytes(), err
}

const unsaid = "NOASSERTION"

// describe returns what is known about a file of the release.
func (a Artifact) describe(s Source) *v2_3.Package {
	purpose := "INSTALL"
	if strings.HasSuffix(a.Path, ".tar.gz") || strings.HasSuffix(a.Path, ".zip") {
		purpose = "ARCHIVE"
	}
	p := own(s, a.Program.Product.Name, a.Path, a.Data)
	p.PackageFileName, p.PrimaryPackagePurpose = a.Path, purpose
	return p
}

func (p *Program) describe(s Source) *v2_3.Package {
	pkg := own(s, p.Product.Program, p.Product.Program+"-"+p.Target.OS+"-"+p.Target.Arch, p.Data)
	pkg.PackageFileName, pkg.PrimaryPackagePurpose = p.Product.Program+p.Target.exe(), "APPLICATION"
	pkg.PackageSourceInfo = "built for " + p.Target.String()
	if s.Commit != "" {
		pkg.PackageSourceInfo += " from commit " + s.Commit
	}
	return pkg
}

// own returns a package of this project.
func own(s Source, name, id string, data []byte) *v2_3.Package {
	return &v2_3.Package{
		PackageName: name, PackageSPDXIdentifier: elementID(id), PackageVersion: string(s.Version),
		PackageDownloadLocation: unsaid, PackageLicenseConcluded: unsaid, PackageLicenseDeclared: "BSD-3-Clause",
		PackageCopyrightText: "Copyright (c) 2026 The rdnsproxy authors", IsFilesAnalyzedTagPresent: true,
		PackageChecksums: []common.Checksum{{Algorithm: common.SHA256, Value: fmt.Sprintf("%x", sha256.Sum256(data))}},
	}
}

// describe gives a module the name that databases of vulnerabilities look for (purl). The
// sum in go.sum is a hash of a list of hashes. To SPDX a checksum is that of a file, so it is
// not one.
func (m Module) describe() *v2_3.Package {
	version, purl := m.Version, "pkg:golang/"+m.Path+"@"+strings.ReplaceAll(m.Version, "+", "%2B")
	switch m.Path {
	case standard:
		version = strings.TrimPrefix(m.Version, "go")
		purl = "pkg:golang/stdlib@" + version
	case uPlot:
		version = strings.TrimPrefix(m.Version, "v")
		purl = "pkg:npm/uplot@" + version
	}
	p := &v2_3.Package{
		PackageName: m.Path, PackageSPDXIdentifier: elementID("module-" + m.Path + "-" + m.Version), PackageVersion: version,
		PackageDownloadLocation: unsaid, PackageLicenseConcluded: unsaid, PackageLicenseDeclared: m.Licence,
		PackageCopyrightText: "Copyright " + m.Copyright, IsFilesAnalyzedTagPresent: true, PrimaryPackagePurpose: "LIBRARY",
		PackageExternalReferences: []*v2_3.PackageExternalReference{{
			Category: common.CategoryPackageManager, RefType: common.TypePackageManagerPURL, Locator: purl,
		}},
	}
	if m.Sum != "" {
		p.PackageSourceInfo = "go.sum has " + m.Sum
	}
	return p
}

var notInID = regexp.MustCompile(`[^A-Za-z0-9.]+`)

// elementID makes an identifier of letters, digits, dots and hyphens.
func elementID(name string) common.ElementID {
	return common.ElementID("Package-" + notInID.ReplaceAllString(name, "-"))
}
