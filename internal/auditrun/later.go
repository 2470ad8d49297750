package auditrun

import (
	"context"
	"maps"
	"net/netip"
	"sync"

	"rdnsproxy/audit"
	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/limits"
)

// later looks clients up beside a log that is followed, so that no lookup holds up the
// reading.
type later struct {
	run   *run
	check func(context.Context, netip.Addr) *check.Result // nil: nothing is looked up

	mu      sync.Mutex
	known   map[netip.Addr]*check.Result
	fresh   bool // known has results that nobody has seen
	running bool
	asked   map[netip.Addr]bool // those that are being looked up
}

// want looks up the clients of a tally that matter and are not known yet, at most
// limits.AuditQueue at a time: the others are asked for again with the next tally.
func (l *later) want(ctx context.Context, t *tally.Tally) {
	if l.check != nil {
		l.look(ctx, audit.Relevant(t.Clients(), l.run.limit(), l.run.o.DNS == All))
	}
}

// look looks up those of the clients that are not known yet, unless others are being looked
// up.
func (l *later) look(ctx context.Context, all []netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running || len(l.known) >= limits.AuditClients {
		return
	}
	var clients []netip.Addr
	for _, a := range all {
		if l.known[a] == nil && len(clients) < limits.AuditQueue {
			clients = append(clients, a)
		}
	}
	if len(clients) == 0 {
		return
	}
	l.running, l.asked = true, make(map[netip.Addr]bool, len(clients))
	for _, a := range clients {
		l.asked[a] = true
	}
	go func() {
		j := Judge{Check: l.check, Budget: l.run.o.DNSBudget}
		for a, result := range j.All(ctx, clients) {
			l.learn(a, result)
		}
		l.mu.Lock()
		l.running, l.asked, l.fresh = false, nil, true // those without a result can be reported without one
		l.mu.Unlock()
	}()
}

func (l *later) learn(a netip.Addr, result *check.Result) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known[a], l.fresh = result, true
}

// waits reports whether a client is being looked up.
func (l *later) waits(a netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked[a] && l.known[a] == nil
}

// news reports whether there are results that results has not returned yet.
func (l *later) news() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fresh
}

// results returns what is known.
func (l *later) results() map[netip.Addr]*check.Result {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fresh = false
	return maps.Clone(l.known)
}
