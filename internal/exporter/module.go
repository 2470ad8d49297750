package exporter

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
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

// tools are made of the system's files, and anew when these change.
type tools struct {
	checker check.Checker
	known   *knownhosts.File
	users   int  // checks that run with them; asker.mu guards it, as the next
	retired bool // others have replaced them
}

// close frees the sockets.
func (t *tools) close() {
	_ = t.checker.Resolver.Close()
	if t.checker.Compare != nil {
		_ = t.checker.Compare.Close()
	}
}

// filesAge is how often the system's files are looked at, and freshness is how old an
// answer of DNS may be that a new probe is based on. What a probe has found is kept as a
// whole, by the module's ages.
const (
	filesAge  = 5 * time.Second
	freshness = 5 * time.Second
)

// use returns the tools, as the files are now or were lately, and what to call when they
// are not needed any more. A file that cannot be read any more leaves what was read before.
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

// retire frees the tools, once the checks are done that have been asked for.
func (a *asker) retire() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	a.replace(nil)
}

// replace needs a.mu.
func (a *asker) replace(by *tools) {
	if old := a.tools; old != nil {
		if old.retired = true; old.users == 0 {
			old.close()
		}
	}
	a.tools = by
}

// at needs a.mu.
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

// look says what the files are like that the tools are made of.
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

// resolver returns a resolver for the module's keys. It has not read anything but a hosts
// file that the module names.
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

// begin starts to check a target. refused counts addresses that are not connected to. done
// has to be called at the end.
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

func portText(p uint16) string { return strconv.Itoa(int(p)) }
