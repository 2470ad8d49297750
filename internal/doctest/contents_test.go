package doctest

import (
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/audit"
	"rdnsproxy/check"
	"rdnsproxy/internal/auditreport"
	"rdnsproxy/internal/buildinfo"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/target"
	"rdnsproxy/sshconf"
)

// TestDocsFields: every field of a result, of an audit's report, and of version, is in its
// part of docs/json.md.
func TestDocsFields(t *testing.T) {
	t.Chdir(root)
	ofCheck, ofAudit, ok := strings.Cut(document(t, "docs/json.md"), "\n## The JSON of an audit\n")
	if !ok {
		t.Fatal("docs/json.md has no part about the JSON of an audit")
	}
	fieldsIn(t, ofCheck, "rdnsproxy/check", reflect.TypeFor[check.Result]())
	fieldsIn(t, ofAudit, "rdnsproxy/audit", reflect.TypeFor[audit.Report]())
	_, ofVersion, _ := strings.Cut(ofAudit, "\n## The JSON of `version`\n")
	fieldsIn(t, ofVersion, "rdnsproxy/internal/buildinfo", reflect.TypeFor[buildinfo.Info]())
}

// fieldsIn looks for the fields of a type, and of those in it that are of the same
// package.
func fieldsIn(t *testing.T, text, pkg string, typ reflect.Type) {
	t.Helper()
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || typ.PkgPath() != pkg {
		return
	}
	for i := range typ.NumField() {
		f := typ.Field(i)
		if !f.IsExported() && !f.Anonymous {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || f.Anonymous {
			continue
		}
		if name == "" {
			t.Errorf("%s.%s has no name in JSON", typ, f.Name)
		}
		if !regexp.MustCompile("[`.]" + name + "[`.\\[]").MatchString(text) {
			t.Errorf("docs/json.md says nothing about %s of %s", name, typ)
		}
		fieldsIn(t, text, pkg, f.Type)
	}
}

// TestDocsFirstScreen: the first screen of the README, 80 columns by 24 lines, has what it is,
// what it looks like, how to install it and the first two commands.
func TestDocsFirstScreen(t *testing.T) {
	t.Chdir(root)
	var screen []string
	for line := range strings.Lines(document(t, "README.md")) {
		line = strings.TrimRight(line, "\n")
		for len(line) > 80 { // less breaks words, a browser does not
			at := strings.LastIndexByte(line[:81], ' ')
			screen, line = append(screen, line[:at]), line[at+1:]
		}
		screen = append(screen, line)
	}
	shown := strings.Join(screen[:24], "\n")
	for _, want := range []string{"ProxyCommand", "rdnsproxy: warning: ", "go install .", "rdnsproxy check ", "rdnsproxy setup"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the first screen of README.md lacks %q:\n%s", want, shown)
		}
	}
}

// TestDocsVerdicts: the tables of verdicts in the documents have the code's order and
// severities.
func TestDocsVerdicts(t *testing.T) {
	t.Chdir(root)
	severity := map[check.Code]check.Severity{}
	for _, d := range check.Codes() {
		severity[d.Code] = d.Severity
	}
	for _, path := range []string{"docs/check.md", "docs/design.md"} {
		at, text := 0, document(t, path)
		for _, v := range check.Verdicts() {
			row := regexp.MustCompile("(?m)^\\| `" + string(v) + "` \\|[^|]+\\| " + severity[check.MappingCode(v)].String() + " \\|").FindStringIndex(text)
			if row == nil || row[0] < at {
				t.Errorf("%s: no row for %s with severity %s, or out of order", path, v, severity[check.MappingCode(v)])
				continue
			}
			at = row[0]
		}
	}
}

// TestDocsFormats: every output format is where users look for it.
func TestDocsFormats(t *testing.T) {
	t.Chdir(root)
	help := printed(t, "help", "formats")
	for _, name := range append(report.Formats(), auditreport.Formats()...) {
		if !regexp.MustCompile(`(?m)^  ` + name + ` `).MatchString(help) {
			t.Errorf("'rdnsproxy help formats' does not list %s", name)
		}
		if !strings.Contains(document(t, "docs/formats.md"), "`"+name+"`") {
			t.Errorf("docs/formats.md does not name the format %s", name)
		}
	}
}

// TestDocsKeywords: sshconf can look up every keyword that the relay reads from ssh's
// configuration, and it is listed where users look for it.
func TestDocsKeywords(t *testing.T) {
	t.Chdir(root)
	texts := map[string]string{"'rdnsproxy help relay'": printed(t, "help", "relay")}
	for _, path := range []string{"docs/relay.md", "docs/design.md"} {
		texts[path] = document(t, path)
	}
	for _, keyword := range target.RelayKeywords {
		if !slices.Contains(sshconf.Keywords(), keyword) {
			t.Errorf("sshconf.Lookup does not report %s: set told in sshconf/table.go", keyword)
		}
		for name, text := range texts {
			if !strings.Contains(strings.ToLower(text), keyword) {
				t.Errorf("%s does not name %s", name, keyword)
			}
		}
	}
}

// TestDocsPins: docs/hosts.md has every finding about a hosts line, with its severity.
func TestDocsPins(t *testing.T) {
	t.Chdir(root)
	text := document(t, "docs/hosts.md")
	for _, d := range check.Codes() {
		if d.Code.Pin() && !strings.Contains(text, "\n| `"+string(d.Code)+"` | "+d.Severity.String()+" |") {
			t.Errorf("docs/hosts.md: no row for %s with severity %s", d.Code, d.Severity)
		}
	}
}

// TestDocsRooms: docs/architecture.md has every package of the module, and the files and
// directories that it and CONTRIBUTING.md name exist.
func TestDocsRooms(t *testing.T) {
	t.Chdir(root)
	text := document(t, "docs/architecture.md")
	list, err := exec.Command("go", "list", "-tags=bench", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for p := range strings.Lines(string(list)) {
		room, ok := strings.CutPrefix(strings.TrimSpace(p), "rdnsproxy/")
		if ok && !regexp.MustCompile("(?m)^\\| [^|]*`"+room+"/`[^|]* \\|").MatchString(text) {
			t.Errorf("docs/architecture.md has no row for %s", room)
		}
	}
	for _, path := range []string{"docs/architecture.md", "CONTRIBUTING.md"} {
		for _, name := range regexp.MustCompile("`([a-z_][a-zA-Z0-9_./-]*(?:/|\\.go|\\.md|\\.txtar|\\.tsv))`").FindAllStringSubmatch(document(t, path), -1) {
			if _, err := os.Stat(name[1]); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}
