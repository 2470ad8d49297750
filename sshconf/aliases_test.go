package sshconf

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestAliases(t *testing.T) {
	home := t.TempDir()
	files := map[string]string{
		"config": "Host web1 web2\n\tPort 22\nHost *.example.com !gate web1\nInclude conf.d/*\nMatch host " +
			"db\n\tPort 1\nhost\tGate \"quoted\" \"two words\" 'a b' c\\ d e\\\"f \"op\"en # none of these\n",
		"conf.d/a": "Host included -oProxyCommand=x web?\n",
		"conf.d/b": "Host=equal\n",
	}
	if err := os.MkdirAll(filepath.Join(home, ".ssh", "conf.d"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(home, ".ssh", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Query{Home: home, EnvHome: home, SystemFile: filepath.Join(home, "none")}.Aliases()
	want := []string{"web1", "web2", "included", "equal", "Gate", "quoted", "open"}
	slices.Sort(want)
	slices.Sort(got)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
}
