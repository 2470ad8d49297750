package sshconf

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"rdnsproxy/limits"
)

// Asker asks ssh -G for keywords that only ssh knows the value of: those whose value
// ssh makes from a default of its build and from what is written, such as
// HostKeyAlgorithms. Hosts for which the files hold the same lines about these
// keywords share one answer, so a run over thousands of hosts asks as often as the
// configuration has different lines. It is safe for many goroutines.
type Asker struct {
	query  Query
	ssh    string
	reason string // why ssh is not asked; "" if it is

	mu      sync.Mutex
	answers map[string]*answer

	versioned sync.Once
	version   string
}

// answer is one of ssh -G's, for a class of hosts or for one.
type answer struct {
	once sync.Once
	host *Host
	err  error
}

// NotAskedError says that ssh -G could not be asked.
type NotAskedError struct{ Reason string }

func (e *NotAskedError) Error() string { return "ssh -G could not be asked (" + e.Reason + ")" }

// Asker prepares to ask for q.Keywords, which need not be among those of Keywords.
// q.Host is ignored.
func (q Query) Asker() *Asker {
	a := &Asker{query: q, answers: make(map[string]*answer)}
	a.ssh, a.reason = q.findSSH()
	return a
}

// Ask returns the keywords' values for the host h.Name. c, from Read with the same files
// and keywords, tells which hosts share an answer; it may be nil. If h is what Lookup had
// from ssh for the same query, or an earlier answer about this host, ssh is not asked
// again, because that would run the commands of Match exec a second time. The error is
// *NotAskedError, ctx's or one of those of Lookup.
func (a *Asker) Ask(ctx context.Context, c *Config, h *Host) (*Host, error) {
	if err := checkHost(h.Name); err != nil {
		return nil, err
	}
	if a.reason != "" && h.said == "" {
		return nil, &NotAskedError{a.reason}
	}
	class, known := "", false
	if c != nil {
		class, known = c.class(h.Name)
	}
	key := "class " + class
	if !known {
		key = "host " + h.Name
	}
	a.mu.Lock()
	same := a.answers[key]
	if same == nil {
		same = new(answer)
		a.answers[key] = same
	}
	a.mu.Unlock()
	same.once.Do(func() { same.host, same.err = a.answer(ctx, h) })
	ended := errors.Is(same.err, context.Canceled) || errors.Is(same.err, context.DeadlineExceeded)
	if ended && ctx.Err() == nil { // the context of another target, which asked first
		a.mu.Lock()
		if a.answers[key] == same {
			delete(a.answers, key)
		}
		a.mu.Unlock()
		return a.Ask(ctx, c, h)
	}
	if same.err != nil {
		return nil, same.err
	}
	shared := *same.host
	if shared.Name != h.Name {
		shared.said = h.said // what was said about another host of the class does not count
	}
	shared.Name, shared.written, shared.sure = h.Name, class, known
	return &shared, nil
}

// answer is ssh's answer about a host: the one that h holds already, or a new one.
func (a *Asker) answer(ctx context.Context, h *Host) (*Host, error) {
	q := a.query
	q.Host, q.banner = h.Name, true
	if err := q.understand(); err != nil {
		return nil, err
	}
	if h.said != "" {
		said, err := q.take(h.said)
		if err == nil {
			said.version = cmp.Or(h.version, a.sshVersion(ctx))
		}
		return said, err
	}
	said, err := q.ask(ctx, a.ssh)
	if reason := q.beside(ctx, err); reason != "" {
		err = &NotAskedError{reason}
	}
	return said, err
}

// sshVersion asks ssh for its version, once for all hosts, so the end of one host's
// time does not end it.
func (a *Asker) sshVersion(ctx context.Context) string {
	a.versioned.Do(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limits.SSHTime)
		defer cancel()
		a.version = a.query.Version(ctx)
	})
	return a.version
}

// MaySet reports whether the files set a keyword of the Query for the host. If only ssh
// knows which lines hold, it reports whether there is such a line.
func (c *Config) MaySet(host, keyword string) bool {
	class, known := c.class(host)
	if !known {
		return c.read.mentioned[keyword] || c.read.mentioned[""]
	}
	text, _ := (&Host{written: class}).Written(keyword)
	return text != "" && lower(text) != "none"
}

// class is the text of the lines that hold for a host and are about the keywords; false
// if only ssh can tell which lines hold.
func (c *Config) class(host string) (string, bool) {
	r := c.read
	again := r.second != nil || r.mentioned["canonicalizehostname"] // with another name, for which other blocks hold
	switch {
	case len(r.open) > 0:
		return "", false
	case len(r.mentioned) == 0, len(r.mentioned) == 1 && r.mentioned["canonicalizehostname"]:
		return "", true // there is none, whichever blocks hold
	case again:
		return "", false
	}
	var b strings.Builder
	for _, s := range c.sources {
		if !s.active(host, &b) {
			return "", false
		}
	}
	return b.String(), true
}

// active writes the lines that hold for a host, keyword first; false if a header or a
// line is one that only ssh understands.
func (s *source) active(host string, b *strings.Builder) bool {
	holds := true
	for _, ln := range s.lines {
		switch {
		case ln.keyword == "":
			return false
		case ln.keyword == "host":
			if !hostLine(ln.rest) {
				return false
			}
			holds = hostMatches(ln.rest, host)
		case ln.keyword == "match":
			if lower(ln.rest) != "all" {
				return false
			}
			holds = true
		case !holds:
		case ln.keyword == "include":
			for _, included := range s.includes[ln.number] {
				if !included.active(host, b) {
					return false
				}
			}
		default:
			b.WriteString(ln.keyword + " " + ln.rest + "\n")
		}
	}
	return true
}

// Written is the text after a keyword in the files, before ssh has made a value of it; ""
// if the keyword is not set for the host. sure is false if only ssh knows which line
// holds. Only a Host from an Asker has it.
func (h *Host) Written(keyword string) (text string, sure bool) {
	for ln := range strings.Lines(h.written) {
		if rest, ok := strings.CutPrefix(ln, keyword+" "); ok {
			return strings.TrimSuffix(rest, "\n"), h.sure
		}
	}
	return "", h.sure
}

// Version is the version of the ssh that was asked, OpenSSH_9.2p1 and more; "" if it did
// not say. Only a Host from an Asker has it.
func (h *Host) Version() string { return h.version }

// names are the keywords to take from ssh -G's output: those that Lookup tells, in order,
// and then any others of the query.
func (q Query) names() []string {
	var names []string
	for _, k := range q.asked() {
		names = append(names, k.name)
	}
	for _, k := range q.Keywords {
		if !slices.Contains(names, k) {
			names = append(names, k)
		}
	}
	return names
}
