package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/prometheus/exporter-toolkit/web"
)

// validateWeb reads the file of --web.config.file, if there is one. The toolkit's errors do
// not name the file unless it cannot be opened, those of YAML have several lines, and one of
// bcrypt says nothing to somebody who has forgotten to hash a password.
func validateWeb(file string) error {
	err := web.Validate(file)
	if err == nil {
		return nil
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok && path.Path == file {
		return fmt.Errorf("%s: %w", file, path.Err)
	}
	text := strings.Join(strings.Fields(err.Error()), " ")
	if strings.Contains(text, "bcrypt") {
		text += " (basic_auth_users has hashes, as 'htpasswd -nBC 10 USER' prints them)"
	}
	return fmt.Errorf("%s: %s", file, text)
}
