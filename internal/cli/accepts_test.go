package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAccepts: a command line is read as Run reads it, and nothing is done.
func TestAccepts(t *testing.T) {
	home := t.TempDir()
	for line, refused := range map[string]string{
		"my.example.com 22":                    "",
		"--policy strict my.example.com 22":    "",
		"my.example.com 22 -- nc %h %p":        "",
		"check my.example.com":                 "",
		"check --merge a.jsonl":                "",
		"setup":                                "",
		"hosts add --yes my.example.com":       "",
		"accept my.example.com":                "",
		"accept list":                          "",
		"cache clear":                          "",
		"audit":                                "",
		"ssh my.example.com":                   "",
		"explain mismatch":                     "",
		"help hosts add":                       "",
		"completion zsh":                       "",
		"version":                              "",
		"my.example.com":                       "missing port",
		"--policy strct my.example.com 22":     "expected warn, strict, ask or off",
		"chek my.example.com":                  `unknown command "chek"`,
		"check":                                "no target",
		"check --nosuch x":                     "unknown flag",
		"check --check-timeout soon x":         "invalid duration",
		"check --self my.example.com":          "cannot be combined",
		"setup --remove my.example.com":        "remove",
		"hosts add":                            "add takes one host",
		"hosts list my.example.com":            "list takes no host",
		"hosts add --expires yesterday my.com": "invalid date",
		"accept":                               "no host",
		"accept list my.example.com":           "takes no host",
		"accept forget":                        "no host to forget",
		"cache show x":                         "takes no arguments",
		"known-hosts HOSTNAME":                 "expected 4 or 5 arguments",
		"audit --since never":                  "is not a time",
		"explain mismatch nosuch":              "nosuch",
		"help nosuch":                          "no such command or topic",
		"completion":                           "no shell given",
		"completion tcsh":                      "no completion for shell",
		"version x":                            "takes no arguments",
	} {
		err := Accepts(World{Env: []string{"HOME=" + home}}, strings.Fields(line))
		if refused == "" && err != nil || refused != "" && (err == nil || !strings.Contains(err.Error(), refused)) {
			t.Errorf("%s: %v, want %q", line, err, refused)
		}
	}
	if err := Accepts(World{Env: []string{"RDNSPROXY_POLICY=strct"}}, []string{"ssh", "my.example.com"}); err == nil {
		t.Error("the wrapper accepts a policy that the relay will refuse")
	}
	if made, _ := filepath.Glob(filepath.Join(home, "*")); len(made) > 0 {
		t.Errorf("%q was made", made)
	}
	if _, err := os.Stat(filepath.Join(home, ".ssh")); err == nil {
		t.Error(".ssh was made")
	}
}
