// Package wrap runs ssh, sftp and scp with this program as their ProxyCommand, unless
// the host already has a ProxyCommand or ProxyJump.
package wrap

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"rdnsproxy/internal/become"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/recipe"
	"rdnsproxy/internal/target"
	"rdnsproxy/safetext"
	"rdnsproxy/sshconf"
)

// Run runs the real program. On Unix it returns only on error, on Windows with the
// program's exit status. If verbose, it says why nothing is checked.
func Run(ctx context.Context, w console.World, program string, args []string, verbose bool) (int, error) {
	path, env, err := console.RealProgram(w, program)
	if err != nil {
		return 0, err
	}
	w.Env = env
	if w.Getenv(sshconf.EvaluatingEnv) != "" {
		return run(w, path, args) // this program is asking, through a script called ssh, what plain ssh does
	}
	if leave, reason := leaveAlone(ctx, w, program, args); leave {
		if reason != "" && verbose {
			console.NewVoice(w.Err, false, true).Notice(reason + ": nothing is checked")
		}
		return run(w, path, args)
	}
	self, err := os.Executable()
	if err != nil {
		return 0, fmt.Errorf("finding this program: %w", err)
	}
	w.Env = WithShell(ctx, w)
	return run(w, path, append(proxyOptions(self), args...))
}

// run makes this process the real program.
func run(w console.World, path string, args []string) (int, error) {
	status, err := become.Run(w, become.Program{Path: path, Args: append([]string{path}, args...)})
	if err != nil {
		return exit.Usage, console.Refuse(exit.Usage, "", "%v", err)
	}
	return status, nil
}

// proxyOptions returns the options that make ssh run this program. They have to come
// first, because ssh uses the first value of an option.
func proxyOptions(self string) []string {
	command := recipe.Quote(self)
	var options []string
	if runtime.GOOS != "windows" {
		command += " --fdpass"
		options = append(options, "-oProxyUseFdpass=yes")
	}
	return append(options, "-oProxyCommand="+command+" -- "+recipe.Tokens())
}

// leaveAlone reports whether to run the program without our ProxyCommand, and why
// nothing is checked then. A bastion is never bypassed, and if ssh's configuration
// cannot be evaluated the program runs unchanged too. If the user's ProxyCommand is
// already this program, perhaps with a policy, that does the work, and reason is "".
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
			case keyword == "proxycommand" && recipe.RunsThisProgram(v):
				leave = true
			default:
				return true, keyword + " is set for " + safetext.Name(t.Host)
			}
		}
	}
	return leave, ""
}
