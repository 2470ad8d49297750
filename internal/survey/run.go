package survey

import (
	"context"
	"math"
	"os"
	"runtime/debug"
	"syscall"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/ordered"
	"rdnsproxy/internal/target"
	"rdnsproxy/limits"
	"rdnsproxy/safetext"
)

// Run checks the targets, at most Jobs at a time, reports them in input order, and
// returns the exit status.
func Run(ctx context.Context, w console.World, o Options, operands []string) (int, error) {
	v := console.NewVoice(w.Err, o.Quiet, o.Verbose)
	o.ShowAccepted = true
	reader := newReader(w, v, o)
	list, err := o.list(ctx, reader, operands)
	if err != nil {
		return 0, err
	}
	targets, err := reader.Targets(ctx, list.Words)
	if err != nil {
		return 0, err
	}
	if o.PrintConfig {
		target.PrintConfig(w, targets)
		return exit.OK, nil
	}
	s, err := newSurvey(ctx, w, v, o, reader)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	ctx, stop := console.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if len(targets) > manyTargets {
		debug.SetGCPercent(400)
		if debug.SetMemoryLimit(-1) == math.MaxInt64 { // the user has not set GOMEMLIMIT
			debug.SetMemoryLimit(limits.Memory)
		}
	}
	s.progress, s.unnamed = console.NewProgress(w, o.Quiet, len(targets)), list.Unnamed
	for _, t := range targets {
		s.o.TargetWidth = max(s.o.TargetWidth, len(safetext.Of(t.Input).String()))
	}
	defer s.progress.End()
	results := ordered.Map(o.Jobs, targets, func(t target.Target) *check.Result { return s.Check(ctx, t) })
	if o.PrintKnownHosts {
		return s.printKnownHosts(results)
	}
	return s.finish(results)
}

// manyTargets is the number of targets above which memory is spent for speed: with
// the default GOGC, collecting garbage is a fifth of the work.
const manyTargets = 100

// list returns the targets to check.
func (o *Options) list(ctx context.Context, r *target.Reader, operands []string) (target.List, error) {
	if o.Client.enabled() {
		words, err := o.Client.words(r.World, operands)
		return target.List{Words: words}, err
	}
	return r.List(ctx, o.Sources, operands)
}
