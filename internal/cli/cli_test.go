package cli

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestClassify: the first word that is not a flag and the next word decide.
func TestClassify(t *testing.T) {
	tests := []struct {
		line  string
		relay bool
		args  string // if "", the line as it is
	}{
		{"my.example.com 22", true, ""},
		{"check 22", true, ""},
		{"ssh 22", true, ""},
		{"demo 65535 demo", true, ""},
		{"check -q 22", false, ""},
		{"check 0", false, ""},
		{"check 70000", false, ""},
		{"check my.example.com", false, ""},
		{"-q check my.example.com", false, "check -q my.example.com"},
		{"--resolver 192.0.2.53 check a", false, "check --resolver 192.0.2.53 a"},
		{"--resolver=192.0.2.53 check 22", true, ""},
		{"--resolver check 22 22", true, ""},
		{"-F check 22 22", true, ""},
		{"-qF none check a", false, "check -qF none a"},
		{"-4F none a 22", true, ""},
		{"-- check 22", true, ""},
		{"-- check a", true, ""},
		{"-q -- %h %p", true, ""},
		{"--help", false, "help"},
		{"-h", false, "help"},
		{"--version", false, "version"},
		{"my.example.com", true, ""},
		{"chek 22", true, ""},
		{"chek -v 22", true, ""},
		{"a ssh", true, ""},
		{"ssh -v a", false, ""},
		{"version", false, ""},
	}
	for _, tt := range tests {
		got, err := classify(strings.Fields(tt.line))
		want := tt.args
		if want == "" {
			want = tt.line
		}
		if err != nil || got.relay != tt.relay || strings.Join(got.args, " ") != want {
			t.Errorf("%s: %+v, %v", tt.line, got, err)
		}
	}
	for _, line := range []string{"", "-q", "--resolver", "nosuch", "chek my.example.com", "-q chek a b"} {
		if got, err := classify(strings.Fields(line)); err == nil {
			t.Errorf("%q: %+v", line, got)
		}
	}
}

// TestCommandsAreListed: classify and the help know the same commands as cobra.
func TestCommandsAreListed(t *testing.T) {
	root := commandTree(World{})
	root.InitDefaultHelpCmd()
	want := []string{"__complete", "__completeNoDesc"} // cobra's own
	for _, c := range root.Commands() {
		want = append(want, c.Name())
		if !regexp.MustCompile(`(?m)^  (.*, )?` + c.Name() + `(, .*)?\t`).MatchString(rootHelp) {
			t.Errorf("the help does not list %s", c.Name())
		}
	}
	got := slices.Clone(commands)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("classify knows %q, cobra %q", got, want)
	}
}

// TestWrapVerbose: ssh's -v asks for our notices too, unless the environment decides.
func TestWrapVerbose(t *testing.T) {
	for line, want := range map[string]bool{
		"my.example.com": false, "-v my.example.com": true, "-4vv my.example.com": true,
		"my.example.com grep -v x": false, "-oLogLevel=verbose my.example.com": false,
		"RDNSPROXY_VERBOSE=1 my.example.com": true, "RDNSPROXY_VERBOSE=false -v my.example.com": false,
	} {
		words := strings.Fields(line)
		var w World
		if strings.Contains(words[0], "VERBOSE=") {
			w.Env, words = words[:1], words[1:]
		}
		if got := wrapVerbose(w, words); got != want {
			t.Errorf("%s: %t", line, got)
		}
	}
}

// TestReports: for a command line that could not be parsed, a monitor still wants a line
// from a command that writes a report.
func TestReports(t *testing.T) {
	for line, want := range map[string]bool{
		"check": true, "hosts verify": true, "hosts": false, "hosts list": false, "accept": false, "demo": false,
	} {
		c, _, err := commandTree(World{}).Find(strings.Fields(line))
		if err != nil {
			t.Fatal(err)
		}
		if got := reports(c, strings.Fields(line)); got != want {
			t.Errorf("%s: %t", line, got)
		}
	}
	hosts, _, err := commandTree(World{}).Find([]string{"hosts"})
	if err != nil || !reports(hosts, []string{"hosts", "--bad", "verify"}) {
		t.Error("a flag in front of verify hides it")
	}
}

func TestInterval(t *testing.T) {
	for word, want := range map[string]time.Duration{
		"1.5s": 1500 * time.Millisecond, "200ms": 200 * time.Millisecond, "10": 10 * time.Second,
		"1m30": 90 * time.Second, "2h": 2 * time.Hour, "0": 0,
	} {
		var i interval
		if err := i.Set(word); err != nil || time.Duration(i) != want {
			t.Errorf("%q: %v, %v", word, &i, err)
		}
	}
	for _, word := range []string{"", "soon", "-1", "-1s", "1x"} {
		if err := new(interval).Set(word); err == nil {
			t.Errorf("%q was taken", word)
		}
	}
}

// TestSeparateCommands: each is made under its own name, without the others.
func TestSeparateCommands(t *testing.T) {
	for _, c := range separate() {
		all := treeFor(World{}, c.name).Commands()
		if len(all) != 1 || all[0].Name() != c.name {
			t.Errorf("%s: %d commands, the first is %s", c.name, len(all), all[0].Name())
		}
	}
	if n := len(treeFor(World{}, "help").Commands()); n != len(commandTree(World{}).Commands()) {
		t.Errorf("help knows %d commands", n)
	}
}
