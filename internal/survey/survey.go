// Package survey looks at many targets and reports them in order: one question to
// check for each, the probe behind it, --wait, and the exit status. Options say what
// is asked; no flag is needed for it.
package survey

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
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/mapping"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/sshprobe"
	"rdnsproxy/internal/target"
	"rdnsproxy/replacefile"
	"rdnsproxy/safetext"

	"golang.org/x/term"
)

// Survey is one run of check over its targets.
type Survey struct {
	w        console.World
	o        Options
	voice    *console.Voice
	Reader   *target.Reader
	Checker  *check.Checker
	progress *console.Progress
	keys     knownKeys
	Visits   sshprobe.Visits // through connections alone
	once     sync.Once       // sets visits up
	kerberos kerberos
	useDNS   useDNS
	accepted mapping.File
	complain sync.Once // of the accepted file

	algorithms algorithms

	tellAccepted bool   // beside the findings: what of them the user has accepted
	Brief        bool   // people want what was found, not what it rests on; unless -v
	unnamed      int    // lines of known_hosts whose hosts could not be looked at, since nobody knows their names
	Empty        string // what to say where there is nothing to look at, which is fine then
}

// New is a survey that has looked nothing up yet.
func New(w console.World, v *console.Voice, o Options) *Survey {
	r := target.NewReader(w, v, o.Options, o.Connect)
	r.DNSOnly, r.Asked, r.Jobs = o.DNSOnly, o.PrintConfig, o.Jobs
	return &Survey{w: w, o: o, voice: v, Reader: r}
}

// Prepare sets up the lookups.
func (s *Survey) Prepare(ctx context.Context) error {
	resolver, hosts, err := s.o.Resolver(s.w)
	if err != nil {
		return err
	}
	if err := s.o.Connect.Bindable(ctx, resolver); err != nil {
		return err
	}
	if err := resolver.Err(); err != nil {
		s.voice.Notice(err.Error()) // lookups go on without it, as libc's do
	}
	s.Checker = &check.Checker{
		Resolver: resolver.Within(s.o.CheckTimeout),
		Timeout:  s.o.CheckTimeout,
		Policy:   check.Policy{RequireName: s.o.RequireName, ExpectKeys: s.o.ExpectKeys, Own: target.OwnName(), HostsPath: hosts, Thorough: true},
	}
	if len(s.o.Compare) > 0 {
		s.Checker.Compare = comparison(s.w, s.o.Compare)
	}
	return nil
}

// finish reports the results and gives the exit status.
func (s *Survey) finish(results iter.Seq[*check.Result]) (int, error) {
	severities, err := s.Report(results)
	if err != nil {
		return s.Incomplete(severities, err), nil
	}
	return s.Status(severities), nil
}

// Report reports the results and gives the severities of all their findings.
func (s *Survey) Report(results iter.Seq[*check.Result]) (severities []check.Severity, err error) {
	err = s.write(&severities, results)
	s.progress.Clear()
	return severities, err
}

// Incomplete says why there is no whole report, and gives the exit status.
func (s *Survey) Incomplete(severities []check.Severity, err error) int {
	format, _ := report.FormatOf(s.o.Format) // there was a report of it
	switch {
	case errors.Is(err, console.ErrInterrupted):
		s.voice.Error(err)
		return format.Interrupted(s.o.FailOn, severities)
	case s.o.Output != "":
		s.voice.Error(console.Refuse(exit.Usage, "--output takes a file in a folder that you may write, or - for stdout", "writing the report to %v", err))
	default:
		s.voice.Error(fmt.Errorf("writing the report: %s", console.PlainError(err)))
	}
	return format.Failed
}

// Status is the exit status for what was found.
func (s *Survey) Status(severities []check.Severity) int {
	if len(severities) == 0 && s.Empty != "" {
		return exit.OK
	}
	format, _ := report.FormatOf(s.o.Format) // there was a report of it
	return format.Status(s.o.FailOn, severities)
}

// write writes the results to stdout as they come, or to --output when all are
// there: who reads that file never finds half a report.
func (s *Survey) write(severities *[]check.Severity, results iter.Seq[*check.Result]) error {
	write := func(out io.Writer) error {
		format, err := report.FormatOf(s.o.Format)
		if err != nil {
			return err
		}
		o := s.o.ReportOptions(s.w)
		o.Brief, o.Empty, o.Unnamed = s.Brief && !s.o.Verbose, s.Empty, s.unnamed
		if summary := s.w.Getenv("GITHUB_STEP_SUMMARY"); format.Summary && summary != "" {
			f, err := os.OpenFile(summary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			if err != nil {
				return err
			}
			defer f.Close()
			o.Summary = f
		}
		handler := format.New(out, o)
		program := console.Version()
		var stopped error
		for r := range results {
			if r.Interrupted() {
				stopped = console.ErrInterrupted
			}
			for _, finding := range r.Findings {
				*severities = append(*severities, finding.Severity)
			}
			r.Time, r.Version = time.Now().UTC().Truncate(time.Millisecond), program
			if err := s.progress.Aside(func() error { return handler.Result(r) }); err != nil {
				return err
			}
		}
		s.progress.Clear()
		return errors.Join(handler.Close(), stopped)
	}
	if s.o.Output == "" {
		return write(s.w.Out)
	}
	return replacefile.Output(s.o.Output, write)
}

// ReportOptions is what is known of who reads the report.
func (o *Options) ReportOptions(w console.World) report.Options {
	r := report.Options{Quiet: o.Quiet, Verbose: o.Verbose, FailOn: o.FailOn, Time: time.Now(), Command: console.Runnable}
	if o.Output == "" && console.IsTerminal(w.Out) {
		r.Color = w.Getenv("NO_COLOR") == "" && w.Getenv("TERM") != "dumb"
		if width, _, err := term.GetSize(int(w.Out.Fd())); err == nil && width > 0 {
			r.Width = max(width, 40)
		}
	}
	return r
}

// Check asks about one target, again and again under --wait.
// If it was interrupted, the result says that and nothing else.
func (s *Survey) Check(ctx context.Context, t target.Target) *check.Result {
	shown := safetext.Cut(check.PlainHost(t.Host), 40) // a line of a narrow terminal holds it
	s.progress.Start(shown)
	defer s.progress.Done(shown)
	if ctx.Err() != nil {
		return check.Unfinished(t.Target)
	}
	r := s.untilItPasses(ctx, t, func(since, deadline time.Time) *check.Result {
		ctx, cancel := s.attempt(ctx, deadline)
		defer cancel()
		ask := check.Ask{
			Target: t.Target,
			Family: t.Settings.Family,
			Client: clientOf(t.Config, s.kerberos.read(s.w, s.voice), s.useDNS.read(s.o.SSHDConfig, s.voice)),
		}
		if s.o.Client.wanted() {
			return s.o.Client.asServersSeeIt(s.Checker.Check(ctx, ask))
		}
		if !s.o.DNSOnly && !t.Proxied {
			ask.Prober = s.prober(ctx, t, since)
		}
		r := s.Checker.Check(ctx, ask)
		if t.Refused != "" {
			r.Findings = append(r.Findings, check.NewFinding(check.ConfigRefused, netip.Addr{}, "ssh will not connect, as its configuration says: "+t.Refused))
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
