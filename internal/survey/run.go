package survey

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"syscall"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/inputs"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/shard"
	"rdnsproxy/internal/target"
	"rdnsproxy/limits"
)

// Run checks the targets that the words and Options.Sources name, at most Jobs at a
// time, reports them in this order unless Options.Unordered is set, and returns the exit
// status. Lists are read while their targets are checked, so memory does not depend on
// their length. If Options.Client asks about a client, it is the only target, and words
// are ignored.
func Run(ctx context.Context, w console.World, o Options, words []string) (int, error) {
	v := console.NewVoice(w.Err, o.Quiet, o.Verbose)
	if err := o.load(ctx, w, v); err != nil {
		return 0, err
	}
	if err := o.Connect.ReadVia(w); err != nil {
		return 0, err
	}
	open := o.lookups(w)
	reader := newReader(w, v, o, open)
	if o.Client.Enabled() {
		reader = reader.WithoutConfiguration() // it says how ssh connects to hosts, not who a client is
	}
	list, err := o.list(ctx, reader, words)
	if err != nil {
		return 0, err
	}
	format, _ := report.FormatOf(o.Format) // an unknown one is refused later
	known := list.Items
	switch {
	case o.PrintConfig || o.PrintKnownHosts:
		known, err = list.All()
		list.More = nil
	case format.Holds:
		err = list.Hold()
	}
	if err != nil {
		return 0, err
	}
	// What is known at once is refused at once if it is not a target.
	given, err := reader.Targets(ctx, known)
	if err != nil {
		return 0, err
	}
	if o.PrintConfig {
		printConfig(w, given)
		return exit.OK, nil
	}
	s, err := newSurvey(ctx, w, v, o, reader, open)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	ctx, stop := console.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithCancel(ctx) // whoever stops taking results wants no more work
	defer cancel()
	if list.More != nil || len(given) > manyTargets {
		spendMemory()
	}
	q := newQueue(given, list.More)
	if err := s.share(q); err != nil {
		return 0, err
	}
	if q.journal != nil {
		defer q.journal.Close()
	}
	s.progress, s.unnamed = console.NewProgress(w, o.Quiet, q.total(), s.soFar), list.Unnamed
	defer s.progress.End()
	if s.progress != nil && q.total() == 0 {
		go s.expect(ctx, q, len(words))
	}
	if o.PrintKnownHosts {
		return s.printKnownHosts(results(s.outcomes(ctx, q, nil)))
	}
	return s.finish(ctx, q)
}

// share has the queue leave out what is not this run's to do, by Options.Shard and
// Options.Resume.
func (s *Survey) share(q *queue) (err error) {
	if s.o.Shard != "" {
		if q.share, err = shard.Parse(s.o.Shard, s.w.LookupEnv); err != nil {
			return err
		}
		s.o.Empty = cmp.Or(s.o.Empty, "no target is in share "+q.share.String())
	}
	if s.o.Resume != "" {
		return q.resume(s.voice, s.o)
	}
	return nil
}

// manyTargets is the number of targets above which memory is spent for speed: with
// the default GOGC, collecting garbage is a fifth of the work.
const manyTargets = 100

func spendMemory() {
	debug.SetGCPercent(150)
	if debug.SetMemoryLimit(-1) == math.MaxInt64 { // the user has not set GOMEMLIMIT
		debug.SetMemoryLimit(limits.Memory)
	}
}

// list returns the targets to check: the client, or those that the words and the
// sources name.
func (o *Options) list(ctx context.Context, r *target.Reader, words []string) (target.List, error) {
	if !o.Client.Enabled() {
		return r.List(ctx, o.Sources, words)
	}
	a, err := o.Client.address(r.World)
	return target.List{Items: inputs.FromArgs([]string{a})}, err
}

// printConfig prints the settings that were read from ssh's configuration.
func printConfig(w console.World, targets []target.Target) {
	for i := range targets {
		for _, line := range targets[i].Configured() {
			fmt.Fprintln(w.TextWriter(), line)
		}
	}
}
