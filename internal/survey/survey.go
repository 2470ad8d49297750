// Package survey looks at many targets and reports them in order: one question to
// check for each, the probe behind it, --wait, and the exit status. Options say what
// is asked; no flag is needed for it.
package survey

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/mapping"
	"rdnsproxy/internal/sshprobe"
	"rdnsproxy/internal/target"
	"rdnsproxy/safetext"
)

// Survey looks at targets as its options say; what they share, such as files that
// were read and connections that count against this machine, it keeps. It is safe for
// concurrent use. Close ends it.
type Survey struct {
	w        console.World
	o        Options
	voice    *console.Voice
	reader   *target.Reader
	checker  *check.Checker
	progress *console.Progress // nil: none is shown
	unnamed  int               // lines of known_hosts whose hosts could not be looked at, since nobody knows their names

	keys       knownKeys
	visits     sshprobe.Visits // through connections alone
	once       sync.Once       // sets visits up
	kerberos   kerberos
	useDNS     useDNS
	accepted   mapping.File
	complain   sync.Once // of the accepted file
	algorithms algorithms
}

// New sets up a survey; it looks nothing up but an address to connect from. The error
// is a refusal that says what is wrong with the options or with this machine.
func New(ctx context.Context, w console.World, v *console.Voice, o Options) (*Survey, error) {
	return newSurvey(ctx, w, v, o, newReader(w, v, o))
}

func newReader(w console.World, v *console.Voice, o Options) *target.Reader {
	r := target.NewReader(w, v, o.Options, o.Connect)
	r.DNSOnly, r.Asked, r.Jobs = o.DNSOnly, o.PrintConfig, o.Jobs
	return r
}

func newSurvey(ctx context.Context, w console.World, v *console.Voice, o Options, r *target.Reader) (*Survey, error) {
	resolver, hosts, err := o.Resolver(w)
	if err != nil {
		return nil, err
	}
	if err := o.Connect.Bindable(ctx, resolver); err != nil {
		return nil, err
	}
	if err := resolver.Err(); err != nil {
		v.Notice(err.Error()) // lookups go on without it, as libc's do
	}
	c := &check.Checker{
		Resolver: resolver.Within(o.CheckTimeout),
		Scope:    o.Scope,
		Timeout:  o.CheckTimeout,
		Policy:   check.Policy{RequireName: o.RequireName, ExpectKeys: o.ExpectKeys, Own: target.OwnName(), HostsPath: hosts, Thorough: true},
	}
	if len(o.Compare) > 0 {
		c.Compare = comparison(w, o.Compare)
	}
	return &Survey{w: w, o: o, voice: v, reader: r, checker: c}, nil
}

// Close waits for the connections that are still being closed in good order.
func (s *Survey) Close() { s.visits.Wait() }

// Target reads what a user would type.
func (s *Survey) Target(ctx context.Context, word string) (target.Target, error) {
	return s.reader.Target(ctx, word)
}

// Targets reads what a user would type, a few words at a time.
func (s *Survey) Targets(ctx context.Context, words []string) ([]target.Target, error) {
	return s.reader.Targets(ctx, target.Typed(words))
}

// PlainTarget is a host about which ssh's configuration says nothing.
func (s *Survey) PlainTarget(ctx context.Context, host string) (target.Target, error) {
	return s.reader.WithoutConfiguration().Target(ctx, host)
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
			return s.o.Client.asServersSeeIt(s.checker.Check(ctx, ask))
		}
		if !s.o.DNSOnly && !t.Proxied {
			ask.Prober = s.prober(ctx, t, since)
		}
		r := s.checker.Check(ctx, ask)
		if t.Refused != "" {
			r.Findings = append(r.Findings, check.NewFinding(check.ConfigRefused, netip.Addr{}, "ssh's configuration refuses to connect: "+t.Refused))
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
