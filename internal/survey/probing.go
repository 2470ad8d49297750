package survey

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/knownhosts"
	"rdnsproxy/internal/penalty"
	"rdnsproxy/internal/sshprobe"
	"rdnsproxy/internal/target"
	"rdnsproxy/limits"
	"rdnsproxy/resolve"
	"rdnsproxy/sshconf"
)

// prober looks behind the addresses of a target as ssh would connect to it; what
// was seen there before since does not count. What ssh itself has to be asked for
// comes while the look-ups run.
func (s *Survey) prober(ctx context.Context, t target.Target, since time.Time) check.Prober {
	p := &promised{kept: make(chan struct{})}
	go func() {
		defer close(p.kept)
		p.Prober = s.proberOf(ctx, t, since)
	}()
	return p
}

// promised is a prober that is there in a moment.
type promised struct {
	kept chan struct{} // closed when it is
	check.Prober
}

func (p *promised) Probe(ctx context.Context, t check.Target, a netip.AddrPort) check.Probe {
	select {
	case <-p.kept:
		return p.Prober.Probe(ctx, t, a)
	case <-ctx.Done():
		return unanswered
	}
}

func (s *Survey) proberOf(ctx context.Context, t target.Target, since time.Time) check.Prober {
	settle := s.settle(ctx, t)
	if err := t.Settings.ResolveBind(ctx, s.checker.Resolver); err != nil {
		return unprobed(err.Error())
	}
	return &sshprobe.Prober{
		Dialer: t.Settings.Dialer(),
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

// settle begins to ask ssh for what it would send, and gives what waits for the
// answer.
func (s *Survey) settle(ctx context.Context, t target.Target) func(context.Context, *sshprobe.Prober) *check.Probe {
	var ssh sends
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
		case limits.Starved(err): // no fault of the host's
			return &check.Probe{Connect: check.ConnectExhausted, Error: "this machine has nothing left to run ssh -G with: " + console.PlainError(err)}
		case err != nil:
			return &check.Probe{Connect: check.ConnectFailed, Error: err.Error()}
		}
		p.Rules, p.Lists, p.Client, p.Strict = ssh.rules, ssh.lists, ssh.by, ssh.strict
		return nil
	}
}

// unanswered is what is known where ssh did not say in time how it would connect.
var unanswered = check.Probe{Connect: check.ConnectCutShort, Cut: check.PhaseAsk}

// unprobed is why this machine cannot connect to any address of a target.
type unprobed string

func (why unprobed) Probe(context.Context, check.Target, netip.AddrPort) check.Probe {
	return check.Probe{Connect: check.ConnectFailed, Error: string(why)}
}

// noticeable is from when on a person wonders what is going on.
const noticeable = 200 * time.Millisecond

// connections are those of the run, which all its targets share.
func (s *Survey) connections() *sshprobe.Visits {
	s.once.Do(func() {
		s.visits.Contacts = &penalty.Ledger{Dir: console.CacheDir(s.w.Getenv, "contacts")}
		if console.LoginWaits() { // in Match exec a login waits, and under -q nobody would say for what
			s.visits.Patience = noticeable
		}
		s.visits.Waiting = func(a netip.AddrPort, wait time.Duration) {
			if wait < noticeable {
				return
			}
			s.progress.Clear()
			s.voice.Notice(fmt.Sprintf("waiting %.1f s or more before the next connection to %s port %d: its sshd may lock this machine out for connections without a login (PerSourcePenalties)",
				wait.Seconds(), check.PlainHost(a.Addr().String()), a.Port()))
		}
	})
	return &s.visits
}

// Keyed reports whether a target is known by its host key, or one is expected; unsure
// is why it may be known all the same, or empty.
func (s *Survey) Keyed(ctx context.Context, t target.Target) (keyed bool, unsure string) {
	login := knownhosts.Login{
		Known: s.keys.of(t.KnownHosts, s.voice),
		Host:  knownhosts.Host{Name: t.Host, Port: t.Port, Alias: t.KeyName},
	}
	if ssh, err := s.algorithms.of(ctx, s, &t); err == nil { // else nothing was probed either
		login.Rules = ssh.rules
		login.Rules.KeepOrder = false // KnownHostsCommand is asked whether or not it has a say in the order
	}
	return len(s.o.ExpectKeys) > 0 || login.Knows(ctx), login.Unsure(ctx)
}

// knownKeys are the known_hosts files that were read, each set of them once.
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

// printKnownHosts prints lines for known_hosts if something vouches for a key of
// every target, and nothing otherwise: what goes into known_hosts is never half a truth.
func (s *Survey) printKnownHosts(results iter.Seq[*check.Result]) (int, error) {
	var lines []string
	var missing []string
	seen := map[string]bool{}
	for r := range results {
		if r.Interrupted() {
			return 0, console.ErrInterrupted
		}
		proven, against := false, slices.ContainsFunc(r.Findings, func(f check.Finding) bool {
			return f.AgainstHost() || f.Code == check.HostKeyWithheld
		})
		for _, a := range r.Addresses {
			if a.SSH == nil {
				continue
			}
			for _, k := range a.SSH.HostKeys {
				if k.Line != "" {
					proven = true
					if !seen[k.Line] {
						seen[k.Line] = true
						lines = append(lines, k.Line)
					}
				}
			}
		}
		if !proven || against {
			missing = append(missing, r.Target)
		}
	}
	s.progress.Clear()
	if len(missing) > 0 {
		return 0, console.Refuse(exit.Found, "a key is verified if known_hosts has it, --expect-hostkey names it, or SSHFP records in a validated zone match it",
			"no verified host key for %s", strings.Join(missing, ", "))
	}
	if _, err := io.WriteString(s.w.Out, strings.Join(lines, "\n")+"\n"); err != nil {
		return 0, console.Refuse(exit.Usage, "", "writing the lines: %s", console.PlainError(err))
	}
	return exit.OK, nil
}

// comparison is the resolver of --compare: one DNS server, and nothing beside it.
func comparison(w console.World, servers []resolve.Server) *resolve.Resolver {
	system, _ := resolve.SystemConfig(target.LookupEnvironment(w))
	return &resolve.Resolver{Config: system.WithServers(servers...)}
}
