package kept

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"rdnsproxy/internal/reversecache"
	"rdnsproxy/limits"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
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

// text is the entry for people.
func (e entry) text() string {
	var words []string
	var first time.Time // when something expires
	expires := func(a *answer) {
		if first.IsZero() || a.Expires.Before(first) {
			first = a.Expires
		}
	}
	if e.Reverse != nil {
		expires(e.Reverse)
		if len(e.PTR) == 0 {
			words = append(words, "no name: "+e.Reverse.Status.Words())
		}
	}
	for _, n := range e.PTR {
		switch {
		case n.Forward == nil:
			words = append(words, n.Name)
			continue
		case n.Forward.Status != resolve.OK:
			words = append(words, n.Name+" ("+n.Forward.Status.Words()+")")
		default:
			words = append(words, n.Name+" ("+joined(n.Addresses)+")")
		}
		expires(n.Forward)
	}
	if !first.IsZero() {
		words = append(words, "expires in "+left(first))
	}
	if e.Failed != nil {
		words = append(words, "the lookup failed ("+failureWords(e.Failed.Status)+"), not waited for during "+left(e.Failed.Until))
	}
	if e.Silent != nil {
		words = append(words, "DNS about its hosts line not waited for during "+left(*e.Silent))
	}
	if !e.Current {
		words = append(words, "of another network or configuration")
	}
	return safetext.Line(e.Address.String() + "  " + strings.Join(words, ", "))
}

// most is how many addresses of a name are shown.
const most = 4

func joined(addrs []netip.Addr) string {
	var words []string
	for i, a := range addrs {
		if i == most {
			words = append(words, "...")
			break
		}
		words = append(words, a.String())
	}
	return strings.Join(words, ", ")
}

func failureWords(s resolve.Status) string {
	if s == reversecache.CutShort {
		return "no answer in time"
	}
	return s.Words()
}

func left(t time.Time) string { return max(time.Until(t), 0).Round(time.Second).String() }
