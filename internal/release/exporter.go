package release

import (
	"os"
	"path/filepath"
	"strings"
)

var exporter = Product{
	Name:    "rdnsproxy-exporter",
	Path:    "./cmd/rdnsproxy_exporter",
	Program: "rdnsproxy_exporter",
	Summary: "Prometheus exporter for forward and reverse DNS of hosts",
	About: `rdnsproxy_exporter checks hosts when Prometheus asks for them, in the
multi-target pattern of blackbox_exporter: do the name and the address agree
in both directions, and is the SSH host key the expected one?

It asks DNS only, unless its modules file allows it to connect. Its systemd
socket listens on this machine only, and is not enabled by installing it.`,
	Material: exporterMaterial,
	Suggests: map[string][]string{"deb": {"prometheus", "rdnsproxy"}, "rpm": {"rdnsproxy"}},
	Units:    func(name string) bool { return strings.HasPrefix(name, exporterUnits) },
}

// exporterUnits is what the names of the exporter's units begin with.
const exporterUnits = "rdnsproxy-exporter"

func exporterMaterial(m *maker, p Product) (Material, error) {
	var material Material
	own := filepath.Join(m.root, filepath.FromSlash(p.Path))
	page, err := os.ReadFile(filepath.Join(own, p.Program+".1"))
	if err != nil {
		return material, err
	}
	material.Pages = []File{text("man1/"+p.Program+".1", page)}
	modules, err := os.ReadFile(filepath.Join(own, "modules.yml"))
	if err != nil {
		return material, err
	}
	material.Config = []File{text("/etc/rdnsproxy_exporter/modules.yml", modules)}
	self, err := m.host(p.Path)
	if err != nil {
		return material, err
	}
	if material.Completions.Bash, err = m.run(m.ctx, nil, self, "--completion-script-bash"); err != nil {
		return material, err
	}
	for _, name := range []string{"docs/exporter.md", "THIRD-PARTY.md"} {
		data, err := os.ReadFile(filepath.Join(m.root, filepath.FromSlash(name)))
		if err != nil {
			return material, err
		}
		material.Docs = append(material.Docs, text(filepath.Base(name), data))
	}
	examples, err := tree(filepath.Join(m.root, "examples"))
	if err != nil {
		return material, err
	}
	for _, f := range examples {
		if dir, name, _ := strings.Cut(f.Path, "/"); dir == "prometheus" || dir == "grafana" || dir == "systemd" && p.Units(name) {
			material.Examples = append(material.Examples, f)
		}
	}
	material.Units = units(examples, p.Units)
	return material, nil
}
