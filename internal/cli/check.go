package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/replacefile"
	"rdnsproxy/internal/report"

	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// checkFlags are the flags of check.
type checkFlags struct {
	sharedFlags
	format      string
	output      string
	failOn      failOn
	jobs        int
	printConfig bool
}

func (f *checkFlags) register(fs *pflag.FlagSet) {
	f.sharedFlags.register(fs)
	fs.Lookup("quiet").Usage = "tell of targets that do not pass only"
	f.registerOwn(fs)
}

func (f *checkFlags) registerOwn(fs *pflag.FlagSet) {
	f.failOn.severity = check.Warning
	fs.StringVar(&f.format, "format", "text", "how to write the results: "+strings.Join(report.Formats(), ", "))
	fs.StringVar(&f.output, "output", "", "write the report to this file, whole or not at all, instead of stdout")
	fs.Var(&f.failOn, "fail-on", "exit with 1 from this severity on: notice, warning, error or never")
	fs.IntVar(&f.jobs, "jobs", 32, "how many targets to look at at once")
	fs.BoolVar(&f.printConfig, "print-config", false, "print what was taken from ssh's configuration, and look nothing up")
}

// runCheck looks at the targets, at most jobs at a time, and reports them in the
// order in which they were given.
func runCheck(ctx context.Context, w World, f *checkFlags, words []string) int {
	v := newVoice(w.Err, f.quiet, f.verbose)
	targets, err := f.targets(ctx, w, v, words)
	if err != nil {
		return w.usage(err)
	}
	if f.printConfig {
		return printConfig(w, targets)
	}
	checker, err := f.checker(v)
	if err != nil {
		return w.usage(err)
	}
	if !slices.Contains(report.Formats(), f.format) {
		return w.usage(refuse("--format takes one of "+strings.Join(report.Formats(), ", "), "unknown format %s", quoted(f.format)))
	}
	if !signal.Ignored(os.Interrupt) {
		var stop func()
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt)
		defer stop()
	}
	if len(targets) > manyTargets {
		debug.SetGCPercent(400)
	}
	sum := tally{failOn: f.failOn.severity}
	results := inOrder(f.jobs, targets, func(t target) *check.Result { return f.one(ctx, checker, t) })
	switch err := f.report(ctx, w, &sum, results); {
	case errors.Is(err, errInterrupted):
		v.error(err)
		return statusInterrupted
	case err != nil:
		v.error(fmt.Errorf("writing the report: %w", err))
		return statusUsage
	}
	return sum.status()
}

// report writes the results to stdout as they come, or to --output when all are
// there: who reads that file never finds half a report.
func (f *checkFlags) report(ctx context.Context, w World, sum *tally, results iter.Seq[*check.Result]) error {
	write := func(out io.Writer) error {
		handler, err := report.New(f.format, out, reader(w, f))
		if err != nil {
			return err
		}
		var stopped error
		for r := range results {
			if ctx.Err() != nil {
				stopped = errInterrupted // r is not finished; what is, is reported
				break
			}
			for _, finding := range r.Findings {
				sum.add(finding.Severity)
			}
			if err := handler.Result(r); err != nil {
				return err
			}
		}
		return errors.Join(handler.Close(), stopped)
	}
	if f.output == "" {
		return write(w.Out)
	}
	return replacefile.Write(f.output, 0o644, write)
}

// manyTargets is from how many targets on memory is spent for speed: results
// come and go, and collecting them is a fifth of the work.
const manyTargets = 100

var errInterrupted = errors.New("interrupted")

// one asks about one target, within its own --check-timeout.
func (f *checkFlags) one(ctx context.Context, c *check.Checker, t target) *check.Result {
	ctx, cancel := context.WithTimeout(ctx, f.checkTimeout.d)
	defer cancel()
	mine := *c
	if mine.Family == 0 {
		mine.Family = t.family
	}
	return mine.Check(ctx, t.Target)
}

func (f *checkFlags) checker(v *voice) (*check.Checker, error) {
	resolver, hosts, err := f.resolver()
	if err != nil {
		return nil, err
	}
	if err := resolver.Err(); err != nil {
		v.notice(err.Error()) // look-ups go on without it, as libc's do
	}
	family, err := f.family()
	if err != nil {
		return nil, err
	}
	switch {
	case f.jobs < 1:
		return nil, refuse("--jobs takes a number from 1 on", "--jobs %d leaves nobody to do the work", f.jobs)
	case f.checkTimeout.d <= 0:
		return nil, refuse("--check-timeout takes a time span such as 5s", "--check-timeout %s leaves no time", f.checkTimeout.d)
	}
	return &check.Checker{
		Resolver:  resolver,
		Policy:    check.Policy{RequireName: f.requireName},
		Family:    family,
		HostsPath: hosts,
		Thorough:  true,
	}, nil
}

// reader is what is known of who reads the report.
func reader(w World, f *checkFlags) report.Options {
	o := report.Options{Quiet: f.quiet, Verbose: f.verbose}
	if f.output == "" && isTerminal(w.Out) {
		o.Color = w.getenv("NO_COLOR") == "" && w.getenv("TERM") != "dumb"
		if width, _, err := term.GetSize(int(w.Out.Fd())); err == nil && width > 0 {
			o.Width = max(width, 40)
		}
	}
	return o
}

// failOn is the severity from which check exits with 1.
type failOn struct{ severity check.Severity }

func (f *failOn) Type() string { return "SEVERITY" }

func (f *failOn) String() string {
	if f.severity == neverFail {
		return "never"
	}
	return f.severity.String()
}

func (f *failOn) Set(word string) error {
	if word == "never" {
		f.severity = neverFail
		return nil
	}
	s, err := check.ParseSeverity(word)
	if err != nil || !slices.Contains([]check.Severity{check.Notice, check.Warning, check.Error}, s) {
		return errors.New("one of notice, warning, error, never is wanted")
	}
	f.severity = s
	return nil
}

// inOrder runs f over in, at most jobs at a time, and yields in input order;
// at most twice as many results are held back as jobs run.
func inOrder[T, R any](jobs int, in []T, f func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		jobs := min(jobs, len(in)) // no more than there is to do
		queue := make(chan chan R, 2*jobs)
		slots := make(chan struct{}, jobs)
		stop := make(chan struct{})
		defer close(stop)
		go func() {
			defer close(queue)
			for _, x := range in {
				select {
				case slots <- struct{}{}:
				case <-stop:
					return
				}
				done := make(chan R, 1)
				go func() {
					done <- f(x)
					<-slots
				}()
				select {
				case queue <- done:
				case <-stop:
					return
				}
			}
		}()
		for done := range queue {
			if !yield(<-done) {
				return
			}
		}
	}
}
