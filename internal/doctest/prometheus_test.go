package doctest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/internal/dialect/readertest"
)

const prometheusExamples = "examples/prometheus/"

// TestDocsPrometheus: promtool accepts the configuration for Prometheus, also with the
// parts that are commented out, and the rules do what their tests say.
func TestDocsPrometheus(t *testing.T) {
	t.Chdir(root)
	dir := t.TempDir()
	if err := os.CopyFS(dir+"/rdnsproxy", os.DirFS(prometheusExamples)); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"exporter-ca.crt", "exporter-password"} {
		if err := os.WriteFile(dir+"/rdnsproxy/"+secret, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := document(t, prometheusExamples+"prometheus.yml")
	for _, tt := range []struct{ name, also string }{{"as it is", ""}, {"shards", "shards"}, {"TLS", "tls"}, {"all", "shards|tls"}} {
		t.Run(tt.name, func(t *testing.T) {
			config := text
			if tt.also != "" {
				config = regexp.MustCompile(`(?m)^( *)#(`+tt.also+`) `).ReplaceAllString(text, "$1")
			}
			if err := os.WriteFile(dir+"/prometheus.yml", []byte(config), 0o600); err != nil {
				t.Fatal(err)
			}
			if said, ok := readertest.Read(t, "", "promtool", "check", "config", dir+"/prometheus.yml"); !ok {
				t.Errorf("%s\n%s", said, config)
			}
		})
	}
	tests, err := filepath.Glob(prometheusExamples + "tests/*.yml")
	if err != nil || len(tests) == 0 {
		t.Fatal(tests, err)
	}
	if said, ok := readertest.Read(t, "", "promtool", append([]string{"test", "rules"}, tests...)...); !ok {
		t.Error(said)
	}
}

var (
	alertPattern  = regexp.MustCompile(`(?m)^ +- alert: (\w+)$`)
	recordPattern = regexp.MustCompile(`(?m)^ +- record: (\S+)$`)
	metricPattern = regexp.MustCompile(`\b(?:[a-z]+:)?(?:rdnsproxy|probe|scrape|process|up)(?:_[a-z]+)*(?::[a-z0-9]+)?\b`)
	quotedPattern = regexp.MustCompile(`"[^"]*"`)
)

// TestDocsAlerts: every alert says how urgent it is, what it is about and what to run, is in
// a test, and is known to whatever else names it.
func TestDocsAlerts(t *testing.T) {
	t.Chdir(root)
	rules := document(t, prometheusExamples+"alert-rules.yml")
	var tests string
	paths, err := filepath.Glob(prometheusExamples + "tests/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		tests += document(t, path)
	}
	alerts := map[string]bool{}
	for _, at := range alertPattern.FindAllStringSubmatchIndex(rules, -1) {
		name, rule := rules[at[2]:at[3]], rules[at[1]:]
		if next := regexp.MustCompile(`(?m)^ +- (alert|name): `).FindStringIndex(rule); next != nil {
			rule = rule[:next[0]]
		}
		alerts[name] = true
		for _, needed := range []string{`severity: (critical|warning|info)`, `summary: ".+"`, `run: ".+"`} {
			if !regexp.MustCompile(`(?m)^ +` + needed + `$`).MatchString(rule) {
				t.Errorf("%s has no %s", name, needed)
			}
		}
		if !strings.Contains(tests, "alertname: "+name+"\n        exp_alerts:\n") {
			t.Errorf("no test fires %s", name)
		}
	}
	if len(alerts) < 10 {
		t.Errorf("%d alerts", len(alerts))
	}
	for _, path := range []string{prometheusExamples + "alert-rules.yml", prometheusExamples + "alertmanager.yml"} {
		for _, name := range regexp.MustCompile(`\bRdnsproxy\w+`).FindAllString(document(t, path), -1) {
			if !alerts[name] {
				t.Errorf("%s: there is no alert %s", path, name)
			}
		}
	}
}

// exporterMetrics are the metrics that rules and the dashboard can use: those of the exporter,
// those that are recorded, and those that Prometheus itself makes.
func exporterMetrics(t *testing.T) map[string]bool {
	t.Helper()
	known := map[string]bool{"up": true, "scrape_duration_seconds": true}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllStringSubmatch(document(t, "docs/exporter.md"), -1) {
		known[row[1]], known[row[1]+"_bucket"] = true, true
	}
	for _, m := range recordPattern.FindAllStringSubmatch(document(t, prometheusExamples+"recording-rules.yml"), -1) {
		known[m[1]] = true
	}
	for _, name := range []string{"process_cpu_seconds_total", "process_resident_memory_bytes"} { // of every exporter
		known[name] = true
	}
	return known
}

// TestDocsMetrics: what rules and the dashboard ask for is in docs/exporter.md, or is
// recorded. What is recorded is used.
func TestDocsMetrics(t *testing.T) {
	t.Chdir(root)
	known, used := exporterMetrics(t), map[string]bool{}
	ask := func(where, expr string) {
		t.Helper()
		for _, name := range metricPattern.FindAllString(quotedPattern.ReplaceAllString(expr, `""`), -1) {
			used[name] = true
			if !known[name] {
				t.Errorf("%s asks for %s, which docs/exporter.md does not have: %s", where, name, expr)
			}
		}
	}
	for _, file := range []string{"recording-rules.yml", "alert-rules.yml"} {
		lines := strings.Split(document(t, prometheusExamples+file), "\n")
		for i, line := range lines {
			if at := strings.Index(line, "expr:"); at >= 0 {
				expr := line[at+len("expr:"):]
				for _, more := range lines[i+1:] {
					if len(more)-len(strings.TrimLeft(more, " ")) <= at {
						break
					}
					expr += "\n" + more
				}
				ask(file, expr)
			}
		}
	}
	for _, p := range readDashboard(t).Panels {
		for _, target := range p.Targets {
			ask(p.Title, target.Expr)
		}
	}
	for name := range maps.Keys(known) {
		if strings.Contains(name, ":") && !used[name] {
			t.Errorf("%s is recorded, and nothing uses it", name)
		}
	}
}

// dashboard is the part of a Grafana dashboard that is looked at here.
type dashboard struct {
	UID        string
	Templating struct {
		List []struct{ Name, Definition string }
	}
	Panels []struct {
		ID          int
		Type, Title string
		Description string
		GridPos     struct{ X, Y, W, H int }
		Datasource  struct{ UID string }
		Targets     []struct {
			Expr       string
			Datasource struct{ UID string }
		}
	}
}

func readDashboard(t *testing.T) (d dashboard) {
	t.Helper()
	if err := json.Unmarshal([]byte(document(t, "examples/grafana/rdnsproxy.json")), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestDocsDashboard: panels have numbers and places of their own, ask the data source
// that the user has chosen, and use variables that there are. 'make dashboard' holds the
// file against Grafana's own types.
func TestDocsDashboard(t *testing.T) {
	t.Chdir(root)
	d := readDashboard(t)
	var variables []string
	for _, v := range d.Templating.List {
		variables = append(variables, v.Name)
	}
	taken, ids, used := map[[2]int]string{}, map[int]bool{}, map[string]bool{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.ID == 0 {
			t.Errorf("%s: id %d", p.Title, p.ID)
		}
		ids[p.ID] = true
		g := p.GridPos
		if g.W < 1 || g.H < 1 || g.X < 0 || g.Y < 0 || g.X+g.W > 24 {
			t.Errorf("%s: place %+v", p.Title, g)
		}
		for x := g.X; x < g.X+g.W; x++ {
			for y := g.Y; y < g.Y+g.H; y++ {
				if other, ok := taken[[2]int{x, y}]; ok {
					t.Fatalf("%s and %s overlap", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		if p.Description == "" || len(p.Targets) == 0 {
			t.Errorf("%s: no description, or no query", p.Title)
		}
		for _, target := range p.Targets {
			if p.Datasource.UID != "${datasource}" || target.Datasource.UID != "${datasource}" {
				t.Errorf("%s does not ask the data source that was chosen", p.Title)
			}
			for _, m := range regexp.MustCompile(`\$(\w+)`).FindAllStringSubmatch(target.Expr, -1) {
				used[m[1]] = true
				if !strings.HasPrefix(m[1], "__") && !slices.Contains(variables, m[1]) {
					t.Errorf("%s: there is no variable %s", p.Title, m[0])
				}
			}
		}
	}
	for _, name := range variables {
		if !used[name] && name != "datasource" {
			t.Errorf("nothing uses the variable %s", name)
		}
	}
	if fmt.Sprint(variables) != "[datasource exporter module instance]" {
		t.Errorf("%q", variables)
	}
}
