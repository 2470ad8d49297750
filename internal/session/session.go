// Package session runs the relay, from reading ssh's configuration to the last byte:
// look up, connect, judge, warn or refuse, relay. It never delays a login for longer
// than its time budgets allow.
package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/mapping"
	"rdnsproxy/internal/target"
	"rdnsproxy/proxy/dial"
	"rdnsproxy/proxy/relay"
	"rdnsproxy/proxy/via"
	"rdnsproxy/resolve"
)

// Options say where to connect to and what a bad mapping means for the connection.
// Start from Defaults.
type Options struct {
	target.Options
	Connect target.Connect

	Host     string
	Port     uint16
	Original string // the host as it was typed; may be empty

	// Command makes the connection instead of the relay: this process becomes it after the
	// check. If empty, the relay connects.
	Command []string

	Policy    Policy
	CheckWait time.Duration // under Warn: how long a connection waits for its verdict
	NoCache   bool          // use and keep nothing of what DNS has answered
	Accepted  bool          // under Strict, and always under Ask: use addresses with an accepted mapping too
	FDPass    bool          // pass the connection to ssh instead of relaying
	LogFile   string        // append what was found to this file; may be empty
	NoSandbox bool          // keep all rights of the process while relaying
}

// Defaults returns the options of a relay without any flags.
func Defaults() Options {
	return Options{Options: target.Defaults(), Policy: Warn, CheckWait: time.Second}
}

// session is one run of the relay.
type session struct {
	w           console.World
	o           Options
	settings    target.Settings
	voice       *console.Voice
	started     time.Time
	budget      budget
	resolver    *resolve.Resolver
	inquiry     *check.Inquiry
	unseen      *via.Chain         // looks the host up itself; nil: it is looked up here
	stopLookups context.CancelFunc // nobody needs their answers any more

	abandoned atomic.Bool // ssh exited before there was a session
	memory    memory      // of what DNS has answered
	asking    asking      // under Ask
	cacheTold sync.Once   // why the cache cannot be used
	log       *logFile    // nil without --log-file

	isOwn        func(name string) bool // target.OwnName
	acceptedFile mapping.File
}

// Run is what ssh runs as its ProxyCommand. It returns the exit status. Data flows
// one way: configuration, lookups, connection, verdict, then ssh's bytes.
func Run(ctx context.Context, w console.World, v *console.Voice, o Options) int {
	s := &session{w: w, o: o, voice: v, started: time.Now(), isOwn: target.OwnName()}
	ctx, s.stopLookups = context.WithCancel(ctx)
	defer s.stopLookups()
	go onQuit(s.abandon)
	wait := sync.OnceFunc(relay.Await(w.Out, s.abandon))
	defer wait()
	if err := s.prepare(ctx); err != nil {
		s.voice.Error(err)
		return console.StatusOf(err)
	}
	defer s.log.close()
	if s.o.Verbose && s.o.Policy == Off {
		s.voice.Notice(s.host() + " is not checked: --policy off")
	}
	if s.chained() {
		return s.chain(ctx, wait)
	}
	if err := s.begin(ctx); err != nil {
		s.voice.Error(err)
		return console.StatusOf(err)
	}
	defer s.keepLast(ctx)
	conn, won, err := s.connect(ctx)
	if err != nil {
		return s.failed(ctx, err)
	}
	defer conn.Close()
	late := func() {} // what is left to do while the session runs
	switch {
	case s.o.Policy.judges():
		s.reportStrict(ctx, won.Addr())
	case s.o.Policy == Off, s.unseen != nil:
	default:
		late = s.warn(ctx, won.Addr())
	}
	wait() // from here on the relay itself notices that ssh is gone
	if s.abandoned.Load() {
		s.log.ended(relay.Stats{Why: relay.SSHGone}, nil)
		return exit.Unknown
	}
	if s.o.Verbose { // why nothing can be kept is said now or never
		s.memory.save()
	}
	s.confine()
	go s.finishAsking(ctx, late)
	return s.relay(conn)
}

// onQuit calls gone on SIGQUIT, which Ctrl-\ sends to ssh and its ProxyCommand alike:
// by default Go's runtime would print all goroutines on the user's terminal.
func onQuit(gone func()) {
	if signal.Ignored(syscall.SIGQUIT) {
		return
	}
	quit := make(chan os.Signal, 1)
	signal.Notify(quit, syscall.SIGQUIT)
	<-quit
	gone()
}

// abandon is called if ssh exits before there is a session: nobody reads messages any
// more.
func (s *session) abandon() {
	s.abandoned.Store(true)
	s.voice.Mute()
	s.stopLookups()
}

// finishAsking completes the last lookups, keeps what was answered and releases their
// resources, since a session can last for days.
func (s *session) finishAsking(ctx context.Context, late func()) {
	s.memory.save()
	late()
	s.keepAll(ctx, check.AllReverse)
	s.memory.save()
	s.stopLookups()
	s.resolver.Close()
	s.confineWholly()
}

// prepare validates the options and reads ssh's configuration, before any lookup.
func (s *session) prepare(ctx context.Context) (err error) {
	if s.o.FDPass {
		if err := relay.CanPass(s.w.Out); err != nil {
			return console.Refuse(exit.Usage, "or remove --fdpass", "%v", err)
		}
	}
	if s.o.LogFile != "" {
		if s.log, err = openLog(s.o.LogFile, s.o.Host, s.o.Port); err != nil {
			return err
		}
	}
	if s.chained() {
		return s.prepareCommand(ctx)
	}
	if err := s.o.Connect.ReadVia(s.w); err != nil {
		return err
	}
	s.settings, err = s.readSettings(ctx)
	s.budget = newBudget(s.settings, s.o.FDPass, s.started, s.startedBySSH)
	return err
}

// begin starts the lookups.
func (s *session) begin(ctx context.Context) error {
	resolver, hosts, err := s.o.Resolver(s.w)
	if err != nil {
		return err
	}
	s.resolver = resolver
	if s.o.Verbose { // Err reads files that an address literal does not need
		if err := resolver.Err(); err != nil {
			s.voice.Notice(err.Error())
		}
	}
	if err := s.settings.ResolveBind(ctx, resolver); err != nil {
		return err
	}
	if err := s.prepareVia(); err != nil || s.unseen != nil {
		return err
	}
	if s.o.Policy != Off && !s.o.NoCache {
		s.remember()
	}
	c := &check.Checker{
		Resolver:    resolver,
		Policy:      check.Policy{RequireName: s.o.RequireName, Own: s.isOwn, HostsPath: hosts},
		Recall:      s.memory.recall,
		ForwardOnly: s.o.Policy == Off,
	}
	s.inquiry = c.Begin(ctx, check.Ask{
		Target: check.Target{Input: s.o.Host, Host: s.o.Host, Port: s.o.Port},
		Family: s.settings.Family,
	})
	return nil
}

// connect connects to the host, and returns the address that it has; none if a proxy has
// looked it up.
func (s *session) connect(ctx context.Context) (net.Conn, netip.AddrPort, error) {
	if s.unseen != nil {
		conn, err := s.connectUnseen(ctx)
		return conn, netip.AddrPort{}, err
	}
	if s.o.Policy == Ask {
		return s.connectAsking(ctx)
	}
	return s.dialer().Race(ctx, s.inquiry.Addresses())
}

func (s *session) dialer() *dial.Dialer {
	d := s.settings.Dialer(s.resolver)
	if left, limited := s.budget.left(time.Now()); limited {
		d.Timeout = max(left, time.Millisecond)
	}
	if s.o.Policy == Strict {
		d.Accept = s.judgeAddress
	}
	return &d
}

// failed reports why there is no connection and returns the exit status.
func (s *session) failed(ctx context.Context, err error) int {
	r := new(check.Result)
	if s.unseen == nil {
		r, _ = s.inquiry.Wait(ctx, check.Now)
	}
	if s.o.Policy != Off && len(r.Addresses) > 0 {
		s.reportPinned(ctx, r, r.Addresses[0].Address, s.checkUntil()) // a stale line may be the reason
	}
	var lost *dial.Error
	var refused *console.Refusal // of the question
	switch {
	case s.abandoned.Load():
		s.log.ended(relay.Stats{Why: relay.SSHGone}, nil)
	case errors.As(err, &refused):
		s.voice.Error(refused)
		return refused.Status
	case errors.Is(err, dial.ErrNoAddress):
		s.voice.Error(s.noAddress(r.Findings))
	case errors.As(err, &lost) && rejected(lost):
		s.voice.Error(s.refused(lost))
		return exit.Found
	default:
		s.voice.Error(s.notConnected(err))
	}
	return exit.Unknown
}

// notConnected says why no address could be connected to. Each reason names its
// address, so a host given as an address is not named again.
func (s *session) notConnected(err error) error {
	if viaError := s.viaError(err); viaError != nil {
		return viaError
	}
	if _, literal := resolve.ParseLiteral(s.o.Host); literal {
		return err
	}
	return fmt.Errorf("%s: %w", s.host(), err)
}

// noAddress says why the lookups found no address.
func (s *session) noAddress(findings []check.Finding) error {
	if len(findings) == 0 {
		return fmt.Errorf("%s has no address", s.host())
	}
	hint := ""
	if advice := findings[0].Advice; len(advice) > 0 {
		hint = advice[0].Text
	}
	if err := s.resolver.Err(); err != nil { // a file that libc would refuse may be the only cause
		hint = err.Error()
	}
	return console.Refuse(exit.Unknown, hint, "%s", findings[0].Text)
}

// relay moves the bytes, or passes the connection to ssh. It returns the exit status.
func (s *session) relay(conn net.Conn) int {
	if s.o.FDPass {
		if err := relay.Pass(s.w.Out, conn); err != nil {
			s.voice.Error(err)
			return exit.Unknown
		}
		return exit.OK
	}
	if _, direct := conn.(*net.TCPConn); s.w.Own && (!direct || runtime.GOOS != "linux") {
		runtime.SetDefaultGOMAXPROCS() // a goroutine for each direction, which may block
	}
	stats, err := relay.Pipes{In: s.w.In, Out: s.w.Out}.Run(conn)
	s.log.ended(stats, err)
	if err == nil || stats.Why == relay.Reset { // ssh, whose terminal it is now, reports a reset itself
		return exit.OK
	}
	hint := ""
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		hint = "raise the limit of open files; 'ulimit -n' shows it"
	}
	s.voice.Error(console.Refuse(exit.Usage, hint, "relaying to %s: %v", s.host(), err))
	return exit.Unknown
}
