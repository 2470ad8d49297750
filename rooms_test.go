package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rule says which of our packages a package (room) may import, and why no more.
type rule struct {
	why string
	may []string
}

// rooms has a rule for each package. A rule allows only what is needed today: think
// about a new import when it is added. A package that is not listed may import only
// those in forAll.
var rooms = map[string]rule{
	"rdnsproxy": {"main only translates", []string{"internal/cli"}},
	"rdnsproxy/internal/cli": {
		"argv becomes options; what does the work is reached through the rooms that take them",
		[]string{
			"audit", "check", "hostsfile", "resolve", "sshconf", "sshdlog", "internal/auditreport", "internal/auditrun",
			"internal/buildinfo", "internal/console", "internal/demo", "internal/dialect", "internal/exit",
			"internal/kept", "internal/layout", "internal/listing", "internal/parent", "internal/pins", "internal/report",
			"internal/session",
			"internal/setup", "internal/survey",
			"internal/target", "internal/vouch", "internal/wrap",
		},
	},
	"rdnsproxy/cmd/rdnsproxy_exporter": {
		"main only translates: flags, signals, the listener",
		[]string{"internal/buildinfo", "internal/console", "internal/exit", "internal/exporter"},
	},
	"rdnsproxy/internal/exporter": {
		"it checks and probes by its own file: neither a user's flags, streams and files nor ssh's configuration concern it",
		[]string{
			"check", "hostsfile", "proxy/dial", "resolve", "sshconf", "internal/knownhosts", "internal/penalty", "internal/report",
			"internal/sshprobe", "internal/target",
		},
	},
	"rdnsproxy/internal/manual": {
		"what the pages say of the commands is what help says; nothing of the program imports it",
		[]string{"internal/cli"},
	},
	"rdnsproxy/internal/manual/mkman": {"it writes files", []string{"internal/manual"}},
	"rdnsproxy/internal/console": {
		"the voice and the environment serve every command, and know none",
		[]string{"internal/exit", "internal/owndir", "internal/parent"},
	},
	"rdnsproxy/internal/parent": {"the kernel tells who the parent is", nil},
	"rdnsproxy/internal/target": {
		"a target is read and made ready to be dialled, not looked up",
		[]string{
			"check", "hostsfile", "proxy/dial", "proxy/via", "replacefile", "resolve", "sshconf", "internal/console",
			"internal/exit", "internal/inputs", "internal/knownhosts", "internal/recipe", "ordered",
		},
	},
	"rdnsproxy/internal/inputs": {
		"a list is read, whatever its targets mean",
		[]string{"internal/console", "internal/exit", "internal/zones"},
	},
	"rdnsproxy/internal/zones": {
		"it answers as a server would, and does not know who asks",
		[]string{"resolve", "internal/console", "internal/exit"},
	},
	"rdnsproxy/internal/mapping": {
		"it translates between two rooms that do not know each other",
		[]string{"check", "replacefile", "internal/accepted", "internal/console", "internal/exit"},
	},
	"rdnsproxy/internal/session": {
		"one run of the relay, which writes no report and probes nobody",
		[]string{
			"check", "proxy/confine", "proxy/dial", "proxy/relay", "proxy/via", "replacefile", "resolve", "sshconf",
			"internal/accepted", "internal/become", "internal/console", "internal/exit", "internal/mapping",
			"internal/owndir", "internal/parent", "internal/reversecache", "internal/target",
		},
	},
	"rdnsproxy/internal/survey": {
		"many targets, one way from words to a report; what is wrong it leaves as it is",
		[]string{
			"check", "replacefile", "resolve", "sshconf", "internal/buildinfo", "internal/console", "internal/dialect",
			"internal/exit", "internal/inputs", "internal/knownhosts", "internal/krb5conf", "internal/mapping",
			"internal/parent", "internal/penalty", "internal/report", "internal/shard", "internal/sshprobe",
			"internal/target", "internal/zones", "ordered",
		},
	},
	"rdnsproxy/internal/shard": {
		"it knows the files of results, whatever is in a list and however it is checked",
		[]string{"check", "replacefile", "internal/console", "internal/exit"},
	},
	"rdnsproxy/internal/pins": {
		"it writes what a survey has found to be right",
		[]string{
			"check", "hostsfile", "replacefile", "resolve", "internal/accepted", "internal/console",
			"internal/dialect", "internal/exit", "internal/layout", "internal/listing", "internal/mapping",
			"internal/report", "internal/survey", "internal/target", "ordered",
		},
	},
	"rdnsproxy/internal/kept": {
		"it shows and removes what a session has kept, and judges nothing",
		[]string{
			"resolve", "internal/console", "internal/exit", "internal/layout", "internal/listing", "internal/reversecache", "internal/target",
		},
	},
	"rdnsproxy/internal/listing": {
		"it prints a list, whatever is in it",
		[]string{"internal/console", "internal/exit", "internal/layout"},
	},
	"rdnsproxy/internal/setup": {
		"it asks ssh what its lines would change, and no host",
		[]string{
			"replacefile", "replacefile/lockedfile", "sshconf", "internal/console", "internal/exit",
			"internal/recipe", "internal/target", "internal/wrap",
		},
	},
	"rdnsproxy/internal/wrap": {
		"it runs ssh, and leaves the rest to the relay that ssh runs",
		[]string{"sshconf", "internal/become", "internal/console", "internal/exit", "internal/recipe", "internal/target"},
	},
	"rdnsproxy/internal/become": {
		"it knows how to find and become a program, not which",
		[]string{"internal/console", "internal/exit"},
	},
	"rdnsproxy/internal/vouch": {
		"it asks DNS about a key that is shown to it, and connects to nobody",
		[]string{"check", "resolve", "sshconf", "internal/console", "internal/exit", "internal/parent", "internal/target"},
	},
	"rdnsproxy/internal/demo": {
		"it plays the user: it runs the program, and knows of check only the words of its verdicts",
		[]string{"check", "resolve", "internal/console", "internal/exit", "internal/lab", "internal/layout", "internal/recipe"},
	},
	"rdnsproxy/internal/logs": {
		"bytes become events and a tally; what they amount to, and how it is shown, is others' matter",
		[]string{"audit/tally", "sshdlog"},
	},
	"rdnsproxy/internal/report": {
		"a format knows results and the words in them, and looks nothing up",
		[]string{"check", "resolve", "internal/dialect", "internal/layout"},
	},
	"rdnsproxy/internal/auditrun": {
		"one run of an audit; what it judges and how it looks is decided elsewhere",
		[]string{
			"audit", "audit/tally", "check", "replacefile", "sshconf", "sshdlog", "internal/auditreport",
			"internal/buildinfo", "internal/console", "internal/exit", "internal/logs", "internal/survey", "internal/target",
		},
	},
	"rdnsproxy/internal/auditreport": {
		"a format knows the report and the words in it, and looks nothing up",
		[]string{"audit", "check", "internal/dialect", "internal/layout", "sshdlog"},
	},
	"rdnsproxy/internal/dialect": {
		"it knows what readers of a format expect, and of what is reported only the severities",
		[]string{"check", "internal/exit"},
	},
	"rdnsproxy/internal/dialect/readertest": {"tests hand a report to the programs that read it, whatever it is about", nil},
	"rdnsproxy/internal/layout":             {"it arranges words, and knows of what they say only the severities", []string{"check"}},
	"rdnsproxy/check": {
		"verdicts rest on lookups, of many targets in their order; nothing in check prints or dials",
		[]string{"hostsfile", "ordered", "resolve"},
	},
	"rdnsproxy/audit": {
		"a report rests on a tally and on verdicts, and from= lists are matched as sshd does; nothing in audit looks up or prints",
		[]string{"check", "resolve", "sshconf", "sshdlog", "audit/tally"},
	},
	"rdnsproxy/audit/tally": {
		"it counts events, whatever is true of their clients today",
		[]string{"sshdlog"},
	},
	"rdnsproxy/sshdlog": {"a log format is a leaf: bytes become events", nil},
	"rdnsproxy/resolve": {
		"the hosts file is one of its sources; datagrams go out in batches; who is asked depends on where this machine is",
		[]string{"hostsfile", "resolve/internal/batch", "resolve/internal/network"},
	},
	"rdnsproxy/resolve/internal/network": {"the kernel tells where this machine is", nil},
	"rdnsproxy/resolve/internal/batch":   {"it moves bytes, whatever they mean", nil},
	"rdnsproxy/hostsfile": {
		"a file format is a leaf; it writes through the one careful writer",
		[]string{"replacefile/lockedfile"},
	},
	"rdnsproxy/sshconf":       {"ssh's file formats are a leaf", nil},
	"rdnsproxy/proxy/dial":    {"dialling does not use DNS: it gets addresses", nil},
	"rdnsproxy/proxy/via":     {"it speaks to proxies, which it dials like any host; it looks up no names", []string{"proxy/dial"}},
	"rdnsproxy/proxy/confine": {"what a process still needs is said to it", nil},
	"rdnsproxy/proxy/relay":   {"the data path knows two descriptors and a connection", nil},
	"rdnsproxy/internal/reversecache": {
		"it keeps what was answered, never a verdict; who asks, and whether it may be used, is others' matter",
		[]string{"replacefile", "resolve", "internal/owndir"},
	},
	"rdnsproxy/internal/penalty": {
		"it counts connections; who makes them, and why, is others' matter",
		[]string{"replacefile", "internal/owndir"},
	},
	"rdnsproxy/internal/owndir": {
		"it knows who may write to a directory, not what is in it",
		[]string{"replacefile"},
	},
	"rdnsproxy/internal/accepted": {
		"a file of names, addresses and words: which verdicts there are, and what to say, is others' matter",
		[]string{"replacefile", "resolve"},
	},
	"rdnsproxy/replacefile": {"everyone who writes files needs it", fileRooms},
	"rdnsproxy/internal/knownhosts": {
		"known_hosts is a file format with ssh's pattern lists in it; it knows no connection",
		[]string{"sshconf"},
	},
	"rdnsproxy/internal/sshprobe": {
		"a probe dials and knows keys; it looks up no names and judges no mapping",
		[]string{"check", "proxy/dial", "internal/knownhosts"},
	},
	"rdnsproxy/internal/recipe": {
		"it knows the bytes of a block and of a ProxyCommand; what ssh makes of them is asked elsewhere",
		nil,
	},
	"rdnsproxy/safetext":      {"everyone who shows a stranger's text needs it", nil},
	"rdnsproxy/limits":        {"everyone whose work has a bound needs it", nil},
	"rdnsproxy/ordered":       {"a loop with a bound", nil},
	"rdnsproxy/internal/exit": {"a list of numbers", nil},
	"rdnsproxy/internal/buildinfo": {
		"every program of the module may say which build it is",
		nil,
	},
	"rdnsproxy/internal/krb5conf": {
		"a file format is a leaf: it says what Kerberos would do, not what came of it",
		nil,
	},
	"rdnsproxy/internal/lab":     {"servers for tests and the demo speak the wire, not our types", nil},
	"rdnsproxy/e2e":              {"it is tests alone", nil},
	"rdnsproxy/internal/doctest": {"it is tests alone", nil},
	"rdnsproxy/internal/bench":   {"it measures the program from outside", []string{"internal/lab"}},

	// What replacing a file and changing a locked one have in common stays below them.
	"rdnsproxy/replacefile/lockedfile": {
		"a system's own file is written with locks and attributes; what is in it is its format's matter",
		append([]string{"replacefile"}, fileRooms...),
	},
	"rdnsproxy/replacefile/internal/tempfile": {
		"a new file is made in an opened directory, whatever the path to it was",
		[]string{"replacefile/internal/attributes", "replacefile/internal/osfile"},
	},
	"rdnsproxy/replacefile/internal/pathwalk": {
		"who can have made a link is known before a file is opened",
		[]string{"replacefile/internal/osfile"},
	},
	"rdnsproxy/replacefile/internal/attributes": {
		"it copies from one open file to another",
		[]string{"replacefile/internal/osfile"},
	},
	"rdnsproxy/replacefile/internal/osfile": {"it differs between systems, and by nothing else", nil},
	"rdnsproxy/replacefile/internal/filetest": {
		"tests make and look at files without the code that they test",
		nil,
	},
}

// fileRooms are the packages shared by those that write files.
var fileRooms = []string{
	"replacefile/internal/tempfile", "replacefile/internal/pathwalk",
	"replacefile/internal/attributes", "replacefile/internal/osfile",
}

// forAll are the packages that every package may import: untrusted text, and limits on
// what others can make grow, concern all of them.
var forAll = []string{"safetext", "limits"}

type goPackage struct {
	ImportPath string
	Imports    []string
	Deps       []string
	CgoFiles   []string
	Standard   bool
}

// golist runs go list -json for the packages of the module, bench included.
func golist(t *testing.T, args ...string) []goPackage {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-tags=bench", "-json=ImportPath,Imports,Deps,CgoFiles,Standard"}, args...)...)
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// TestDirectionOfImports checks imports between our packages against rooms.
func TestDirectionOfImports(t *testing.T) {
	for _, p := range golist(t, "./...") {
		rule, known := rooms[p.ImportPath]
		if !known {
			t.Errorf("%s is a room without a rule: say here what it may import, and why", p.ImportPath)
			continue
		}
		for _, i := range p.Imports {
			ours, ok := strings.CutPrefix(i, "rdnsproxy/")
			if !ok || slices.Contains(forAll, ours) || slices.Contains(rule.may, ours) {
				continue
			}
			t.Errorf("%s imports %s; it may not, because %s", p.ImportPath, i, rule.why)
		}
		for _, ours := range rule.may {
			if !slices.Contains(p.Imports, "rdnsproxy/"+ours) {
				t.Errorf("%s may import %s and does not: make the rule narrower", p.ImportPath, ours)
			}
		}
	}
}

// TestBenchStandsApart: bench is built only with its tag.
func TestBenchStandsApart(t *testing.T) {
	list := exec.Command("go", "list", "./...")
	list.Env = append(list.Environ(), "GOFLAGS=") // it may contain a tag
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	const bench = "rdnsproxy/internal/bench"
	if slices.Contains(strings.Fields(string(out)), bench) {
		t.Error(bench + " has a file without the tag")
	}
	if !slices.ContainsFunc(golist(t, "./..."), func(p goPackage) bool { return p.ImportPath == bench }) {
		t.Error(bench + " is not there with the tag either")
	}
}

// TestNoArrowUp: the packages at the top level are those that other programs could use
// and that everything else is built on. None of them imports one under internal/.
func TestNoArrowUp(t *testing.T) {
	for _, p := range golist(t, "./...") {
		if p.ImportPath == "rdnsproxy" || strings.HasPrefix(p.ImportPath, "rdnsproxy/internal/") || strings.HasPrefix(p.ImportPath, "rdnsproxy/cmd/") {
			continue
		}
		for _, i := range p.Imports {
			if strings.HasPrefix(i, "rdnsproxy/internal/") {
				t.Errorf("%s imports %s", p.ImportPath, i)
			}
		}
	}
}

// TestArgv: only one package of each program handles the command line. Code that takes
// flags could not be used by the other program, or tested without argv.
func TestArgv(t *testing.T) {
	handles := map[string]string{
		"github.com/spf13/cobra":           "rdnsproxy/internal/cli",
		"github.com/spf13/pflag":           "rdnsproxy/internal/cli",
		"github.com/alecthomas/kingpin/v2": "rdnsproxy/cmd/rdnsproxy_exporter",
	}
	for _, p := range golist(t, "./...") {
		for _, i := range p.Imports {
			if by := handles[i]; by != "" && p.ImportPath != by {
				t.Errorf("%s imports %s", p.ImportPath, i)
			}
		}
	}
}
