package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/audit"
	"rdnsproxy/check"
	"rdnsproxy/internal/auditreport"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/target"
	"rdnsproxy/resolve"
	"rdnsproxy/sshconf"

	"github.com/rogpeppe/go-internal/txtar"
)

const generatedFrom = "<!-- generated from the tables in the code: go test . -run TestDocs -update -->\n"

// TestDocsTables compares the closed sets in docs/json.md, and the explanations in
// docs/findings.md, with the code's tables.
func TestDocsTables(t *testing.T) {
	for path, tables := range map[string]string{"docs/json.md": closedSets(), "docs/findings.md": explanations()} {
		generated(t, path, tables)
	}
}

// generated compares the end of a document with what the code generates.
func generated(t *testing.T, path, tables string) {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	written, _, ok := strings.Cut(string(b), generatedFrom)
	if !ok {
		t.Fatalf("%s has lost the line that says where its tables are from", path)
	}
	want := written + generatedFrom + tables
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(b) != want {
		t.Errorf("%s does not say what the code says: go test . -run TestDocs -update", path)
	}
}

func closedSets() string {
	var b strings.Builder
	b.WriteString("\n## Statuses\n\nOf a lookup:")
	for i, s := range resolve.Statuses() {
		fmt.Fprintf(&b, "%s `%s`", comma(i), s)
	}
	b.WriteString(".\n\nOf a connection:")
	for i, s := range check.ConnectStatuses() {
		fmt.Fprintf(&b, "%s `%s`", comma(i), s)
	}
	b.WriteString(".\n\nOf a host key:")
	for i, s := range check.KeyStatuses() {
		fmt.Fprintf(&b, "%s `%s`", comma(i), s)
	}
	b.WriteString(".\n\n## Findings\n\n| code | severity | meaning |\n| --- | --- | --- |\n")
	for _, d := range check.Codes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", d.Code, d.Severities(), d.Meaning)
	}
	b.WriteString("\nOf `audit` only:\n\n| code | severity | meaning |\n| --- | --- | --- |\n")
	for _, d := range audit.Codes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", d.Code, d.Severities(), d.Meaning)
	}
	b.WriteString("\n## Advice\n\n| code | machine | meaning |\n| --- | --- | --- |\n")
	for _, d := range check.AdviceCodes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", d.Code, d.Where(), d.Meaning)
	}
	b.WriteString("\nOf `audit` only:\n\n| code | machine | meaning |\n| --- | --- | --- |\n")
	for _, d := range audit.AdviceCodes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", d.Code, d.Where(), d.Meaning)
	}
	return b.String()
}

func explanations() string {
	var b strings.Builder
	explain := func(d check.CodeDoc, e check.Explanation, _ bool) {
		fmt.Fprintf(&b, "\n## %s\n\nSeverity: %s. In short: %s.\n", d.Code, d.Severities(), prose.Replace(d.Meaning))
		for _, part := range [][2]string{{"What it means", e.Means}, {"How sure it is", e.Sure}, {"Who is affected", e.Who}, {"What to do", e.Do}} {
			fmt.Fprintf(&b, "\n**%s.** %s\n", part[0], prose.Replace(part[1]))
		}
		fmt.Fprintf(&b, "\n**Example.** `%s`\n", e.Example)
	}
	for _, d := range check.Codes() {
		explain(check.Explain(d.Code))
	}
	for _, d := range audit.Codes() {
		explain(audit.Explain(d.Code))
	}
	return b.String()
}

// prose escapes the characters of Markdown and HTML in a sentence.
var prose = strings.NewReplacer("*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, "`", "\\`", `\`, `\\`)

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

// TestDocsFields: every field of a result, and of an audit's report, is in its part of
// docs/json.md.
func TestDocsFields(t *testing.T) {
	ofCheck, ofAudit, ok := strings.Cut(document(t, "docs/json.md"), "\n## The JSON of an audit\n")
	if !ok {
		t.Fatal("docs/json.md has no part about the JSON of an audit")
	}
	fieldsIn(t, ofCheck, "rdnsproxy/check", reflect.TypeFor[check.Result]())
	fieldsIn(t, ofAudit, "rdnsproxy/audit", reflect.TypeFor[audit.Report]())
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

// TestDocsExamples: the output shown in the documents is that of the scripts. Every file
// shown/ of a script is in the README word for word, and shown/NAME.md/ in docs/NAME.md.
func TestDocsExamples(t *testing.T) {
	readme := document(t, "README.md")
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, path := range scripts {
		for name, text := range scriptFiles(t, path) {
			if rest, ok := strings.CutPrefix(name, "shown/"); ok {
				shown++
				page, shows := "README.md", readme
				if doc, _, other := strings.Cut(rest, ".md/"); other {
					page = "docs/" + doc + ".md"
					shows = document(t, page)
				}
				if !strings.Contains(shows, "```console\n"+text+"```") && !strings.Contains(shows, "\n"+text+"```") {
					t.Errorf("%s does not show %s of %s", page, name, path)
				}
			}
		}
	}
	if shown == 0 {
		t.Error("no script has anything to show")
	}

	// The script's server is on loopback, and its hosts file in a directory of its own.
	warning := strings.NewReplacer("127.168.1.243", "192.168.1.243", "this machine's hosts", "this machine's /etc/hosts", "to hosts", "to /etc/hosts").
		Replace(scriptFiles(t, "testdata/script/relay_article.txtar")["hints"])
	for _, path := range []string{"README.md", "docs/design.md"} {
		if warning == "" || !strings.Contains(document(t, path), "\n"+warning) {
			t.Errorf("%s does not show the relay's warning as it is:\n%s", path, warning)
		}
	}

	// The example with host keys is from the recorded results that the formats replay.
	golden := document(t, "internal/report/testdata/golden.probed.text")
	_, block, _ := strings.Cut(readme, "$ rdnsproxy check changed.example.com\n")
	block, _, _ = strings.Cut(block, "```")
	block, _, _ = strings.Cut(block, "  ...\n") // for the rest
	if block == "" || !strings.Contains(golden, block) {
		t.Error("README.md shows host keys as the text format does not")
	}
}

// scriptFiles returns the files of a script by name.
func scriptFiles(t *testing.T, path string) map[string]string {
	t.Helper()
	script, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string, len(script.Files))
	for _, f := range script.Files {
		files[f.Name] = string(f.Data)
	}
	return files
}

func document(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// documents returns the documents in the root directory, in docs/ and in examples/.
func documents(t *testing.T) (paths []string) {
	t.Helper()
	for _, pattern := range []string{"*.md", "docs/*.md", "examples/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	return paths
}

var (
	linkPattern    = regexp.MustCompile(`\]\(([^)#:]*)(#[^)]+)?\)`)
	headingPattern = regexp.MustCompile(`(?m)^#+ (.+)$`)
	slugPattern    = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// TestDocsLinks: the targets of links in the documents exist, headings included.
func TestDocsLinks(t *testing.T) {
	for _, path := range documents(t) {
		for _, link := range linkPattern.FindAllStringSubmatch(document(t, path), -1) {
			to := path
			if link[1] != "" {
				to = filepath.Join(filepath.Dir(path), link[1])
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: %v", path, err)
			} else if link[2] != "" && !slices.Contains(anchors(document(t, to)), link[2]) {
				t.Errorf("%s: %s has no heading %s", path, to, link[2])
			}
		}
	}
}

// anchors returns the headings of a document in the form of link targets.
func anchors(text string) []string {
	var all []string
	for _, h := range headingPattern.FindAllStringSubmatch(text, -1) {
		all = append(all, "#"+strings.ReplaceAll(slugPattern.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-"))
	}
	return all
}

var (
	codePattern    = regexp.MustCompile("(?s)```.*?```|`[^`]+`")
	commandPattern = regexp.MustCompile("(?:^|[^/\\w.-])rdnsproxy((?: [^\\s\"'|`>;&]+)*)")
	flagPattern    = regexp.MustCompile(`^--?[a-zA-Z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*`)

	exporterFlag = regexp.MustCompile("(?m)^\\| `(--[a-z.-]+)")
)

// TestDocsCommands: every command line in the documents uses commands and flags that are
// in the help, and every other flag mentioned belongs to some command.
func TestDocsCommands(t *testing.T) {
	pages := map[string]string{}
	for _, command := range []string{"", "setup", "check", "audit", "explain", "hosts", "hosts list", "hosts add", "hosts remove", "hosts verify", "accept", "ssh", "sftp", "scp", "demo", "known-hosts", "completion", "version", "help"} {
		out, err := exec.Command("rdnsproxy", append([]string{"help"}, strings.Fields(command)...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("help %s: %v\n%s", command, err, out)
		}
		pages[command] = string(out)
	}
	for _, row := range exporterFlag.FindAllStringSubmatch(document(t, "docs/exporter.md"), -1) {
		pages["rdnsproxy_exporter"] += "  " + row[1] + " \n"
	}
	lines := 0
	for _, path := range documents(t) {
		for _, code := range codePattern.FindAllString(document(t, path), -1) {
			for _, c := range commandPattern.FindAllStringSubmatch(code, -1) {
				words := strings.Fields(c[1])
				if at := slices.Index(words, "--"); at >= 0 { // then come operands, or another program's flags
					words = words[:at]
				}
				lines++
				page := pages[""]
				for n := min(2, len(words)); n > 0; n-- {
					if p, ok := pages[strings.Join(words[:n], " ")]; ok {
						page = p
						break
					}
				}
				for _, word := range words {
					if flag := flagPattern.FindString(word); flag != "" && !hasFlag(page, flag) {
						t.Errorf("%s: rdnsproxy%s: no flag %s", path, c[1], flag)
					}
				}
			}
			if flag := flagPattern.FindString(strings.Trim(code, "`")); strings.HasPrefix(flag, "--") {
				if !slices.ContainsFunc(slices.Collect(maps.Values(pages)), func(page string) bool { return hasFlag(page, flag) }) {
					t.Errorf("%s: no command has a flag %s", path, flag)
				}
			}
		}
	}
	if lines < 50 {
		t.Errorf("%d command lines found", lines)
	}
}

// hasFlag reports whether a help page lists a flag.
func hasFlag(page, flag string) bool {
	return regexp.MustCompile(`(?m)^ +(-\w, )?` + flag + `[ ,]`).MatchString(page)
}

// TestDocsVerdicts: the tables of verdicts in the documents have the code's order and
// severities.
func TestDocsVerdicts(t *testing.T) {
	severity := map[check.Code]check.Severity{}
	for _, d := range check.Codes() {
		severity[d.Code] = d.Severity
	}
	for _, path := range []string{"README.md", "docs/design.md"} {
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

// TestDocsFormats: every output format is in each document where users look for it.
func TestDocsFormats(t *testing.T) {
	help, err := exec.Command("rdnsproxy", "help", "formats").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(report.Formats(), auditreport.Formats()...) {
		if !regexp.MustCompile(`(?m)^  ` + name + ` `).Match(help) {
			t.Errorf("'rdnsproxy help formats' does not list %s", name)
		}
		for _, path := range []string{"README.md", "docs/formats.md"} {
			if !strings.Contains(document(t, path), "`"+name+"`") {
				t.Errorf("%s does not name the format %s", path, name)
			}
		}
	}
}

// TestDocsKeywords: sshconf can look up every keyword that the relay reads from ssh's
// configuration, and it is listed where users look for it.
func TestDocsKeywords(t *testing.T) {
	help, err := exec.Command("rdnsproxy", "help", "relay").Output()
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"'rdnsproxy help relay'": string(help)}
	for _, path := range []string{"README.md", "docs/design.md"} {
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

// TestDocsMake: the make targets in the documents are in the Makefile.
func TestDocsMake(t *testing.T) {
	makefile := document(t, "Makefile")
	for _, path := range documents(t) {
		for _, m := range regexp.MustCompile("(?m)(?:^|`)make ([a-z-]+)").FindAllStringSubmatch(document(t, path), -1) {
			if !regexp.MustCompile(`(?m)^` + m[1] + `:`).MatchString(makefile) {
				t.Errorf("%s: no target %s in the Makefile", path, m[1])
			}
		}
	}
}

// TestDocsPins: docs/hosts.md has every finding about a hosts line, with its severity.
func TestDocsPins(t *testing.T) {
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
	text := document(t, "docs/architecture.md")
	for _, p := range golist(t, "./...") {
		room, ok := strings.CutPrefix(p.ImportPath, "rdnsproxy/")
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
