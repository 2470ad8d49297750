package release

import (
	"os"
	"path/filepath"
	"strings"
)

var relay = Product{
	Name:    "rdnsproxy",
	Path:    ".",
	Program: "rdnsproxy",
	Summary: "check forward and reverse DNS before ssh connects",
	About: `rdnsproxy is an ssh ProxyCommand. Before any SSH traffic flows it checks that
the host's forward and reverse DNS agree. If they do, it stays silent; if not,
it says why, who is affected, and what to fix on which machine.

The same checks can be made without connecting (rdnsproxy check), and
rdnsproxy audit says what the reverse names in the log of an sshd mean, the
ones behind "POSSIBLE BREAK-IN ATTEMPT" among them.`,
	Material:   relayMaterial,
	Embedded:   []Embedded{{uPlot, "internal/auditreport/uplot"}},
	Recommends: map[string][]string{"deb": {"openssh-client"}, "rpm": {"openssh-clients"}},
	Units:      func(name string) bool { return !strings.HasPrefix(name, exporterUnits) },
}

func relayMaterial(m *maker, p Product) (Material, error) {
	var material Material
	pages, err := m.manual()
	if err != nil {
		return material, err
	}
	material.Pages = pages

	self, err := m.host(p.Path)
	if err != nil {
		return material, err
	}
	for shell, script := range map[string]*[]byte{
		"bash": &material.Completions.Bash, "zsh": &material.Completions.Zsh,
		"fish": &material.Completions.Fish, "powershell": &material.Completions.PowerShell,
	} {
		if *script, err = m.run(m.ctx, nil, self, "completion", shell); err != nil {
			return material, err
		}
	}

	for _, name := range []string{"README.md", "SECURITY.md", "THIRD-PARTY.md"} {
		data, err := os.ReadFile(filepath.Join(m.root, name))
		if err != nil {
			return material, err
		}
		material.Docs = append(material.Docs, text(name, data))
	}
	docs, err := tree(filepath.Join(m.root, "docs"))
	if err != nil {
		return material, err
	}
	material.Docs = append(material.Docs, under("docs", docs)...)
	if material.Examples, err = tree(filepath.Join(m.root, "examples")); err != nil {
		return material, err
	}
	material.Units = units(material.Examples, p.Units)
	return material, nil
}

// units picks those of examples/systemd that a product installs. Drop-ins and what a
// comment tells to copy stay examples.
func units(examples []File, wanted func(string) bool) []File {
	var list []File
	for _, f := range examples {
		name, ok := strings.CutPrefix(f.Path, "systemd/")
		if !ok || strings.Contains(name, "/") || !wanted(name) {
			continue
		}
		switch filepath.Ext(name) {
		case ".service", ".timer", ".socket":
			list = append(list, text(name, f.Data))
		}
	}
	return list
}
