package survey

import (
	"context"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"syscall"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/inputs"
	"rdnsproxy/internal/target"
	"rdnsproxy/limits"
	"rdnsproxy/ordered"
	"rdnsproxy/safetext"
)

// Run checks the targets that the words and Options.Sources name, at most Jobs at a
// time, reports them in this order, and returns the exit status. If Options.Client
// asks about a client, it is the only target, and words are ignored.
func Run(ctx context.Context, w console.World, o Options, words []string) (int, error) {
	v := console.NewVoice(w.Err, o.Quiet, o.Verbose)
	if err := o.load(ctx, w, v); err != nil {
		return 0, err
	}
	reader := newReader(w, v, o)
	if o.Client.Enabled() {
		reader = reader.WithoutConfiguration() // it says how ssh connects to hosts, not who a client is
	}
	list, err := o.list(ctx, reader, words)
	if err != nil {
		return 0, err
	}
	targets, err := reader.Targets(ctx, list.Items)
	if err != nil {
		return 0, err
	}
	if o.PrintConfig {
		printConfig(w, targets)
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
	each := ordered.Options[target.Target]{Jobs: o.Jobs, All: true}
	results := ordered.Map(ctx, each, slices.Values(targets), s.Check)
	if o.PrintKnownHosts {
		return s.printKnownHosts(results)
	}
	return s.finish(results)
}

// manyTargets is the number of targets above which memory is spent for speed: with
// the default GOGC, collecting garbage is a fifth of the work.
const manyTargets = 100

// list returns the targets to check: the client, or those that the words and the
// sources name.
func (o *Options) list(ctx context.Context, r *target.Reader, words []string) (target.List, error) {
	if !o.Client.Enabled() {
		return r.List(ctx, o.Sources, words)
	}
	a, err := o.Client.address(r.World)
	return target.List{Items: inputs.FromArgs([]string{a})}, err
}

// printConfig prints the settings that were read from ssh's configuration, in the
// format of ssh -G, each with its origin.
func printConfig(w console.World, targets []target.Target) {
	for _, t := range targets {
		for _, v := range t.Config.Values() {
			fmt.Fprintf(w.TextWriter(), "%v\t# %s\n", v, v.Origin)
		}
	}
}
