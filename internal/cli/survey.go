package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/netip"
	"os"
	"sync"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/sshprobe"
	"rdnsproxy/replacefile"
	"rdnsproxy/safetext"

	"golang.org/x/term"
)

// survey is one run of check over its targets.
type survey struct {
	w        console
	o        surveyOptions
	voice    *voice
	reader   *targetReader
	checker  *check.Checker
	progress *progress
	keys     knownKeys
	visits   sshprobe.Visits // through connections alone
	once     sync.Once       // sets visits up
	kerberos kerberos
	useDNS   useDNS
	accepted acceptedFile
	complain sync.Once // of the accepted file

	algorithms algorithms

	tellAccepted bool   // beside the findings: what of them the user has accepted
	brief        bool   // people want what was found, not what it rests on; unless -v
	unnamed      int    // lines of known_hosts whose hosts could not be looked at, since nobody knows their names
	empty        string // what to say where there is nothing to look at, which is fine then
}

// newSurvey is a survey that has looked nothing up yet.
func newSurvey(w console, v *voice, o surveyOptions) *survey {
	r := newTargetReader(w, v, o.targetOptions, o.Connect)
	r.DNSOnly, r.Asked, r.Jobs = o.DNSOnly, o.PrintConfig, o.Jobs
	return &survey{w: w, o: o, voice: v, reader: r}
}

// prepare sets up the lookups.
func (s *survey) prepare(ctx context.Context) error {
	resolver, hosts, err := s.o.resolver(s.w)
	if err != nil {
		return err
	}
	if err := s.o.Connect.bindable(ctx, resolver); err != nil {
		return err
	}
	if err := resolver.Err(); err != nil {
		s.voice.notice(err.Error()) // lookups go on without it, as libc's do
	}
	s.checker = &check.Checker{
		Resolver: resolver.Within(s.o.CheckTimeout),
		Timeout:  s.o.CheckTimeout,
		Policy:   check.Policy{RequireName: s.o.RequireName, ExpectKeys: s.o.ExpectKeys, Own: ownName(), HostsPath: hosts, Thorough: true},
	}
	if len(s.o.Compare) > 0 {
		s.checker.Compare = comparison(s.w, s.o.Compare)
	}
	return nil
}

// finish reports the results and gives the exit status.
func (s *survey) finish(results iter.Seq[*check.Result]) (int, error) {
	severities, err := s.results(results)
	if err != nil {
		return s.incomplete(severities, err), nil
	}
	return s.status(severities), nil
}

// results reports the results and gives the severities of all their findings.
func (s *survey) results(results iter.Seq[*check.Result]) (severities []check.Severity, err error) {
	err = s.report(&severities, results)
	s.progress.clear()
	return severities, err
}

// incomplete says why there is no whole report, and gives the exit status.
func (s *survey) incomplete(severities []check.Severity, err error) int {
	format, _ := report.FormatOf(s.o.Format) // there was a report of it
	switch {
	case errors.Is(err, errInterrupted):
		s.voice.error(err)
		return format.Interrupted(s.o.FailOn, severities)
	case s.o.Output != "":
		s.voice.error(refuse(exit.Usage, "--output takes a file in a folder that you may write, or - for stdout", "writing the report to %v", err))
	default:
		s.voice.error(fmt.Errorf("writing the report: %s", plainError(err)))
	}
	return format.Failed
}

// status is the exit status for what was found.
func (s *survey) status(severities []check.Severity) int {
	if len(severities) == 0 && s.empty != "" {
		return exit.OK
	}
	format, _ := report.FormatOf(s.o.Format) // there was a report of it
	return format.Status(s.o.FailOn, severities)
}

// report writes the results to stdout as they come, or to --output when all are
// there: who reads that file never finds half a report.
func (s *survey) report(severities *[]check.Severity, results iter.Seq[*check.Result]) error {
	write := func(out io.Writer) error {
		format, err := report.FormatOf(s.o.Format)
		if err != nil {
			return err
		}
		o := s.o.reader(s.w)
		o.Brief, o.Empty, o.Unnamed = s.brief && !s.o.Verbose, s.empty, s.unnamed
		if summary := s.w.getenv("GITHUB_STEP_SUMMARY"); format.Summary && summary != "" {
			f, err := os.OpenFile(summary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			if err != nil {
				return err
			}
			defer f.Close()
			o.Summary = f
		}
		handler := format.New(out, o)
		program := version()
		var stopped error
		for r := range results {
			if r.Interrupted() {
				stopped = errInterrupted
			}
			for _, finding := range r.Findings {
				*severities = append(*severities, finding.Severity)
			}
			r.Time, r.Version = time.Now().UTC().Truncate(time.Millisecond), program
			if err := s.progress.aside(func() error { return handler.Result(r) }); err != nil {
				return err
			}
		}
		s.progress.clear()
		return errors.Join(handler.Close(), stopped)
	}
	if s.o.Output == "" {
		return write(s.w.Out)
	}
	return replacefile.Output(s.o.Output, write)
}

// reader is what is known of who reads the report.
func (o *surveyOptions) reader(w console) report.Options {
	r := report.Options{Quiet: o.Quiet, Verbose: o.Verbose, FailOn: o.FailOn, Time: time.Now(), Command: runnable}
	if o.Output == "" && isTerminal(w.Out) {
		r.Color = w.getenv("NO_COLOR") == "" && w.getenv("TERM") != "dumb"
		if width, _, err := term.GetSize(int(w.Out.Fd())); err == nil && width > 0 {
			r.Width = max(width, 40)
		}
	}
	return r
}

// one asks about one target, again and again under --wait.
// If it was interrupted, the result says that and nothing else.
func (s *survey) one(ctx context.Context, t target) *check.Result {
	shown := safetext.Cut(check.PlainHost(t.Host), 40) // a line of a narrow terminal holds it
	s.progress.start(shown)
	defer s.progress.done(shown)
	if ctx.Err() != nil {
		return check.Unfinished(t.Target)
	}
	r := s.untilItPasses(ctx, t, func(since, deadline time.Time) *check.Result {
		ctx, cancel := s.attempt(ctx, deadline)
		defer cancel()
		ask := check.Ask{
			Target: t.Target,
			Family: t.settings.family,
			Client: clientOf(t.config, s.kerberos.read(s.w, s.voice), s.useDNS.read(s.o.SSHDConfig, s.voice)),
		}
		if s.o.Client.wanted() {
			return s.o.Client.asServersSeeIt(s.checker.Check(ctx, ask))
		}
		if !s.o.DNSOnly && !t.Proxied {
			ask.Prober = s.prober(ctx, t, since)
		}
		r := s.checker.Check(ctx, ask)
		if t.refused != "" {
			r.Findings = append(r.Findings, check.NewFinding(check.ConfigRefused, netip.Addr{}, "ssh will not connect, as its configuration says: "+t.refused))
			r.Severity = check.Error
		}
		if s.tellAccepted {
			s.withAccepted(r)
		}
		return r
	})
	if ctx.Err() != nil {
		return check.Unfinished(t.Target)
	}
	return r
}
