// Package wrap runs ssh, sftp and scp with this program as their ProxyCommand, and
// leaves alone whatever has another way to its host.
package wrap

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/recipe"
	"rdnsproxy/internal/target"
	"rdnsproxy/safetext"
	"rdnsproxy/sshconf"
)

// Run runs the real program and gives its exit status. If verbose, it says why
// nothing is checked.
func Run(ctx context.Context, w console.World, program string, args []string, verbose bool) (int, error) {
	path, env, err := console.RealProgram(w, program)
	if err != nil {
		return 0, err
	}
	w.Env = env
	if w.Getenv(sshconf.EvaluatingEnv) != "" {
		return become(w, path, args) // it is this program that asks, through a script called ssh: what does plain ssh do?
	}
	if leave, reason := leaveAlone(ctx, w, program, args); leave {
		if reason != "" && verbose {
			console.NewVoice(w.Err, false, true).Notice(reason + ": nothing is checked")
		}
		return become(w, path, args)
	}
	self, err := os.Executable()
	if err != nil {
		return 0, fmt.Errorf("finding this program: %w", err)
	}
	w.Env = WithShell(ctx, w)
	return become(w, path, append(proxyOptions(self), args...))
}

// proxyOptions make ssh run this program. They stand first, because ssh takes
// the first value of an option.
func proxyOptions(self string) []string {
	command := recipe.Quote(self)
	var options []string
	if runtime.GOOS != "windows" {
		command += " --fdpass"
		options = append(options, "-oProxyUseFdpass=yes")
	}
	command += " -- %h %p"
	if runtime.GOOS != "linux" { // where the name as it was typed is not found on ssh's own command line
		command += " %n"
	}
	return append(options, "-oProxyCommand="+command)
}

// leaveAlone asks ssh what it would do with these arguments. A bastion is never
// bypassed, and what cannot be told is not proxied either; the reason says why
// nothing is checked. Where the user's own ProxyCommand is this program, with a
// policy perhaps, that line does the work, and there is no reason.
func leaveAlone(ctx context.Context, w console.World, program string, args []string) (leave bool, reason string) {
	c, err := sshconf.ParseCommand(program, args)
	switch {
	case err != nil:
		return true, err.Error()
	case len(c.Targets) == 0:
		return true, "no host to connect to"
	}
	for _, t := range c.Targets {
		q := target.AsUser(w, t.Query())
		q.Keywords = []string{"proxyjump", "proxycommand"}
		h, err := q.Lookup(ctx)
		if err != nil {
			return true, err.Error()
		}
		for _, keyword := range q.Keywords {
			switch v := h.Get(keyword); {
			case v == "" || v == "none":
			case keyword == "proxycommand" && console.RunsThisProgram(v):
				leave = true
			default:
				return true, keyword + " is set for " + safetext.Name(t.Host)
			}
		}
	}
	return leave, ""
}
