package sshconf

import (
	"os"
	"path/filepath"
	"testing"
)

// TestServerValue: the first value that holds for the whole server counts.
func TestServerValue(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("on.conf", "Match User git\n")
	write("late.conf", "UseDNS yes # looked up\n")
	for text, want := range map[string]string{
		"":                        "",
		"#UseDNS yes\n":           "",
		"UseDNS yes\nUseDNS no\n": "yes sshd_config:1",
		"Port 22\n\tuseDNS = \"No\"\r\nusedns yes\n": "no sshd_config:2",
		"Match User git\nUseDNS yes\n":               "",
		"Include on.conf\nUseDNS yes\n":              "yes sshd_config:2",
		"Include *.conf\nUseDNS no\n":                "yes late.conf:1",
		"Include missing.conf\n":                     "",
	} {
		write("sshd_config", text)
		v, set, err := ServerValue(filepath.Join(dir, "sshd_config"), "usedns")
		got := ""
		if set {
			got = v.Value + " " + filepath.Base(v.Origin)
		}
		if err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
	if _, set, err := ServerValue(filepath.Join(dir, "none"), "usedns"); set || err != nil {
		t.Errorf("without a file: %t, %v", set, err)
	}
	if _, _, err := ServerValue(dir, "usedns"); err == nil {
		t.Error("a directory is not a configuration")
	}
}
