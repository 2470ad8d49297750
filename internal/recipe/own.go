package recipe

import (
	"path/filepath"
	"strings"
)

// RunsThisProgram reports whether a ProxyCommand runs rdnsproxy.
func RunsThisProgram(command string) bool {
	command = strings.TrimPrefix(strings.TrimSpace(command), "exec ")
	word, _, _ := strings.Cut(command, " ")
	if command != "" && (command[0] == '\'' || command[0] == '"') {
		word, _, _ = strings.Cut(command[1:], command[:1])
	}
	return strings.TrimSuffix(filepath.Base(word), ".exe") == "rdnsproxy"
}
