package cli

import (
	"cmp"
	"context"
	"math"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/report"
	"rdnsproxy/limits"

	"golang.org/x/term"
)

// runCheck looks at the targets, at most jobs at a time, and reports them in the
// order in which they were given.
func runCheck(ctx context.Context, w World, f *checkFlags, operands []string) int {
	v := newVoice(w.Err, f.quiet, f.verbose)
	if err := cmp.Or(f.validate(), notAPort("check", operands)); err != nil {
		return f.usage(w, err)
	}
	list, err := f.targetList(ctx, w, v, operands)
	if err != nil {
		return f.usage(w, err)
	}
	targets, err := f.targets(ctx, w, v, list.words)
	if err != nil {
		return f.usage(w, err)
	}
	if f.printConfig {
		return printConfig(w, targets)
	}
	checker, err := f.checker(ctx, w, v)
	if err != nil {
		return f.usage(w, err)
	}
	ctx, stop := untilSignal(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if len(targets) > manyTargets {
		debug.SetGCPercent(400)
		if debug.SetMemoryLimit(-1) == math.MaxInt64 { // the user has not set GOMEMLIMIT
			debug.SetMemoryLimit(limits.Memory)
		}
	}
	s := &survey{w: w, f: f, voice: v, checker: checker, progress: newProgress(w, f, len(targets)), tellAccepted: true, unnamed: list.unnamed}
	defer s.progress.end()
	defer s.visits.Wait()
	results := inOrder(f.jobs, targets, func(t target) *check.Result { return s.one(ctx, t) })
	if f.printKnownHosts {
		return s.printKnownHosts(ctx, results)
	}
	return s.finish(ctx, results)
}

// manyTargets is from how many targets on memory is spent for speed: results
// come and go, and collecting them is a fifth of the work.
const manyTargets = 100

// usage is bad usage; --format nagios has its own status for it.
func (f *checkFlags) usage(w World, err error) int {
	status := w.usage(err)
	if f.format == "nagios" {
		return nagiosUsage(w, err)
	}
	return status
}

func (f *checkFlags) checker(ctx context.Context, w World, v *voice) (*check.Checker, error) {
	resolver, hosts, err := f.resolver(w)
	if err != nil {
		return nil, err
	}
	if err := f.bindable(ctx, resolver); err != nil {
		return nil, err
	}
	if err := resolver.Err(); err != nil {
		v.notice(err.Error()) // look-ups go on without it, as libc's do
	}
	resolver = resolver.Within(f.checkTimeout.d)
	c := &check.Checker{
		Resolver: resolver,
		Timeout:  f.checkTimeout.d,
		Policy:   check.Policy{RequireName: f.requireName, ExpectKeys: f.expectKeys, Own: ownName(), HostsPath: hosts, Thorough: true},
	}
	if len(f.compare) > 0 {
		c.Compare = comparison(w, f.compare)
	}
	return c, nil
}

// reader is what is known of who reads the report.
func (f *checkFlags) reader(w World) report.Options {
	o := report.Options{Quiet: f.quiet, Verbose: f.verbose, FailOn: f.failOn.severity, Time: time.Now(), Command: runnable}
	if f.output == "" && isTerminal(w.Out) {
		o.Color = w.getenv("NO_COLOR") == "" && w.getenv("TERM") != "dumb"
		if width, _, err := term.GetSize(int(w.Out.Fd())); err == nil && width > 0 {
			o.Width = max(width, 40)
		}
	}
	return o
}
