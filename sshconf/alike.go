package sshconf

import (
	"strings"
	"sync"
	"sync/atomic"
)

// Class is a key for hosts that are configured alike: what Lookup tells about two hosts of
// a class differs in nothing but their names. ok is false for a host that is in no class,
// because something else is made of its name (HostName, tokens, ProxyJump), or only ssh
// knows what holds for it (a Match, another pass for the final name, an odd line).
func (c *Config) Class(host string) (key string, ok bool) {
	if _, plain := canonical(host); !plain || !c.alike.possible(c) {
		return "", false
	}
	var room [64]byte
	holding := room[:0]
	for _, s := range c.sources {
		if holding, ok = s.holding(host, holding); !ok {
			return "", false
		}
	}
	return string(holding), true
}

// alike are the classes of a Config that have been met.
type alike struct {
	asked atomic.Bool // a host has been looked up

	mu    sync.Mutex
	hosts map[string]*Host // by class: one of its hosts

	once sync.Once
	none bool // no host is in a class
}

// maxClasses is how many classes are kept. Strangers' names cannot make more of them than
// there are combinations of Host lines, which can be very many.
const maxClasses = 1024

// possible reports whether there can be classes: all lines are such as this package reads,
// and all are read once.
func (a *alike) possible(c *Config) bool {
	a.once.Do(func() {
		r := &c.read
		a.none = r.second != nil || len(r.open) > 0 || len(r.unjudged) > 0 || r.mentioned["canonicalizehostname"]
		for _, s := range c.sources {
			a.none = a.none || !r.understandsAll(s)
		}
	})
	return !a.none
}

// understandsAll reports whether all lines of a source are understood.
func (r *reading) understandsAll(s *source) bool {
	for _, ln := range s.lines {
		if !r.understood(ln) {
			return false
		}
		for _, included := range s.includes[ln.number] {
			if !r.understandsAll(included) {
				return false
			}
		}
	}
	return true
}

// holding appends a byte for each Host line: whether it holds for the host. It returns
// false if a line holds that makes something else of the name.
func (s *source) holding(host string, bits []byte) (_ []byte, ok bool) {
	holds := true
	for _, ln := range s.lines {
		switch {
		case ln.keyword == "host":
			bit := byte('-')
			if holds = hostMatches(ln.rest, host); holds {
				bit = '+'
			}
			bits = append(bits, bit)
		case ln.keyword == "match": // all
			holds = true
		case holds && ln.keyword == "include":
			for _, included := range s.includes[ln.number] {
				if bits, ok = included.holding(host, bits); !ok {
					return nil, false
				}
			}
		case holds && madeOfName(ln):
			return nil, false
		}
	}
	return bits, true
}

// madeOfName reports whether a line makes something of the host's name.
func madeOfName(ln line) bool {
	switch ln.keyword {
	case "hostname", "proxyjump": // ssh refuses a jump to the host itself
		return true
	}
	k := byName(ln.keyword)
	return k == nil || k.tokens != "" && strings.Contains(ln.rest, "%")
}

// like returns what is told about a host of a class, if that is known from another one.
func (a *alike) like(class, host string) *Host {
	a.mu.Lock()
	h := a.hosts[class]
	a.mu.Unlock()
	if h == nil {
		return nil
	}
	like := *h
	like.Name = host
	if h.HostName != "" {
		like.HostName, _ = canonical(host)
	}
	return &like
}

// keep keeps what has been told about a host for the others of its class.
func (a *alike) keep(class string, h *Host) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.hosts == nil {
		a.hosts = make(map[string]*Host)
	}
	if len(a.hosts) < maxClasses {
		a.hosts[class] = h
	}
}
