package recipe

import (
	"path/filepath"
	"slices"
	"strconv"
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

// RunsCommand reports whether a ProxyCommand runs rdnsproxy and this another command (HOST
// PORT -- COMMAND), which makes the connection: what that is to is then not known.
func RunsCommand(command string) bool {
	if !RunsThisProgram(command) {
		return false
	}
	words := strings.Fields(command)
	at := slices.Index(words, "--")
	if at < 0 {
		return false
	}
	// The first -- starts the command if HOST and PORT are before it: no flag and its value
	// look like that. Otherwise it ends the flags, and HOST and PORT are after it.
	for i := 1; i+1 < at; i++ {
		if !strings.HasPrefix(words[i], "-") && isPort(words[i+1]) {
			return at+1 < len(words)
		}
	}
	operands := words[at+1:]
	if len(operands) < 2 {
		return false
	}
	second := slices.Index(operands[2:], "--")
	return second >= 0 && 2+second+1 < len(operands)
}

// isPort reports whether a word of a ProxyCommand is a port, or the token for it.
func isPort(word string) bool {
	word = strings.Trim(word, `'"`)
	port, err := strconv.Atoi(word)
	return word == "%p" || err == nil && port > 0 && port <= 65535
}
