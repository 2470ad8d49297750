package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestValidateWeb: what is wrong with the file of --web.config.file is one line that names
// the file.
func TestValidateWeb(t *testing.T) {
	file := filepath.Join(t.TempDir(), "web.yml")
	for _, row := range []struct{ text, want string }{
		{"basic_auth_users: {prometheus: secret}", `^FILE: crypto/bcrypt: .* \(basic_auth_users has hashes, as 'htpasswd -nBC 10 USER' prints them\)$`},
		{"tls_sever_config: {}\nhtpp_server_config: {}", `^FILE: yaml: .* line 1: field tls_sever_config not found .* line 2: .*$`},
		{"tls_server_config: {cert_file: a}", `^FILE: .*key_file.*$`},
		{"tls_server_config: {cert_file: nosuch, key_file: nosuch}", `^FILE: .*nosuch: .+$`},
	} {
		if err := os.WriteFile(file, []byte(row.text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		err := validateWeb(file)
		want := strings.ReplaceAll(row.want, "FILE", regexp.QuoteMeta(file))
		if err == nil || !regexp.MustCompile(want).MatchString(err.Error()) {
			t.Errorf("%q:\n%v", row.text, err)
		}
	}
	if err := validateWeb(""); err != nil {
		t.Errorf("no file: %v", err)
	}
}
