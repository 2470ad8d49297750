// Package recipe handles the block of ssh_config(5) that makes ssh run this program:
// its text, and how to add it to a configuration and remove it again. It works on bytes
// only; package setup asks ssh what they mean.
package recipe

import (
	"runtime"
	"slices"
	"strings"
)

// Recipe says for which hosts ssh runs a ProxyCommand.
type Recipe struct {
	Command string // this program, as a shell and ssh read it; see Quote

	// All applies to every host for which no earlier block sets a ProxyCommand or
	// ProxyJump. Except are patterns to leave out, in addition to noHosts.
	All    bool
	Except []string

	// Passed are single hosts whose connections are passed to ssh. There is no such
	// recipe for all hosts: ProxyUseFdpass is a keyword of its own, and would also
	// apply to hosts with another ProxyCommand.
	Passed []string
}

// noHosts are patterns of names that only certain ProxyCommands understand. systemd and
// libvirt set those in files that ssh reads after the user's: vsock/3, vsock,3, vsock%3,
// unix/run/x, machine/m, qemu/vm, .host.
var noHosts = []string{"*/*", "*,*", "*%*", ".*"}

// Tokens returns the tokens that ssh expands: host, port and, if rdnsproxy cannot read
// it from ssh's command line, the name as typed. ssh lets names pass that have the
// characters of patterns, so names are in quotes. A command on Windows is not run by a
// shell that knows these quotes or expands patterns.
func Tokens() string {
	switch runtime.GOOS {
	case "linux":
		return "'%h' %p"
	case "windows":
		return unquotedTokens
	}
	return "'%h' %p '%n'"
}

const unquotedTokens = "%h %p %n"

// withoutTokens returns a command without the tokens at its end, also those that earlier
// releases wrote.
func withoutTokens(command string) string {
	for _, tokens := range []string{Tokens(), unquotedTokens, "%h %p"} {
		if c, ok := strings.CutSuffix(command, " "+tokens); ok {
			return c
		}
	}
	return command
}

// lines returns the lines of the recipe, without the marks.
func (r Recipe) lines() []string {
	var all []string
	if len(r.Passed) > 0 {
		all = append(all, "Host "+strings.Join(r.Passed, " "),
			"    ProxyCommand "+r.Command+" --fdpass "+Tokens(),
			"    ProxyUseFdpass yes")
	}
	if r.All {
		host := "Host *"
		for _, p := range slices.Concat(noHosts, r.Except) {
			host += " !" + p
		}
		all = append(all, host, "    ProxyCommand "+r.Command+" "+Tokens())
	}
	return all
}

// Lines returns the recipe as a user could write it by hand, without the marks.
func (r Recipe) Lines() string { return strings.Join(r.lines(), "\n") + "\n" }

// of parses a recipe from its lines.
func of(lines []string) Recipe {
	var r Recipe
	for i, ln := range lines {
		hosts, ok := strings.CutPrefix(ln, "Host ")
		if !ok || i+1 == len(lines) {
			continue
		}
		words := strings.Fields(hosts)
		command := strings.TrimPrefix(lines[i+1], "    ProxyCommand ")
		if words[0] != "*" {
			r.Passed = words
			r.Command = strings.TrimSuffix(withoutTokens(command), " --fdpass")
			continue
		}
		r.All, r.Command = true, withoutTokens(command)
		for _, w := range words[1:] {
			if p := strings.TrimPrefix(w, "!"); !slices.Contains(noHosts, p) {
				r.Except = append(r.Except, p)
			}
		}
	}
	return r
}

// Quote quotes a path as one word for a shell, with % doubled for ssh. A path that needs
// no quoting is returned unchanged.
func Quote(path string) string {
	safe := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._+-", r)
	}
	if path != "" && strings.IndexFunc(path, func(r rune) bool { return !safe(r) }) < 0 {
		return path
	}
	if runtime.GOOS == "windows" {
		return `"` + strings.ReplaceAll(path, "%", "%%") + `"` // paths there cannot contain "
	}
	return "'" + strings.ReplaceAll(strings.ReplaceAll(path, "%", "%%"), "'", `'\''`) + "'"
}
