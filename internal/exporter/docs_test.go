package exporter

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/limits"

	"github.com/google/go-cmp/cmp"
)

// page is docs/exporter.md, which is the contract.
func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/exporter.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// section is the part of a text below a heading.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("no heading %s", heading)
	}
	part, _, _ := strings.Cut(rest, "\n## ")
	return part
}

// firstCells are the code in the first cells of tables.
func firstCells(text string) (all []string) {
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_…]+)`").FindAllStringSubmatch(text, -1) {
		all = append(all, row[1])
	}
	slices.Sort(all)
	return all
}

// TestDocsKeys: each key of a module has a row, with its default, and the example is taken.
func TestDocsKeys(t *testing.T) {
	part := section(t, page(t), "Modules file")
	if d := cmp.Diff(slices.Sorted(maps.Keys(moduleKeys(newModule("x")))), firstCells(part)); d != "" {
		t.Error(d)
	}
	m, err := parseConfig([]byte("modules: {x: {dns_only: false, allow: x}}"))
	if err != nil {
		t.Fatal(err)
	}
	x, plain := m.Modules["x"], m.Modules[DefaultModule]
	for key, value := range map[string]any{
		"fail_on": plain.FailOn, "check_timeout": plain.CheckTimeout, "timeout": plain.Timeout, "min_age": plain.MinAge, "retry_age": plain.RetryAge,
		"connect_timeout": x.ConnectTimeout, "known_hosts": x.KnownHosts[0],
	} {
		if !strings.Contains(part, fmt.Sprintf("\n| `%s` | %v |", key, value)) {
			t.Errorf("%s: the default is %v", key, value)
		}
	}
	if !strings.Contains(part, "| `max_age` | 5m | ") || plain.MaxAge != maxAge || x.MaxAge != maxAgeConnected || !strings.Contains(part, "30s in modules") {
		t.Errorf("max_age: %v and %v", plain.MaxAge, x.MaxAge)
	}
	_, example, _ := strings.Cut(part, "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	c, err := parseConfig([]byte(example))
	if err != nil || len(c.Modules) != 3 {
		t.Errorf("%v %v", err, c)
	}
}

// TestDocsMetrics: each metric has a row with its labels, and there is none for what does
// not exist.
func TestDocsMetrics(t *testing.T) {
	text := page(t)
	s, _ := sshServer(t)
	r := start(t, connecting(s.Addr(), ""), Options{})
	labels := func(samples series) map[string]string {
		all := map[string]string{}
		for name := range samples {
			family, rest, _ := strings.Cut(name, "{")
			var names []string
			for _, l := range regexp.MustCompile(`([a-z_]+)="`).FindAllStringSubmatch(rest, -1) {
				if l[1] != "le" {
					names = append(names, "`"+l[1]+"`")
				}
			}
			for _, suffix := range []string{"_bucket", "_sum", "_count"} {
				if base, ok := strings.CutSuffix(family, suffix); ok && strings.HasSuffix(base, "_duration_seconds") {
					family = base
				}
			}
			all[family] = strings.Join(names, ", ")
		}
		return all
	}
	for heading, got := range map[string]map[string]string{
		"Metrics of a probe":      labels(r.probe(fmt.Sprintf("here.example.com:%d", s.Addr().Port()), "ssh")),
		"Metrics of the exporter": labels(r.metrics()),
	} {
		part := section(t, text, heading)
		for name := range got {
			if strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_") || strings.HasPrefix(name, "promhttp_") {
				delete(got, name)
			}
		}
		if d := cmp.Diff(slices.Sorted(maps.Keys(got)), firstCells(part)); d != "" {
			t.Errorf("%s: %s", heading, d)
		}
		for name, names := range got {
			row := regexp.MustCompile("(?m)^\\| `" + name + "` \\|(?: [a-z]+ \\|)? ([^|]*?) ?\\|").FindStringSubmatch(part)
			if row == nil || row[1] != names && name != "rdnsproxy_exporter_build_info" {
				t.Errorf("%s has the labels %s: %q", name, names, row)
			}
		}
	}
	if !strings.Contains(text, fmt.Sprintf("at most %d addresses of a target have series", limits.ProbeAddresses)) {
		t.Error("the number of addresses with series is another")
	}
}

// TestExample: the modules file among the examples is taken.
func TestExample(t *testing.T) {
	text, err := os.ReadFile("../../examples/prometheus/modules.yml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parseConfig(text); err != nil {
		t.Error(err)
	}
}
