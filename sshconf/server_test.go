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

// TestServerValues: every value counts, those of included files and Match blocks too.
func TestServerValues(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"sshd_config": "AllowUsers backup@*.example.com anna # two\nInclude more.conf\nMatch Host *.example.com User git\n\tDenyUsers \"x\"\nUseDNS yes\n",
		"more.conf":   "denyusers root\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	values, err := ServerValues(filepath.Join(dir, "sshd_config"), "allowusers", "denyusers", "match")
	got := ""
	for _, v := range values {
		got += v.Keyword + "=" + v.Value + " " + filepath.Base(v.Origin) + "\n"
	}
	want := "allowusers=backup@*.example.com anna sshd_config:1\ndenyusers=root more.conf:1\n" +
		"match=Host *.example.com User git sshd_config:3\ndenyusers=\"x\" sshd_config:4\n"
	if err != nil || got != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
	if values, err := ServerValues(filepath.Join(dir, "none"), "match"); values != nil || err != nil {
		t.Errorf("without a file: %v, %v", values, err)
	}
}
