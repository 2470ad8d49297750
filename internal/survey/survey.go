// Package survey checks many targets and reports them in order. It combines package
// check with the SSH probe, --wait and the exit status, and is configured by Options
// alone, without flags.
package survey

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/inputs"
	"rdnsproxy/internal/mapping"
	"rdnsproxy/internal/sshprobe"
	"rdnsproxy/internal/target"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// Survey checks targets and keeps what they share, such as files already read and
// the record of connections that count against this machine (PerSourcePenalties). It
// is safe for concurrent use. The caller has to Close it.
type Survey struct {
	w        console.World
	o        Options
	voice    *console.Voice
	reader   *target.Reader
	checker  *check.Checker
	progress *console.Progress            // nil: none is shown
	counts   counts                       // for progress
	lane     atomic.Pointer[resolve.Lane] // on which DNS is asked ahead; nil: none
	storms   []resolve.LaneStorm          // of it, those that were told
	losses   []resolve.Server             // of its servers, those that were told to leave questions unanswered
	began    time.Time                    // zero: it only reads results
	unnamed  int                          // hashed lines of known_hosts whose hosts are not checked, since their names are unknown

	keys           knownKeys
	visits         sshprobe.Visits // use connections instead
	visitsOnce     sync.Once       // sets visits up
	kerberos       kerberos
	useDNS         useDNS
	accepted       mapping.File
	acceptedNotice sync.Once // that the accepted file cannot be read
	algorithms     algorithms
}

// New returns a Survey. It looks up nothing but the address to bind to. The error is
// a Refusal about the options or about this machine.
func New(ctx context.Context, w console.World, v *console.Voice, o Options) (*Survey, error) {
	if err := o.Connect.ReadVia(w); err != nil {
		return nil, err
	}
	open := o.lookups(w)
	return newSurvey(ctx, w, v, o, newReader(w, v, o, open), open)
}

func newReader(w console.World, v *console.Voice, o Options, open lookups) *target.Reader {
	r := target.NewReader(w, v, o.Options, o.Connect)
	r.DNSOnly, r.ConnectAll, r.KeepConfig, r.Jobs = o.DNSOnly, o.ConnectAll, o.PrintConfig, o.Jobs
	r.Expander = o.expander(v, open)
	if o.zones != nil {
		r.Zones = inputs.Zones(o.zones)
	}
	return r
}

func newSurvey(ctx context.Context, w console.World, v *console.Voice, o Options, r *target.Reader, open lookups) (*Survey, error) {
	found, err := open()
	if err != nil {
		return nil, err
	}
	resolver := found.resolver
	if err := o.Connect.Bindable(ctx, resolver); err != nil {
		return nil, err
	}
	if err := resolver.Err(); err != nil {
		v.Notice(err.Error()) // lookups go on without it, as libc's do
	}
	c := &check.Checker{
		Resolver: found.within,
		Scope:    o.Scope,
		Timeout:  o.CheckTimeout,
		Policy: check.Policy{
			RequireName: o.RequireName,
			ExpectKeys:  o.ExpectKeys,
			Own:         target.OwnName(),
			HostsPath:   found.hosts,
			Thorough:    true,

			CompareZones: o.zones != nil,
		},
	}
	if o.zones != nil {
		c.Policy.HostsPath = "" // whoever checks zones corrects them, and not this machine
	}
	if len(o.Compare) > 0 {
		c.Compare = resolver.Asking(target.ConfigWithServers(w, o.Compare)).Within(o.CheckTimeout)
	}
	return &Survey{w: w, o: o, voice: v, reader: r, checker: c, began: time.Now()}, nil
}

// Close waits until all connections have been closed properly.
func (s *Survey) Close() { s.visits.Wait() }

// Target parses a target as a user would type it and applies ssh's configuration.
func (s *Survey) Target(ctx context.Context, word string) (target.Target, error) {
	return s.reader.Target(ctx, word)
}

// Targets is Target for many words, a few at a time.
func (s *Survey) Targets(ctx context.Context, words []string) ([]target.Target, error) {
	return s.reader.Targets(ctx, inputs.FromArgs(words))
}

// PlainTarget is like Target but ignores ssh's configuration.
func (s *Survey) PlainTarget(ctx context.Context, host string) (target.Target, error) {
	return s.reader.WithoutConfiguration().Target(ctx, host)
}

// Check checks one target, under --wait repeatedly. If it is interrupted, the result
// says only that (check.Unfinished).
func (s *Survey) Check(ctx context.Context, t target.Target) *check.Result {
	return s.check(ctx, t, s.o.Client.Enabled())
}

func (s *Survey) check(ctx context.Context, t target.Target, asClient bool) *check.Result {
	if s.progress != nil {
		shown := safetext.Cut(check.PlainHost(t.Host), 40) // must fit on a line of a narrow terminal
		s.progress.Start(shown)
		defer s.progress.Done(shown)
	}
	if ctx.Err() != nil {
		return check.Unfinished(t.Target)
	}
	r := s.checkUntilPass(ctx, t, func(since, deadline time.Time) *check.Result {
		ctx, cancel := s.attempt(ctx, deadline)
		defer cancel()
		ask := s.ask(t)
		if asClient {
			return s.askClient(ctx, ask)
		}
		if s.connects(&t) {
			ask.Prober = s.prober(ctx, t, since)
		}
		r := s.checker.Check(ctx, ask)
		if t.Refused != "" {
			r.Findings = append(r.Findings, check.NewFinding(check.ConfigRefused, netip.Addr{},
				"ssh's configuration refuses to connect: "+t.Refused))
			r.Severity = check.Error
		}
		if s.o.ShowAccepted {
			s.withAccepted(r)
		}
		return r
	})
	if ctx.Err() != nil {
		return check.Unfinished(t.Target)
	}
	return r
}

// ask is what the checker is asked about a target, but for a prober.
func (s *Survey) ask(t target.Target) check.Ask {
	return check.Ask{
		Target: t.Target,
		Family: t.Settings.Family,
		Client: clientOf(t.Config, s.kerberos.read(s.w, s.voice, s.checker.Resolver.Domain), s.useDNS.read(s.o.SSHDConfig, s.voice)),
	}
}
