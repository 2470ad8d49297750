package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestHelpFitsTerminal: every command's help keeps to 80 columns.
func TestHelpFitsTerminal(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"help", "check"}, {"help", "hosts"}, {"help", "hosts", "list"}, {"help", "hosts", "add"}, {"help", "hosts", "remove"}, {"help", "hosts", "verify"},
		{"help", "accept"}, {"help", "ssh"}, {"help", "demo"}, {"help", "version"}, {"help", "limits"}} {
		path := filepath.Join(t.TempDir(), "help")
		out, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		status := Run(t.Context(), World{Args: args, Out: out, Err: out, In: os.Stdin})
		out.Close()
		text, err := os.ReadFile(path)
		if err != nil || status != 0 || len(text) < 40 {
			t.Errorf("%q: status %d, %v, %q", args, status, err, text)
		}
		for line := range strings.SplitSeq(string(text), "\n") {
			if utf8.RuneCountInString(line) > 80 {
				t.Errorf("%q: %s", args, line)
			}
		}
	}
}
