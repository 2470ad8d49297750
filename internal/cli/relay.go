package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/failcache"
	"rdnsproxy/proxy/dial"
	"rdnsproxy/proxy/relay"
	"rdnsproxy/resolve"

	"github.com/spf13/pflag"
)

// session is one run of the relay.
type session struct {
	w        World
	flags    relayFlags
	operands operands
	settings settings
	voice    *voice
	started  time.Time
	resolver *resolve.Resolver
	inquiry  *check.Inquiry
	known    context.CancelFunc // ends the look-ups: nobody asks any more

	abandoned       atomic.Bool     // ssh has gone before there was a session
	reverseFailures failcache.Cache // of addresses whose check failed
	pinFailures     failcache.Cache // of addresses from hosts lines that DNS did not confirm in time
	log             *logFile        // nil: none

	acceptedFile acceptedFile
}

// runRelay is what ProxyCommand runs. The data flows one way: configuration,
// inquiry, race, verdict, and then ssh's bytes.
func runRelay(ctx context.Context, w World, args []string) int {
	go surviveSIGPIPE()
	s := &session{w: w, started: time.Now()}
	var err error
	switch s.flags, s.operands, err = parseRelay(w, args); {
	case errors.Is(err, pflag.ErrHelp):
		return runCommand(ctx, w, []string{"help"})
	case err != nil:
		surviveSIGPIPE()
		return w.usage(err)
	}
	s.voice = relayVoice(w, s.flags.quiet, s.flags.verbose)
	if s.flags.verbose {
		tellUnknownVariables(w, s.voice)
	}
	ctx, s.known = context.WithCancel(ctx)
	defer s.known()
	go onQuit(s.abandon)
	wait := sync.OnceFunc(relay.Await(w.Out, s.abandon))
	defer wait()
	if err := s.prepare(ctx); err != nil {
		s.voice.error(err)
		return statusUsage
	}
	defer s.log.close()
	if err := s.begin(ctx); err != nil {
		s.voice.error(err)
		return statusUsage
	}
	conn, won, err := s.dialer().Race(ctx, s.inquiry.Addresses())
	if err != nil {
		return s.failed(ctx, err)
	}
	defer conn.Close()
	late := func() {} // what goes on beside the session
	switch s.flags.policy {
	case policyWarn:
		late = s.warn(ctx, won.Addr())
	case policyStrict:
		s.reportStrict(ctx, won.Addr())
	}
	wait() // from here on the session itself notices
	if s.abandoned.Load() {
		s.log.ended(relay.Stats{Why: relay.SSHGone}, nil)
		return statusFailed
	}
	go s.finishAsking(late)
	return s.relay(conn)
}

// onQuit calls gone on SIGQUIT, which Ctrl-\ sends to ssh and to its helper alike: by
// default Go's runtime prints all goroutines where the user reads.
func onQuit(gone func()) {
	if signal.Ignored(syscall.SIGQUIT) {
		return
	}
	quit := make(chan os.Signal, 1)
	signal.Notify(quit, syscall.SIGQUIT)
	<-quit
	gone()
}

// abandon is for an ssh that has gone before there was a session: nobody wants to
// hear of it any more.
func (s *session) abandon() {
	s.abandoned.Store(true)
	s.voice.muted.Store(true)
	s.known()
}

// finishAsking sees the last look-ups through and frees what they have opened: a
// session can last for days.
func (s *session) finishAsking(late func()) {
	late()
	s.known()
	s.resolver.Close()
}

// prepare reads what stands between the command line and the first look-up.
func (s *session) prepare(ctx context.Context) (err error) {
	if s.flags.fdpass {
		if err := relay.CanPass(s.w.Out); err != nil {
			return refuse("or leave --fdpass out", "%v", err)
		}
	}
	if s.flags.logFile != "" {
		if s.log, err = openLog(s.flags.logFile, s.operands); err != nil {
			return err
		}
	}
	if s.flags.policy != policyOff {
		s.reverseFailures = failcache.Cache{Dir: cacheDir(s.w.getenv, "failures")}
		s.pinFailures = failcache.Cache{Dir: cacheDir(s.w.getenv, "lines")}
	}
	s.settings, err = s.readSettings(ctx)
	return err
}

// begin starts the look-ups.
func (s *session) begin(ctx context.Context) error {
	resolver, hosts, err := s.flags.resolver(s.w)
	if err != nil {
		return err
	}
	s.resolver = resolver
	if s.flags.verbose { // it would read files that a literal needs none of
		if err := resolver.Err(); err != nil {
			s.voice.notice(err.Error())
		}
	}
	if err := s.settings.resolveBind(ctx, resolver); err != nil {
		return err
	}
	c := &check.Checker{
		Resolver:    resolver,
		Policy:      check.Policy{RequireName: s.flags.requireName, Own: ownName(), HostsPath: hosts},
		ForwardOnly: s.flags.policy == policyOff,
	}
	s.inquiry = c.Begin(ctx, check.Ask{
		Target: check.Target{Input: s.operands.host, Host: s.operands.host, Port: s.operands.port},
		Family: s.settings.family,
	})
	return nil
}

func (s *session) dialer() *dial.Dialer {
	d := s.settings.dialer()
	if left, limited := s.connectLeft(); limited {
		d.Timeout = max(left, time.Millisecond)
	}
	if s.flags.policy == policyStrict {
		d.Accept = s.accept
	}
	return &d
}

// connectLeft is what is left of the time to connect in, look-ups included.
func (s *session) connectLeft() (left time.Duration, limited bool) {
	by := s.connectBy()
	return time.Until(by), !by.IsZero()
}

// connectBy is when connecting has to be over; zero: never.
//
// With pipes ssh applies ConnectTimeout as well, from the start of its helper to
// the end of the server's identification, and when it fires the user reads of a
// "banner exchange" with "UNKNOWN port 65535". So connecting ends a little before
// and says which address did not answer. With fdpass ssh waits without a limit.
func (s *session) connectBy() (by time.Time) {
	if t := s.settings.connectTimeout; t > 0 {
		by = s.started.Add(t)
	}
	if t := s.settings.sshTimeout; t > 0 && !s.flags.fdpass {
		early := s.startedBySSH().Add(t - min(t/10, lastWords))
		if early.Before(by) || by.IsZero() {
			by = early
		}
	}
	return by
}

// lastWords is the most that is left of ssh's ConnectTimeout for saying that it is
// as good as over.
const lastWords = 500 * time.Millisecond

// startedBySSH is when ssh started its helper, a shell at first.
func (s *session) startedBySSH() time.Time {
	if age, known := begun(); known && parentIsSSH() {
		return time.Now().Add(-age)
	}
	return s.started
}

// failed says why there is no connection.
func (s *session) failed(ctx context.Context, err error) int {
	r, _ := s.inquiry.Wait(ctx, check.Now)
	if s.flags.policy != policyOff && len(r.Addresses) > 0 {
		s.reportPinned(ctx, r, r.Addresses[0].Address, s.checkUntil()) // that it has gone stale may be why
	}
	var lost *dial.Error
	switch {
	case s.abandoned.Load():
		s.log.ended(relay.Stats{Why: relay.SSHGone}, nil)
	case errors.Is(err, dial.ErrNoAddress):
		s.voice.error(s.noAddress(r.Findings))
	case errors.As(err, &lost) && rejected(lost):
		s.voice.error(s.refused(lost))
		return statusRefused
	default:
		s.voice.error(s.notConnected(err))
	}
	return statusFailed
}

// notConnected is why no address could be connected to; each reason names its
// address, so a host that is one is not named again.
func (s *session) notConnected(err error) error {
	if _, literal := resolve.ParseLiteral(s.operands.host); literal {
		return err
	}
	return fmt.Errorf("%s: %w", s.host(), err)
}

// noAddress is what the look-ups said of a host without an address.
func (s *session) noAddress(findings []check.Finding) error {
	if len(findings) == 0 {
		return fmt.Errorf("%s has no address", s.host())
	}
	hint := ""
	if advice := findings[0].Advice; len(advice) > 0 {
		hint = advice[0].Text
	}
	if err := s.resolver.Err(); err != nil { // a file that libc refuses may be all that is wrong
		hint = err.Error()
	}
	return &refusal{findings[0].Text, hint}
}

// relay moves the bytes, or leaves that to ssh.
func (s *session) relay(conn net.Conn) int {
	if s.flags.fdpass {
		if err := relay.Pass(s.w.Out, conn); err != nil {
			s.voice.error(err)
			return statusFailed
		}
		return statusOK
	}
	stats, err := relay.Pipes{In: s.w.In, Out: s.w.Out}.Run(conn)
	s.log.ended(stats, err)
	if err == nil || stats.Why == relay.Reset { // which ssh itself tells, whose terminal it is now
		return statusOK
	}
	hint := ""
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		hint = "raise the limit of open files; 'ulimit -n' shows it"
	}
	s.voice.error(refuse(hint, "relaying to %s: %v", s.host(), err))
	return statusFailed
}
