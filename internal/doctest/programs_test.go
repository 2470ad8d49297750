package doctest

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

// programs are the commands of other programs that documents show in blocks. A command is
// found by its longest beginning here. A value that is the name of a test is what runs it as
// the documents do; any other value is the reason why no test does.
var programs = map[string]string{
	"ssh":      "TestReverseDNSNotSetUp",
	"ssh web1": "there is not such a machine; what journalctl writes is read by TestAuditFramings",
	"mosh":     "TestClientMosh",
	"dbclient": "TestDbclient",
	"parallel": "TestFleetParallel",

	"awk":               "TestScripts",
	"grep":              "it finds a line",
	"getent":            "TestOrderOfAddresses",
	"perl":              "its output is in testdata/recorded/login/traces.txt",
	"sshd -T":           "TestDocsBlocks",
	"jq":                "it reads JSON; what is in it is compared by TestScripts",
	"sort":              "TestScripts",
	"true":              "TestScripts",
	"ansible-inventory": "TestClientAnsibleInventory",
	"comm":              "TestScripts",
	"mkdir":             "TestScripts",
	"rdnsproxy-passive": "TestMonitorNagiosPassive",
	"tail":              "TestAuditEventsBehindRsyslog",
	"journalctl":        "TestAuditFramings",

	"curl":          "internal/exporter's TestPages asks for the same",
	"ssh-keygen -Y": "TestSigning",
	"sha256sum":     "TestSigning",
	"sed":           "TestSigning",
	"gh":            "it needs a forge",
	"cmp":           "it compares with what gh has fetched",
	"tar":           "the archives are unpacked by other tests, in directories of their own",

	"go run":     "TestScripts runs the tour itself",
	"go mod":     "TestPackagesFromArchive",
	"export":     "the reader's shell does",
	"go build":   "make build does the same, and every test needs it",
	"go install": "it writes into the reader's own directories",
	"install":    "it writes into the reader's own directories",
	"cd":         "the reader's shell does",

	// Packages are installed in roots of the tests' own.
	"apt":     "it installs on the reader's machine",
	"apt-get": "it installs on the reader's machine",
	"dpkg":    "it installs on the reader's machine",
	"dnf":     "it installs on the reader's machine",
	"rpm":     "it installs on the reader's machine",
	"apk":     "it installs on the reader's machine",
}

var testName = regexp.MustCompile(`^Test[A-Z]\w+$`)

// TestDocsPrograms: every command in a block is run by a test, or a table says why not.
func TestDocsPrograms(t *testing.T) {
	t.Chdir(root)
	tests := testFunctions(t)
	for program, by := range programs {
		if testName.MatchString(by) && !strings.Contains(tests, "func "+by+"\n") {
			t.Errorf("programs in internal/doctest/programs_test.go: there is not a test %s, which runs %s", by, program)
		}
	}
	for _, c := range commandLines(t) {
		if _, ours := parsers[path.Base(c.words[0])]; ours || c.mention {
			continue
		}
		switch strings.Join(c.words[:min(2, len(c.words))], " ") {
		case "go test":
			goTest(t, c, tests)
			continue
		default:
			if c.words[0] == "make" {
				makeTargets(t, c)
				continue
			}
		}
		known := false
		for n := min(3, len(c.words)); n > 0 && !known; n-- {
			_, known = programs[strings.Join(c.words[:n], " ")]
		}
		if !known {
			t.Errorf("%s: %s\n\tnothing runs it: name the test that does in programs in internal/doctest/programs_test.go, or say there why none can", c.place, c)
		}
	}
}

// goTest: the tests that 'go test -run' names are there.
func goTest(t *testing.T, c commandLine, tests string) {
	for i, word := range c.words {
		if word != "-run" && word != "-bench" || i+1 == len(c.words) {
			continue
		}
		name, _, _ := strings.Cut(strings.Trim(c.words[i+1], "^$"), "/")
		if !regexp.MustCompile(`(?m)^func \w*` + name).MatchString(tests) {
			t.Errorf("%s: %s: there is not a test of that name", c.place, c)
		}
	}
}

// makeTargets: what make is told to make is in the Makefile.
func makeTargets(t *testing.T, c commandLine) {
	makefile := document(t, "Makefile")
	for _, word := range c.words[1:] {
		if !strings.ContainsAny(word, "=-") || regexp.MustCompile(`^[a-z-]+$`).MatchString(word) && word[0] != '-' {
			if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(word) + `:`).MatchString(makefile) {
				t.Errorf("%s: no target %s in the Makefile", c.place, word)
			}
		}
	}
}

// TestDocsMake: the make targets in sentences are in the Makefile.
func TestDocsMake(t *testing.T) {
	t.Chdir(root)
	for _, s := range spans(t) {
		if m := regexp.MustCompile(`^(?:\w+=\S+ )*make ([a-z-]+)`).FindStringSubmatch(s.text); m != nil {
			makeTargets(t, commandLine{place: s.place, words: []string{"make", m[1]}})
		}
	}
}
