package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/layout"

	"github.com/spf13/pflag"
)

// TestHelpFitsTerminal: every command's help fits in 80 columns.
func TestHelpFitsTerminal(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"help", "check"}, {"help", "hosts"}, {"help", "hosts", "list"}, {"help", "hosts", "add"}, {"help", "hosts", "remove"}, {"help", "hosts", "verify"},
		{"help", "accept"}, {"help", "ssh"}, {"help", "demo"}, {"help", "known-hosts"}, {"help", "version"}, {"help", "limits"}, {"help", "explain"}, {"help", "completion"}, {"help", "environment"}, {"help", "relay"}, {"explain"}} {
		path := filepath.Join(t.TempDir(), "help")
		out, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		status := Run(t.Context(), World{Out: out, Err: out, In: os.Stdin}, args)
		out.Close()
		text, err := os.ReadFile(path)
		if err != nil || status != 0 || len(text) < 40 {
			t.Errorf("%q: status %d, %v, %q", args, status, err, text)
		}
		if len(args) > 1 && args[0] == "help" && !topicNamed(args[1]) && !strings.Contains(strings.ToLower(string(text)), "exit status: ") {
			t.Errorf("%q says nothing of the exit status", args)
		}
		for line := range strings.SplitSeq(string(text), "\n") {
			if utf8.RuneCountInString(line) > 80 {
				t.Errorf("%q: %s", args, line)
			}
		}
	}
}

func topicNamed(word string) bool {
	return slices.ContainsFunc(topics(), func(tp topic) bool { return tp.name == word })
}

// TestTextsFitAnyWidth: topics and explanations fit narrow and wide terminals, except
// lines that are meant to be copied.
func TestTextsFitAnyWidth(t *testing.T) {
	for _, width := range []int{console.MinWidth, console.DefaultWidth, console.MaxWidth} {
		texts := map[string]string{}
		for _, tp := range topics() {
			texts[tp.name] = layout.Page(width, tp.text())
		}
		for _, d := range findings() {
			texts[string(d.Code)], _ = explanation(width, string(d.Code))
		}
		texts["the list"] = layout.Page(width, listOfFindings(findings()))
		for name, text := range texts {
			for line := range strings.SplitSeq(text, "\n") {
				words := strings.Fields(line)
				if utf8.RuneCountInString(line) > width && len(words) > 1 && !copied(words) && !strings.Contains(line, " (") {
					t.Errorf("%s at width %d: %s", name, width, line)
				}
			}
		}
	}
}

// copied reports whether a line is meant to be copied.
func copied(words []string) bool {
	return words[0] == "rdnsproxy" || strings.HasPrefix(words[0], "2026-")
}

// TestTopicsAreReached: help and explain show every topic that they list, and no topic has
// the name of a command.
func TestTopicsAreReached(t *testing.T) {
	for _, tp := range topics() {
		if text, ok := explanation(80, tp.name); !ok || len(text) < 100 {
			t.Errorf("%s: %q", tp.name, text)
		}
		if slices.Contains(commands, tp.name) {
			t.Errorf("%s is a command", tp.name)
		}
	}
}

// TestCheckGroups: help has each flag of check once.
func TestCheckGroups(t *testing.T) {
	c := checkCommand(World{})
	c.InitDefaultHelpFlag()
	times := map[string]int{}
	for _, g := range checkGroups() {
		for name := range strings.FieldsSeq(g.flags) {
			if times[name]++; c.Flags().Lookup(name) == nil {
				t.Errorf("check has no --%s", name)
			}
		}
	}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if times[f.Name] != 1 {
			t.Errorf("--%s is in %d groups", f.Name, times[f.Name])
		}
	})
}
