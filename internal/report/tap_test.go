package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rdnsproxy/check"
	"rdnsproxy/internal/dialect"
	"rdnsproxy/internal/dialect/readertest"
)

var tapPoint = regexp.MustCompile(`^(not )?ok 1 - ((?:[^\\#]|\\[\\#])*)$`)

// checkTAP: the test point of a single result has its target, no directive, and a
// complete YAML block.
func checkTAP(t *testing.T, report string, r *check.Result) {
	t.Helper()
	lines := strings.Split(report, "\n")
	m := tapPoint.FindStringSubmatch(lines[1])
	if m == nil || m[1] == "" {
		t.Fatalf("no test point: %q", lines[1])
	}
	if got := strings.NewReplacer(`\\`, `\`, `\#`, `#`).Replace(m[2]); got != name(r)+" mapping.no-address" {
		t.Errorf("%q reads as %q", name(r), got)
	}
	end := len(lines) - 3
	if lines[0] != "TAP version 13" || lines[2] != "  ---" || lines[end] != "  ..." || lines[end+1] != "1..1" || lines[end+2] != "" {
		t.Errorf("not one YAML block and a plan: %q", lines)
	}
	for _, line := range lines[3 : len(lines)-3] {
		if !strings.HasPrefix(line, "    ") && !tapKey.MatchString(line) {
			t.Errorf("in YAML: %q", line)
		}
	}
}

var tapKey = regexp.MustCompile(`^  [a-z]+:( "error")?$`)

// parser prints what perl's TAP::Parser reads: a line of JSON for each test point, and
// one with its complaints.
const parser = `
use TAP::Parser; use JSON::PP;
local $/; my $tap = <STDIN>; $/ = "\n";
my $json = JSON::PP->new->canonical->allow_nonref->latin1;
my $parser = TAP::Parser->new({tap => $tap}); my @points;
while (my $r = $parser->next) {
  push @points, {ok => $r->is_ok ? 1 : 0, description => $r->description, directive => $r->directive} if $r->is_test;
  $points[-1]{findings} = $r->data->{findings} if $r->is_yaml;
}
print $json->encode({points => \@points, errors => [$parser->parse_errors]}), "\n";`

// TestTAPParser: perl's own parser reads what was meant, including the YAML.
func TestTAPParser(t *testing.T) {
	rs := append(everything(t), attacked()...)
	out, ok := readertest.Read(t, write(t, "tap", Options{}, rs...), "perl", "-e", parser)
	if !ok {
		t.Fatal(out)
	}
	var got struct {
		Points []struct {
			OK                     int
			Description, Directive string
			Findings               []struct{ Code, Severity, Message string }
		}
		Errors []string
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err, out)
	}
	if len(got.Errors) > 0 {
		t.Error(got.Errors)
	}
	i := 0
	for _, r := range rs {
		for _, p := range points(r) {
			g := got.Points[i]
			i++
			if pass := (Options{}).outcome(p.findings) == dialect.Passed; (g.OK == 1) != pass || g.Directive != "" {
				t.Errorf("%s: ok %d, directive %q", p.words(), g.OK, g.Directive)
			}
			want := notable(p.findings)
			if len(g.Findings) != len(want) {
				t.Fatalf("%s: %d findings of %d", p.words(), len(g.Findings), len(want))
			}
			for k, f := range want {
				if g := g.Findings[k]; g.Code != string(f.Code) || g.Severity != f.Severity.String() || g.Message != f.Text {
					t.Errorf("%q reads as %q", f.Text, g.Message)
				}
			}
		}
	}
	if i != len(got.Points) {
		t.Errorf("%d test points of %d", len(got.Points), i)
	}
}

// TestTAPProve: prove fails for a report with failures and passes for one without, and
// has no complaint about either.
func TestTAPProve(t *testing.T) {
	good := recording(t, "results")[:1]
	for name, rs := range map[string][]*check.Result{"good": good, "all": everything(t), "none": nil} {
		path := filepath.Join(t.TempDir(), "report.tap")
		if err := os.WriteFile(path, []byte(write(t, "tap", Options{}, rs...)), 0o600); err != nil {
			t.Fatal(err)
		}
		said, ok := readertest.Read(t, "", "prove", "-e", "cat", path)
		if ok != (name != "all") || strings.Contains(said, "Parse errors") || strings.Contains(said, "Result: PASS") != (name == "good") {
			t.Errorf("%s: %s", name, said)
		}
	}
}
