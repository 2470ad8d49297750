package survey

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/knownhosts"
	"rdnsproxy/internal/parent"
	"rdnsproxy/internal/penalty"
	"rdnsproxy/internal/sshprobe"
	"rdnsproxy/internal/target"
	"rdnsproxy/limits"
	"rdnsproxy/sshconf"
)

// prober returns a prober that connects to the addresses of a target as ssh would and
// ignores what was seen there before since. It asks ssh for its settings while the
// lookups run.
func (s *Survey) prober(ctx context.Context, t target.Target, since time.Time) check.Prober {
	p := &pendingProber{ready: make(chan struct{})}
	go func() {
		defer close(p.ready)
		p.Prober = s.proberOf(ctx, t, since)
	}()
	return p
}

// pendingProber is a prober that is still being set up.
type pendingProber struct {
	ready chan struct{} // closed when Prober is set
	check.Prober
}

func (p *pendingProber) Probe(ctx context.Context, t check.Target, a netip.AddrPort) check.Probe {
	select {
	case <-p.ready:
		return p.Prober.Probe(ctx, t, a)
	case <-ctx.Done():
		return unanswered
	}
}

func (s *Survey) proberOf(ctx context.Context, t target.Target, since time.Time) check.Prober {
	settle := s.startSettings(ctx, t)
	if err := t.Settings.ResolveBind(ctx, s.checker.Resolver); err != nil {
		return cannotConnect(err.Error())
	}
	return &sshprobe.Prober{
		Dialer: t.Settings.Dialer(s.checker.Resolver),
		Via:    t.Settings.Via(),
		// ssh's ConnectTimeout covers the identification too.
		Identification: t.Settings.ConnectTimeout,
		Handshake:      t.Settings.ConnectTimeout,

		Known:    s.keys.of(t.KnownHosts, s.voice),
		Settle:   settle,
		Behind:   t.Config.Get("proxycommand") != "",
		Expected: s.o.ExpectKeys,
		AllKeys:  s.o.AllKeys,
		Visits:   s.connections(),
		Since:    since,
	}
}

// startSettings starts asking ssh for its settings for a target. The returned
// function waits for the answer and applies it to the prober, or returns the Probe
// that says why there is none.
func (s *Survey) startSettings(
	ctx context.Context, t target.Target,
) func(context.Context, *sshprobe.Prober) *check.Probe {
	var ssh clientSettings
	var err error
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		ssh, err = s.algorithms.of(ctx, s, &t)
	}()
	return func(ctx context.Context, p *sshprobe.Prober) *check.Probe {
		select {
		case <-answered:
		case <-ctx.Done():
			return &unanswered
		}
		var slow *sshconf.SlowError
		switch {
		case errors.As(err, &slow), err != nil && ctx.Err() != nil:
			return &unanswered
		case limits.Starved(err): // not the host's fault
			return &check.Probe{
				Connect: check.ConnectExhausted,
				Error:   "this machine has nothing left to run ssh -G with: " + console.PlainError(err),
			}
		case err != nil:
			return &check.Probe{Connect: check.ConnectFailed, Error: err.Error()}
		}
		p.Rules, p.Lists, p.Client, p.Strict = ssh.rules, ssh.lists, ssh.by, ssh.strict
		return nil
	}
}

// unanswered is the result of a probe if ssh did not report its settings in time.
var unanswered = check.Probe{Connect: check.ConnectCutShort, Cut: check.PhaseAsk}

// cannotConnect is a prober that fails, with the reason why this machine cannot
// connect to any address of a target.
type cannotConnect string

func (why cannotConnect) Probe(context.Context, check.Target, netip.AddrPort) check.Probe {
	return check.Probe{Connect: check.ConnectFailed, Error: string(why)}
}

// noticeableWait is the delay after which a person wonders what is going on.
const noticeableWait = 200 * time.Millisecond

// connections returns the record of connections that all targets of the run share.
func (s *Survey) connections() *sshprobe.Visits {
	s.visitsOnce.Do(func() {
		s.visits.Contacts = &penalty.Ledger{Dir: s.w.CacheDir("contacts")}
		if parent.LoginWaits() { // a login waits for Match exec, and under -q nothing would say why
			s.visits.Patience = noticeableWait
		}
		s.visits.Waiting = func(a netip.AddrPort, wait time.Duration) {
			if wait < noticeableWait {
				return
			}
			s.progress.Clear()
			s.voice.Notice(fmt.Sprintf("waiting %.1f s or more before the next connection to %s port %d: "+
				"its sshd may lock this machine out for connections without a login (PerSourcePenalties)",
				wait.Seconds(), check.PlainHost(a.Addr().String()), a.Port()))
		}
	})
	return &s.visits
}

// HasKnownKey reports whether a host key of the target is in known_hosts or expected
// by the options. unsure says why one may be known even if known is false; else "".
func (s *Survey) HasKnownKey(ctx context.Context, t target.Target) (known bool, unsure string) {
	login := knownhosts.Login{
		Known: s.keys.of(t.KnownHosts, s.voice),
		Host:  knownhosts.Host{Name: t.Host, Port: t.Port, Alias: t.KeyName},
	}
	if ssh, err := s.algorithms.of(ctx, s, &t); err == nil { // otherwise nothing was probed either
		login.Rules = ssh.rules
		login.Rules.KeepOrder = false // ask KnownHostsCommand even if it cannot affect the order
	}
	return len(s.o.ExpectKeys) > 0 || login.Knows(ctx), login.Unsure(ctx)
}

// knownKeys reads each set of known_hosts files once.
type knownKeys struct {
	mu   sync.Mutex
	sets map[string]*knownhosts.File
}

func (k *knownKeys) of(files []string, v *console.Voice) *knownhosts.File {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := strings.Join(files, "\x00")
	if f := k.sets[key]; f != nil {
		return f
	}
	f, errs := knownhosts.ParseFiles(files...)
	for _, err := range errs {
		v.Notice(err.Error())
	}
	if k.sets == nil {
		k.sets = map[string]*knownhosts.File{}
	}
	k.sets[key] = f
	return f
}
