package cli

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/session"
	"rdnsproxy/internal/target"

	"github.com/spf13/pflag"
)

// runRelay is what ProxyCommand runs.
func runRelay(ctx context.Context, w World, args []string) int {
	// For each goroutine that might run at once, Go's runtime would start a thread, and give
	// it memory of its own. The relay waits for others most of the time; session.Run takes
	// more if it has use for them.
	if w.Own {
		runtime.GOMAXPROCS(1)
	}
	go console.SurviveSIGPIPE()
	o, err := parseRelay(w, args)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return runCommand(ctx, w, []string{"help"})
	case err != nil:
		console.SurviveSIGPIPE()
		return failed(w, err)
	}
	v := console.NewRelayVoice(w, o.Quiet, o.Verbose)
	if o.Verbose {
		reportUnknownVariables(w, v)
	}
	return session.Run(ctx, w, v, o)
}

// registerRelay registers the flags of the relay.
func registerRelay(fs *pflag.FlagSet, o *session.Options) {
	*o = session.Defaults()
	registerTarget(fs, &o.Options)
	registerConnect(fs, &o.Connect)
	fs.Var((*policyFlag)(&o.Policy), "policy", "on a bad mapping: warn, strict (refuse to connect), ask (on the terminal) or off")
	fs.Var((*interval)(&o.CheckWait), "check-wait", "with --policy warn: once connected, wait this long for the result")
	fs.BoolVar(&o.FDPass, "fdpass", false, "pass the connected socket to ssh (needs ProxyUseFdpass yes)")
	fs.BoolVar(&o.Accepted, "accepted", false, "with --policy strict: also allow accepted mappings")
	fs.BoolVar(&o.NoCache, "no-cache", false, "do not use or keep DNS answers of other logins")
	fs.StringVar(&o.LogFile, "log-file", "", "append the results to this `FILE`")
	fs.BoolVar(&o.NoSandbox, "no-sandbox", false, "keep the rights that a relay does not need while relaying")
}

// policyFlag is a policy as the value of a flag.
type policyFlag session.Policy

func (p *policyFlag) Type() string   { return "POLICY" }
func (p *policyFlag) String() string { return string(*p) }

func (p *policyFlag) Set(s string) error {
	if !slices.Contains(session.Policies(), session.Policy(s)) {
		return errors.New("expected warn, strict, ask or off")
	}
	*p = policyFlag(s)
	return nil
}

const relayUsage = "usage: rdnsproxy [flags] HOST PORT [ORIGINAL] [-- COMMAND ARGS...], " +
	"in ~/.ssh/config: ProxyCommand rdnsproxy '%h' %p"

const chainUsage = "ProxyCommand rdnsproxy '%h' %p -- COMMAND ARGS..."

// parseRelay parses the relay's command line and environment.
func parseRelay(w World, args []string) (o session.Options, err error) {
	fs := pflag.NewFlagSet("rdnsproxy", pflag.ContinueOnError)
	fs.Usage = func() {}
	registerRelay(fs, &o)
	if err := parseFlags(fs, w, args); err != nil {
		return o, err
	}
	words, command, chained := cutCommand(fs)
	o.Command = command
	switch {
	case chained && len(command) == 0:
		return o, console.Refuse(exit.Usage, relayUsage, "missing command after --")
	case len(words) < 2:
		return o, console.Refuse(exit.Usage, relayUsage,
			"missing port after host %s", console.Quoted(strings.Join(words, " ")))
	case len(words) > 3:
		return o, console.Refuse(exit.Usage, "a command of your own follows --: "+chainUsage,
			"too many arguments: %s", console.Quoted(strings.Join(words[3:], " ")))
	}
	o.Host = words[0]
	if err := target.CheckHost(o.Host); err != nil {
		return o, err
	}
	if len(words) == 3 {
		o.Original = words[2]
		if err := target.CheckHost(o.Original); err != nil {
			return o, err
		}
	}
	o.Port, err = target.ParsePort(words[1])
	if err != nil && fs.ArgsLenAtDash() >= 0 && len(words) > 2 && !chained {
		err = console.Refuse(exit.Usage, "HOST and PORT come first: "+chainUsage, "%v", err)
	}
	return o, err
}

// cutCommand separates the operands from the command: the first -- after PORT starts it. A
// -- before that ends the flags, so a second one counts.
func cutCommand(fs *pflag.FlagSet) (words, command []string, chained bool) {
	words = fs.Args()
	at := fs.ArgsLenAtDash()
	if at >= 2 { // the flag parser has dropped the word itself
		return words[:at], words[at:], true
	}
	if at < 0 || len(words) < 2 {
		return words, nil, false
	}
	i := slices.Index(words[2:], "--")
	if i < 0 {
		return words, nil, false
	}
	return words[:2+i], words[2+i+1:], true
}
