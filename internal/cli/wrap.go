package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"rdnsproxy/internal/recipe"
	"rdnsproxy/safetext"
	"rdnsproxy/sshconf"

	"github.com/spf13/cobra"
)

func wrapCommand(w World, program string, status *int) *cobra.Command {
	return &cobra.Command{
		Use:   program + " ARGS...",
		Short: "run " + program + " with rdnsproxy as its ProxyCommand",
		Long: "Runs the " + program + ` that is on PATH, its arguments untouched, with rdnsproxy as its
ProxyCommand. Where ssh's configuration or the arguments name a ProxyJump or
another ProxyCommand, it runs as it is and nothing is checked. A script called
` + program + ` that itself runs 'rdnsproxy ` + program + `' is passed over.

The relay's flags are set through their environment variables. Where $SHELL is
not a shell, or prints something when it starts, ssh gets /bin/sh instead.

Exit status: that of ` + program + `; 2 if it could not be run.`,
		Example: "  rdnsproxy " + program + " " + map[string]string{
			"ssh": "my.example.com uptime", "sftp": "my.example.com", "scp": "file my.example.com:",
		}[program] + "\n  RDNSPROXY_POLICY=strict rdnsproxy " + program + " ...",
		DisableFlagParsing: true,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := runWrapped(c.Context(), w, program, args)
			*status = s
			return err
		},
	}
}

// runWrapped runs the real program and gives its exit status.
func runWrapped(ctx context.Context, w World, program string, args []string) (int, error) {
	path, env, err := realProgram(w, program)
	if err != nil {
		return statusUsage, err
	}
	w.Env = env
	if w.getenv(sshconf.EvaluatingEnv) != "" {
		return become(w, path, args) // it is this program that asks, through a script called ssh: what does plain ssh do?
	}
	v := newVoice(w.Err, false, asksForMore(w, args))
	if leave, reason := leaveAlone(ctx, w, program, args); leave {
		if reason != "" && v.verbose {
			v.notice(reason + ": nothing is checked")
		}
		return become(w, path, args)
	}
	self, err := os.Executable()
	if err != nil {
		return statusUsage, fmt.Errorf("finding this program: %w", err)
	}
	w.Env = withShell(ctx, w)
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
func leaveAlone(ctx context.Context, w World, program string, args []string) (leave bool, reason string) {
	c, err := sshconf.ParseCommand(program, args)
	switch {
	case err != nil:
		return true, err.Error()
	case len(c.Targets) == 0:
		return true, "no host to connect to"
	}
	for _, t := range c.Targets {
		q := asUser(w, t.Query())
		q.Keywords = []string{"proxyjump", "proxycommand"}
		h, err := q.Lookup(ctx)
		if err != nil {
			return true, err.Error()
		}
		for _, keyword := range q.Keywords {
			switch v := h.Get(keyword); {
			case v == "" || v == "none":
			case keyword == "proxycommand" && runsThisProgram(v):
				leave = true
			default:
				return true, keyword + " is set for " + safetext.Name(t.Host)
			}
		}
	}
	return leave, ""
}

// runsThisProgram reports whether a ProxyCommand is rdnsproxy already.
func runsThisProgram(command string) bool {
	command = strings.TrimPrefix(strings.TrimSpace(command), "exec ")
	word, _, _ := strings.Cut(command, " ")
	if command != "" && (command[0] == '\'' || command[0] == '"') {
		word, _, _ = strings.Cut(command[1:], command[:1])
	}
	return strings.TrimSuffix(filepath.Base(word), ".exe") == "rdnsproxy"
}

// asksForMore reports whether ssh's own -v, or ours, wants to hear details.
func asksForMore(w World, args []string) bool {
	if on, err := strconv.ParseBool(w.getenv("RDNSPROXY_VERBOSE")); err == nil {
		return on
	}
	for _, a := range args {
		if !strings.HasPrefix(a, "-") {
			break // the host: what follows may be the command's
		}
		if !strings.HasPrefix(a, "--") && strings.Contains(a, "v") && !strings.ContainsAny(a, "=/") {
			return true
		}
	}
	return false
}
