package sshconf

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rdnsproxy/safetext"
)

// reading is one pass over the sources: what each keyword is set to, or what leaves its
// value open.
type reading struct {
	q         Query
	asked     []*keyword        // what the query wants, in ssh -G's order
	strict    bool              // every line is checked, whatever its keyword
	wanted    map[string]bool   // what is asked for and what that depends on
	mentioned map[string]bool   // those of wanted that occur anywhere; "" for a line that may be any of them
	settled   map[string]Value  // by slot: the first one set
	open      map[string]*Doubt // by slot
	second    *Doubt            // something makes ssh read everything twice
	doubts    []*Doubt          // in the order of the files
	unjudged  []Doubt           // with strict: lines that may make ssh refuse to run
}

// read loads everything that the query reaches.
func (q Query) read() (*Config, error) {
	c := &Config{read: reading{
		q:         q,
		asked:     q.asked(),
		strict:    q.Strict || q.Keywords == nil,
		wanted:    q.wants(),
		mentioned: make(map[string]bool),
		open:      make(map[string]*Doubt),
	}}
	r := &c.read
	sources, err := q.load(q.loader(r.note))
	var doubtful *doubtfulFile
	switch {
	case errors.As(err, &doubtful):
		r.doubt(Doubt{Origin: safetext.Line(doubtful.path), Construct: doubtful.what}, order())
	case err != nil:
		return nil, err
	case len(r.mentioned) > 0:
		c.sources = sources
	}
	return c, nil
}

// about walks the sources for one host.
func (c *Config) about(host string) *reading {
	r := c.read
	r.q.Host = host
	r.settled, r.open, r.doubts = make(map[string]Value), maps.Clone(r.open), slices.Clip(r.doubts)
	if c.sources == nil {
		return &r
	}
	for _, s := range c.sources {
		r.walk(s, nil)
	}
	r.reread()
	return &r
}

// asked are the told keywords that the query wants, in ssh -G's order.
func (q Query) asked() (rows []*keyword) {
	for i := range table {
		if k := &table[i]; k.told && (q.Keywords == nil || slices.Contains(q.Keywords, k.name)) {
			rows = append(rows, k)
		}
	}
	return rows
}

// untold is the error for a wanted keyword that Lookup does not tell: without it, the
// answer would lack the keyword in silence.
func (q Query) untold() error {
	for _, name := range q.Keywords {
		if !slices.Contains(order(), name) {
			return fmt.Errorf("keyword %s is for an Asker: Lookup does not tell it", name)
		}
	}
	return nil
}

// wants is the set of keywords to look for.
func (q Query) wants() map[string]bool {
	set := map[string]bool{"canonicalizehostname": true} // it can change the value of any keyword
	for _, name := range q.Keywords {
		set[name] = true // an Asker's need not be told
	}
	for _, k := range q.asked() {
		delete(set, k.name)
		k.required(set)
	}
	return set
}

// note is called for every line while files are read, in blocks that hold or not, and
// keeps those that may bear on the answer.
func (r *reading) note(s *source, ln line) (keep bool, err error) {
	k := ln.keyword
	if k == "match" && mayBeFinal(ln.rest) {
		r.twice(s, ln)
	}
	matter := k == "" || r.wanted[k]
	if matter {
		r.mentioned[k] = true
	}
	if r.strict && !r.understood(ln) {
		r.unjudged = append(r.unjudged, doubtOf(s, ln))
	}
	return matter || k == "host" || k == "match" || k == "include", nil
}

// mayBeFinal reports whether a Match line may have the criterion final, which has an
// effect at any position.
func mayBeFinal(criteria string) bool { return strings.Contains(unquoted(criteria), "final") }

// unquoted is a text in lower case without quotes and backslashes, which can disguise a
// word.
func unquoted(s string) string {
	return lower(strings.NewReplacer(`"`, "", "'", "", `\`, "").Replace(s))
}

// understood reports whether every ssh reads the line as this package does.
func (r *reading) understood(ln line) bool {
	switch ln.keyword {
	case "host":
		return hostLine(ln.rest)
	case "match":
		return lower(ln.rest) == "all"
	case "include":
		return true // the loader has judged it
	}
	_, ok := allowed(ln.keyword, ln.rest)
	return ok
}

// twice records what makes ssh read the files a second time, for the final host name:
// that can set what is still unset.
func (r *reading) twice(s *source, ln line) {
	if r.second == nil {
		d := doubtOf(s, ln)
		r.second = &d
	}
}

// reread leaves open what the second pass may set.
func (r *reading) reread() {
	for _, k := range renaming {
		d := r.open[k]
		if d == nil {
			continue
		}
		delete(r.settled, "hostname") // it is only where canonicalisation begins
		r.doubt(*d, []string{"hostname"})
		if k == "canonicalizehostname" {
			r.second = d
		}
	}
	if r.second == nil {
		return
	}
	again := order()
	if !r.mentioned[""] {
		again = slices.Collect(maps.Keys(r.mentioned))
	}
	r.doubt(*r.second, again)
}

// set gives a keyword the value from a block that holds.
func (r *reading) set(keyword, text, origin string) {
	shown, ok := allowed(keyword, text)
	at := slotOf(keyword)
	if _, done := r.settled[at]; done || r.open[at] != nil || !r.wanted[keyword] || !ok {
		return
	}
	if shown == "none" && byName(keyword).none == notYet {
		return
	}
	r.settled[at] = Value{keyword, shown, origin}
}

// doubt leaves keywords open, unless they are settled.
func (r *reading) doubt(d Doubt, keywords []string) {
	d.Keywords = nil
	p := &d
	for _, k := range keywords {
		at := slotOf(k)
		if _, done := r.settled[at]; done || r.open[at] != nil || !r.wanted[k] {
			continue
		}
		r.open[at] = p
		p.Keywords = append(p.Keywords, k)
	}
	if p.Keywords != nil {
		slices.Sort(p.Keywords)
		r.doubts = append(r.doubts, p)
	}
}

func doubtOf(s *source, ln line) Doubt {
	d := Doubt{Origin: s.origin(ln.number), Construct: display(ln.raw)}
	if ln.odd != "" {
		d.Construct += " (" + ln.odd + ")"
	}
	return d
}
