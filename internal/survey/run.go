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
)

// Run looks at the targets, at most Jobs at a time, reports them in the order
// in which they were given, and gives the exit status.
func Run(ctx context.Context, w console.World, o Options, operands []string) (int, error) {
	v := console.NewVoice(w.Err, o.Quiet, o.Verbose)
	s := New(w, v, o)
	list, err := s.list(ctx, operands)
	if err != nil {
		return 0, err
	}
	targets, err := s.Reader.Targets(ctx, list.Words)
	if err != nil {
		return 0, err
	}
	if o.PrintConfig {
		target.PrintConfig(w, targets)
		return exit.OK, nil
	}
	if err := s.Prepare(ctx); err != nil {
		return 0, err
	}
	ctx, stop := console.UntilSignal(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if len(targets) > manyTargets {
		debug.SetGCPercent(400)
		if debug.SetMemoryLimit(-1) == math.MaxInt64 { // the user has not set GOMEMLIMIT
			debug.SetMemoryLimit(limits.Memory)
		}
	}
	s.progress, s.tellAccepted, s.unnamed = console.NewProgress(w, o.Quiet, len(targets)), true, list.Unnamed
	defer s.progress.End()
	defer s.Visits.Wait()
	results := ordered.Map(o.Jobs, targets, func(t target.Target) *check.Result { return s.Check(ctx, t) })
	if o.PrintKnownHosts {
		return s.printKnownHosts(results)
	}
	return s.finish(results)
}

// manyTargets is from how many targets on memory is spent for speed: results
// come and go, and collecting them is a fifth of the work.
const manyTargets = 100

// list is what there is to look at.
func (s *Survey) list(ctx context.Context, operands []string) (target.List, error) {
	if s.o.Client.wanted() {
		words, err := s.o.Client.words(s.w, operands)
		return target.List{Words: words}, err
	}
	return s.Reader.List(ctx, s.o.Sources, operands)
}
