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
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/sshprobe"
	"rdnsproxy/replacefile"
	"rdnsproxy/safetext"
)

// survey is one run of check over its targets.
type survey struct {
	w        World
	f        *checkFlags
	voice    *voice
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

var errInterrupted = errors.New("interrupted")

// finish reports the results and gives the exit status.
func (s *survey) finish(ctx context.Context, results iter.Seq[*check.Result]) int {
	severities, err := s.results(ctx, results)
	if err != nil {
		return s.failed(severities, err)
	}
	return s.status(severities)
}

// results reports the results and gives the severities of all their findings.
func (s *survey) results(ctx context.Context, results iter.Seq[*check.Result]) (severities []check.Severity, err error) {
	err = s.report(ctx, &severities, results)
	s.progress.clear()
	return severities, err
}

// failed tells why there is no whole report, and gives the exit status.
func (s *survey) failed(severities []check.Severity, err error) int {
	switch {
	case errors.Is(err, errInterrupted):
		s.voice.error(err)
		if s.f.format == "nagios" {
			return s.status(severities)
		}
		return statusInterrupted
	case s.f.output != "":
		s.voice.error(refuse("--output takes a file in a folder that you may write, or - for stdout", "writing the report to %v", err))
	default:
		s.voice.error(fmt.Errorf("writing the report: %s", plainError(err)))
	}
	if s.f.format == "nagios" {
		return report.NagiosStatus(s.f.failOn.severity)
	}
	return statusUsage
}

// status is the exit status for what was found.
func (s *survey) status(severities []check.Severity) int {
	if s.f.format == "nagios" && (len(severities) > 0 || s.empty == "") {
		return report.NagiosStatus(s.f.failOn.severity, severities...)
	}
	sum := tally{failOn: s.f.failOn.severity}
	for _, severity := range severities {
		sum.add(severity)
	}
	return sum.status()
}

// report writes the results to stdout as they come, or to --output when all are
// there: who reads that file never finds half a report.
func (s *survey) report(ctx context.Context, severities *[]check.Severity, results iter.Seq[*check.Result]) error {
	write := func(out io.Writer) error {
		o := s.f.reader(s.w)
		o.Brief, o.Empty, o.Unnamed = s.brief && !s.f.verbose, s.empty, s.unnamed
		if summary := s.w.getenv("GITHUB_STEP_SUMMARY"); s.f.format == "github" && summary != "" {
			f, err := os.OpenFile(summary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			if err != nil {
				return err
			}
			defer f.Close()
			o.Summary = f
		}
		handler, err := report.New(s.f.format, out, o)
		if err != nil {
			return err
		}
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
	if s.f.output == "" {
		return write(s.w.Out)
	}
	return replacefile.Output(s.f.output, write)
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
			Client: clientOf(t.config, s.kerberos.read(s.w, s.voice), s.useDNS.read(s.f.sshdConfig, s.voice)),
		}
		if s.f.wanted() {
			return s.f.asServersSeeIt(s.checker.Check(ctx, ask))
		}
		if !s.f.dnsOnly && !t.Proxied {
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
