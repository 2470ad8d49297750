package exporter

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/knownhosts"
	"rdnsproxy/internal/sshprobe"
	"rdnsproxy/proxy/dial"
	"rdnsproxy/resolve"
)

// asker is a module at work: what its targets share. A resolver for each probe would open
// sockets for each, and ask twice what two targets have in common.
type asker struct {
	*Module
	visits *sshprobe.Visits // shared by all modules: one connection at a time to a server

	mu     sync.Mutex
	looked time.Time // when the files were looked at
	seen   string    // what they were like
	tools  *tools
	over   bool // other modules have replaced it
}

// tools are what checks are made with. They depend on the system's files, and are made again
// when these change.
type tools struct {
	checker check.Checker
	known   *knownhosts.File
	users   int  // checks that run with them; guarded by asker.mu, as is the next
	retired bool // others have replaced them
}

// close frees the sockets.
func (t *tools) close() {
	_ = t.checker.Resolver.Close()
	if t.checker.Compare != nil {
		_ = t.checker.Compare.Close()
	}
}

// filesAge is how long the system's files are assumed not to have changed. freshness is how
// old a DNS answer may be for a new probe to use it; how long the result of a probe is cached
// is up to the module.
const (
	filesAge  = 5 * time.Second
	freshness = 5 * time.Second
)

// use returns tools for the files as they are now, or were filesAge ago, and a function to
// call when they are not needed any more. If a file has become unreadable, the earlier tools
// stay. The error is that of the module's hosts file, which could not be read at all.
func (a *asker) use(now time.Time) (t *tools, done func(), err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if t, err = a.at(now); err != nil {
		return nil, nil, err
	}
	t.users++
	return t, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if t.users--; t.users > 0 {
			return
		}
		if a.over && a.tools == t {
			a.replace(nil)
		} else if t.retired {
			t.close()
		}
	}, nil
}

// retire frees the tools as soon as no check uses them.
func (a *asker) retire() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	a.replace(nil)
}

// replace sets other tools, or none. It needs a.mu.
func (a *asker) replace(by *tools) {
	if old := a.tools; old != nil {
		if old.retired = true; old.users == 0 {
			old.close()
		}
	}
	a.tools = by
}

// at returns the tools for a time. It needs a.mu.
func (a *asker) at(now time.Time) (*tools, error) {
	if a.tools != nil && now.Sub(a.looked) < filesAge && !now.Before(a.looked) {
		return a.tools, nil
	}
	a.looked = now
	r, err := a.resolver()
	if err != nil {
		if a.tools != nil {
			return a.tools, nil
		}
		return nil, err
	}
	seen := a.look(r)
	if a.tools != nil && seen == a.seen {
		return a.tools, nil
	}
	a.seen = seen
	a.replace(a.newTools(r))
	return a.tools, nil
}

// look describes the files that the tools depend on: if it returns the same text again, none
// has changed.
func (a *asker) look(r *resolve.Resolver) string {
	var b strings.Builder
	id, _ := r.ConfigID()
	fmt.Fprintf(&b, "%x", id)
	for _, path := range append(slices.Clone(a.KnownHosts), a.HostsFile) {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintf(&b, " %d %d", info.Size(), info.ModTime().UnixNano())
		} else {
			b.WriteString(" none")
		}
	}
	return b.String()
}

// resolver returns a resolver with the module's settings. The only file that has been read
// by then is the module's hosts file; the error is about that.
func (a *asker) resolver() (*resolve.Resolver, error) {
	r := &resolve.Resolver{Rate: a.Rate, Keep: freshness}
	if len(a.Resolvers) > 0 {
		system, _ := resolve.SystemConfig(resolve.Environment{})
		r.Config = system.WithServers(a.Resolvers...)
	}
	switch a.HostsFile {
	case "":
	case "none":
		r.Hosts = new(hostsfile.File)
	default:
		f, err := hostsfile.ParseFile(a.HostsFile)
		if err != nil {
			return nil, err
		}
		r.Hosts = f
	}
	return r, nil
}

// newTools returns tools with a resolver. Files of known_hosts that cannot be read are
// empty, as they are to ssh.
func (a *asker) newTools(r *resolve.Resolver) *tools {
	t := &tools{checker: check.Checker{
		Resolver: r.Within(a.CheckTimeout),
		Timeout:  a.CheckTimeout,
		Policy:   check.Policy{RequireName: a.RequireName, Thorough: true},
	}}
	if len(a.Compare) > 0 {
		system, _ := resolve.SystemConfig(resolve.Environment{})
		t.checker.Compare = r.Asking(system.WithServers(a.Compare...)).Within(a.CheckTimeout)
	}
	if !a.DNSOnly {
		t.known, _ = knownhosts.ParseFiles(a.KnownHosts...)
	}
	return t
}

// begin starts to check a target. It calls refused for every address that the list does not
// allow to connect to. done has to be called at the end.
func (a *asker) begin(ctx context.Context, w Word, now time.Time, refused func()) (q *check.Inquiry, done func(), err error) {
	t, done, err := a.use(now)
	if err != nil {
		return nil, nil, err
	}
	c := t.checker
	ask := check.Ask{Target: check.Target{Input: w.Host, Host: w.Host, Port: w.Port}, Family: a.Family}
	if w.Port != sshPort {
		ask.Target.Input = w.String()
	}
	if !a.DNSOnly {
		c.Policy.ExpectKeys = a.expected(w)
		ask.Prober = permitted{a.prober(t.known, c.Policy.ExpectKeys, now), a.Module, w, refused}
	}
	return c.Begin(ctx, ask), done, nil
}

// prober returns what connects. Its record of connections is common to all modules, and it
// ignores what was seen longer than freshness before now.
func (a *asker) prober(known *knownhosts.File, expected []string, now time.Time) check.Prober {
	return &sshprobe.Prober{
		Dialer:         dial.Dialer{Timeout: a.ConnectTimeout},
		Identification: a.ConnectTimeout,
		Handshake:      a.ConnectTimeout,
		Known:          known,
		Client:         "the newest ssh",
		Expected:       expected,
		AllKeys:        a.AllHostKeys,
		Visits:         a.visits,
		Since:          now.Add(-freshness),
	}
}

// expected are the fingerprints of the only keys that the target may show; nil: any.
func (m *Module) expected(w Word) (all []string) {
	for _, e := range m.HostKeys {
		if e.port == w.Port && e.names(w) {
			all = append(all, e.fingerprints...)
		}
	}
	return all
}
