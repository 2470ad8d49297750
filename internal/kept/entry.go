package kept

import (
	"net/netip"
	"slices"
	"time"

	"rdnsproxy/internal/reversecache"
	"rdnsproxy/limits"
	"rdnsproxy/resolve"
)

// entry is what is kept of an address, in JSON.
type entry struct {
	Address netip.Addr `json:"address"`
	Current bool       `json:"current"`          // it is used in this network, with this configuration
	Reverse *answer    `json:"reverse"`          // of the PTR lookup; null if that has expired
	PTR     []name     `json:"ptr"`              // its names
	Failed  *failure   `json:"failed,omitempty"` // absent if the last lookup did not fail

	// Silent is until when no login waits for DNS's answer about a hosts line with the address.
	Silent *time.Time `json:"silent_until,omitempty"`
}

// answer is an answer of DNS.
type answer struct {
	Status  resolve.Status `json:"status"`
	Source  string         `json:"source"`
	Asked   time.Time      `json:"asked"`
	Expires time.Time      `json:"expires"`
}

// name is a PTR name, and what is kept of its addresses: the host that was asked for is
// looked up each time, so nothing is.
type name struct {
	Name      string       `json:"name"`
	Forward   *answer      `json:"forward"` // null if nothing is kept
	Addresses []netip.Addr `json:"addresses"`
}

// failure is a lookup that no login waits for.
type failure struct {
	Status resolve.Status `json:"status"` // skipped: it was not waited for
	At     time.Time      `json:"at"`
	Until  time.Time      `json:"until"`
}

func entryOf(r *reversecache.Record, current bool) entry {
	e := entry{Address: r.Addr, Current: current, PTR: []name{}}
	for _, a := range r.Answers {
		if a.Question.Type != resolve.PTR {
			continue
		}
		e.Reverse = answerOf(a)
		for _, n := range a.Names {
			e.PTR = append(e.PTR, nameOf(n, r))
		}
	}
	if e.Reverse == nil { // it has expired before those of its names
		for _, a := range r.Answers {
			e.PTR = append(e.PTR, nameOf(a.Question.Name, r))
		}
	}
	if !r.Failed.At.IsZero() {
		at := r.Failed.At
		e.Failed = &failure{r.Failed.Status, inJSON(at), inJSON(at.Add(limits.CacheFailure))}
	}
	if !r.Silent.IsZero() {
		until := inJSON(r.Silent.Add(limits.CacheFailure))
		e.Silent = &until
	}
	return e
}

func nameOf(n resolve.Name, r *reversecache.Record) name {
	is := name{Name: string(n), Addresses: []netip.Addr{}}
	i := slices.IndexFunc(r.Answers, func(a reversecache.Answer) bool {
		return a.Question.Name == n && a.Question.Type != resolve.PTR
	})
	if i >= 0 {
		is.Forward, is.Addresses = answerOf(r.Answers[i]), append(is.Addresses, r.Answers[i].Addrs...)
	}
	return is
}

func answerOf(a reversecache.Answer) *answer {
	return &answer{a.Status, a.Source.String(), inJSON(a.Asked), inJSON(a.Until)}
}

func inJSON(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
