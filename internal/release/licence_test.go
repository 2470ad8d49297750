package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	mit = "Permission is hereby granted, free of charge, to any person\n" +
		"The above copyright notice and this\npermission notice shall be included"
	apacheText = "\n                                 Apache License\n                           Version 2.0, January 2004\n"
)

// someTable is like THIRD-PARTY.md.
const someTable = `# Third-party software

| what | licence | copyright |
| --- | --- | --- |
| [uPlot](https://example.org), in a directory | MIT | 2022 Leon Sorokin |
| example.org/a, example.org/b, on Windows only | MIT | 2026 A |
| example.org/both | Apache-2.0, MIT | 2026 B |
| example.org/odd | WTFPL | 2026 C |
| the Go standard library and runtime | BSD-3-Clause | 2009 The Go Authors |
`

func TestLicences(t *testing.T) {
	table, err := readLicences([]byte(someTable))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, path string
		files      map[string]string
		err        string // a part of it; empty: none
	}{
		{"as the table says", "example.org/a", map[string]string{"LICENSE": mit}, ""},
		{"under another name", "example.org/b", map[string]string{"License": strings.ToUpper(mit)}, ""},
		{"two files", "example.org/both", map[string]string{"LICENSE": apacheText, "LICENSE.libyaml": mit}, ""},
		{"one in a NOTICE", "example.org/both",
			map[string]string{"LICENSE": apacheText, "NOTICE": "still\ncovered by their original MIT license"}, ""},
		{"one of two is missing", "example.org/both", map[string]string{"LICENSE": apacheText}, "does not read like MIT"},
		{"another one", "example.org/a", map[string]string{"LICENSE": apacheText}, "does not read like MIT"},
		{"none", "example.org/a", map[string]string{"README": mit}, "does not read like MIT"},
		{"not in the table", "example.org/c", map[string]string{"LICENSE": mit}, "has no row"},
		{"unknown", "example.org/odd", map[string]string{"LICENSE": mit}, "not one that is known"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range test.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			err := table.fill(&Module{Path: test.path}, dir)
			if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
				t.Errorf("%v, not %q", err, test.err)
			}
		})
	}
	if _, err := readLicences([]byte("# nothing\n")); err == nil {
		t.Error("a table without the standard library is taken")
	}
}

// TestDebianCopyright: the long licences are named, and not repeated; what is not one of them
// stays.
func TestDebianCopyright(t *testing.T) {
	third := []Module{
		{Path: "example.org/both", Licence: "Apache-2.0 AND MIT", Texts: [][]byte{[]byte(strings.TrimSpace(apacheText)), []byte(mit)}, Notice: []byte("a notice")},
		{Path: "example.org/cap", Licence: "BSD-3-Clause", Texts: [][]byte{append([]byte("either this\nor that:\n"), gpl2...)}},
	}
	debian, others := string(copyright(relay, []byte("ours"), third, true)), string(copyright(relay, []byte("ours"), third, false))
	for _, want := range []string{"ours", "/usr/share/common-licenses/Apache-2.0", "free of charge", "a notice", "either this", "/usr/share/common-licenses/GPL-2"} {
		if !strings.Contains(debian, want) {
			t.Errorf("no %q in\n%s", want, debian)
		}
	}
	for _, long := range []string{"January 2004", "June 1991"} {
		if strings.Contains(debian, long) || !strings.Contains(others, long) {
			t.Errorf("%q: in Debian's, or not in the others'", long)
		}
	}
}
