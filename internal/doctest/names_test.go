package doctest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rdnsproxy/internal/cli"
)

// mentioned returns what matches in the sentences and blocks of all documents, by place.
func mentioned(t *testing.T, pattern *regexp.Regexp) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, path := range documents(t) {
		for i, line := range strings.Split(document(t, path), "\n") {
			for _, word := range pattern.FindAllString(line, -1) {
				at := block{path: path, line: i + 1}.at(0)
				found[at] = append(found[at], word)
			}
		}
	}
	return found
}

// environment are the variables that are not a flag's.
var environment = map[string]bool{
	"RDNSPROXY_EVALUATING": true, // internal/target sets it for the programs that it runs
}

// TestDocsEnvironment: every variable that the documents name is that of a flag, or in environment.
func TestDocsEnvironment(t *testing.T) {
	t.Chdir(root)
	known := map[string]bool{}
	var add func([]cli.Command)
	add = func(commands []cli.Command) {
		for _, c := range commands {
			for _, group := range c.Flags {
				for _, f := range group.Flags {
					known["RDNSPROXY_"+strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))] = true
				}
			}
			add(c.Commands)
		}
	}
	reference := cli.NewReference()
	add(append(reference.Commands, reference.Relay))
	found := mentioned(t, regexp.MustCompile(`\bRDNSPROXY_[A-Z0-9_]*[A-Z0-9]\b`))
	for place, names := range found {
		for _, name := range names {
			if !known[name] && !environment[name] {
				t.Errorf("%s: there is no flag with the variable %s", place, name)
			}
		}
	}
	if len(found) == 0 {
		t.Error("no document names a variable")
	}
}

// TestDocsMetricNames: every metric that the documents name is in docs/exporter.md, which a test of
// its own compares with the exporter, or in what the programs have written for other tests.
func TestDocsMetricNames(t *testing.T) {
	t.Chdir(root)
	pattern := regexp.MustCompile(`\brdnsproxy_(?:check|probe|exporter|audit)_[a-z0-9_]*[a-z0-9]\b`)
	known := exporterMetrics(t)
	for _, files := range []string{"internal/report/testdata/golden.*.prometheus", "internal/auditreport/testdata/*.golden.prom", "testdata/script/*.txtar"} {
		paths, err := filepath.Glob(files)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d, %v", files, len(paths), err)
		}
		for _, path := range paths {
			for _, name := range pattern.FindAllString(document(t, path), -1) {
				known[name] = true
			}
		}
	}
	for place, names := range mentioned(t, pattern) {
		for _, name := range names {
			base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
			if !known[name] && !known[base] {
				t.Errorf("%s: nothing writes the metric %s", place, name)
			}
		}
	}
}

// treePath matches what looks like a file of this tree.
var treePath = regexp.MustCompile(`^(?:audit|check|cmd|docs|e2e|examples|hostsfile|internal|limits|proxy|replacefile|resolve|safetext|sshconf|sshdlog|testdata|\.github)/[\w.*/@{},-]*$`)

// elsewhere are paths of other trees that look like those of this one.
var elsewhere = map[string]string{
	"examples/modules.yml": "in the archive of the exporter",
}

// TestDocsFiles: every file of this tree that the documents name is there.
func TestDocsFiles(t *testing.T) {
	t.Chdir(root)
	found := 0
	for _, s := range spans(t) {
		if !treePath.MatchString(s.text) || elsewhere[s.text] != "" {
			continue
		}
		found++
		paths, err := filepath.Glob(s.text)
		if symbol := strings.TrimSuffix(s.text, filepath.Ext(s.text)); len(paths) == 0 && err == nil { // a Go name: internal/buildinfo.commit
			if info, err := os.Stat(symbol); err == nil && info.IsDir() && strings.Contains(symbol, "/") {
				continue
			}
		}
		if len(paths) == 0 {
			t.Errorf("%s: there is no %s: correct it, or say in elsewhere what it is", s.place, s.text)
		}
	}
	if found < 50 {
		t.Errorf("found %d", found)
	}
}

// TestDocsMarkup: what is shown is in a fenced block or between backquotes, where the other
// tests find it, and not in another form of Markdown's or HTML's.
func TestDocsMarkup(t *testing.T) {
	t.Chdir(root)
	others := map[string]*regexp.Regexp{
		"HTML":              regexp.MustCompile(`(?m)^\s*<(?:pre|code|kbd)\b.*`),
		"bold or italic":    regexp.MustCompile(`[*_]{1,2}rdnsproxy [a-z-]+[^*_\n]*[*_]`),
		"an indented block": regexp.MustCompile(`(?m)\n\n(?: {4,}|\t)[^\s*-].*`),
	}
	for _, path := range documents(t) {
		_, prose := split(t, path, document(t, path))
		for form, pattern := range others {
			if at := pattern.FindStringIndex(prose); at != nil {
				t.Errorf("%s:%d: %s: use backquotes, or a fenced block: %q", path, 1+strings.Count(prose[:at[0]], "\n"), form, prose[at[0]:at[1]])
			}
		}
	}
}
