package cli

import (
	"context"
	"math"
	"os"
	"runtime/debug"
	"syscall"

	"rdnsproxy/check"
	"rdnsproxy/internal/exit"
	"rdnsproxy/limits"
)

// runSurvey looks at the targets, at most Jobs at a time, reports them in the order
// in which they were given, and gives the exit status.
func runSurvey(ctx context.Context, w console, o surveyOptions, operands []string) (int, error) {
	v := newVoice(w.Err, o.Quiet, o.Verbose)
	s := newSurvey(w, v, o)
	list, err := s.list(ctx, operands)
	if err != nil {
		return 0, err
	}
	targets, err := s.reader.targets(ctx, list.words)
	if err != nil {
		return 0, err
	}
	if o.PrintConfig {
		printConfig(w, targets)
		return exit.OK, nil
	}
	if err := s.prepare(ctx); err != nil {
		return 0, err
	}
	ctx, stop := untilSignal(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if len(targets) > manyTargets {
		debug.SetGCPercent(400)
		if debug.SetMemoryLimit(-1) == math.MaxInt64 { // the user has not set GOMEMLIMIT
			debug.SetMemoryLimit(limits.Memory)
		}
	}
	s.progress, s.tellAccepted, s.unnamed = newProgress(w, o.Quiet, len(targets)), true, list.unnamed
	defer s.progress.end()
	defer s.visits.Wait()
	results := inOrder(o.Jobs, targets, func(t target) *check.Result { return s.one(ctx, t) })
	if o.PrintKnownHosts {
		return s.printKnownHosts(results)
	}
	return s.finish(results)
}

// manyTargets is from how many targets on memory is spent for speed: results
// come and go, and collecting them is a fifth of the work.
const manyTargets = 100

// list is what there is to look at.
func (s *survey) list(ctx context.Context, operands []string) (targetList, error) {
	if s.o.Client.wanted() {
		words, err := s.o.Client.words(s.w, operands)
		return targetList{words: words}, err
	}
	return s.reader.list(ctx, s.o.Sources, operands)
}
