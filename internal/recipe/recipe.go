// Package recipe is the block of ssh_config(5) that makes ssh run this program:
// its text, and how it gets into a configuration and out of it again. It knows
// bytes alone; what ssh makes of them is for others to ask.
package recipe

import (
	"runtime"
	"slices"
	"strings"
)

// Recipe says for which hosts ssh runs a ProxyCommand.
type Recipe struct {
	Command string // this program, as a shell and ssh read it; see Quote

	// All is the recipe for every host that no block before it has given a
	// ProxyCommand or ProxyJump, Except are patterns that it leaves alone besides
	// those that no host name fits.
	All    bool
	Except []string

	// Passed are hosts, named one by one, whose connection is handed to ssh. There
	// is no such recipe for all hosts: ProxyUseFdpass is a keyword of its own, and
	// would also hold where the ProxyCommand is another one's.
	Passed []string
}

// noHosts are patterns of names that only a ProxyCommand of somebody else's
// understands. systemd's and libvirt's stand in files that ssh reads after the
// user's: vsock/3, vsock,3, vsock%3, unix/run/x, machine/m, qemu/vm, .host.
var noHosts = []string{"*/*", "*,*", "*%*", ".*"}

// Tokens are what ssh fills in: host, port and, where rdnsproxy cannot find it on
// ssh's own command line, the name as it was typed.
func Tokens() string {
	if runtime.GOOS == "linux" {
		return "%h %p"
	}
	return "%h %p %n"
}

// lines are the recipe's lines, without the marks.
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

// Lines is what people read: the recipe as it may also be written by hand.
func (r Recipe) Lines() string { return strings.Join(r.lines(), "\n") + "\n" }

// of reads a recipe from its own lines.
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
			r.Command = strings.TrimSuffix(command, " --fdpass "+Tokens())
			continue
		}
		r.All, r.Command = true, strings.TrimSuffix(command, " "+Tokens())
		for _, w := range words[1:] {
			if p := strings.TrimPrefix(w, "!"); !slices.Contains(noHosts, p) {
				r.Except = append(r.Except, p)
			}
		}
	}
	return r
}

// Quote makes a path one word of a shell's, with ssh's own % doubled. Where every
// shell and ssh read it as it stands, it stays.
func Quote(path string) string {
	safe := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._+-", r)
	}
	if path != "" && strings.IndexFunc(path, func(r rune) bool { return !safe(r) }) < 0 {
		return path
	}
	if runtime.GOOS == "windows" {
		return `"` + strings.ReplaceAll(path, "%", "%%") + `"` // which no path there holds
	}
	return "'" + strings.ReplaceAll(strings.ReplaceAll(path, "%", "%%"), "'", `'\''`) + "'"
}
