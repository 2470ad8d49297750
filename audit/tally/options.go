package tally

import "net/netip"

// Options say what a Tally counts. Tallies can only be merged if theirs are equal.
type Options struct {
	// Window is how many lines of its host may lie between two lines of a connection; 0:
	// limits.AuditWindow.
	Window int64
	// UnknownUsers keeps the names of users that the server does not know. People type
	// passwords there, so these are otherwise counted and forgotten.
	UnknownUsers bool
	// Since and Until bound the last line of a connection, in seconds since 1970; 0: no
	// bound.
	Since, Until int64
	// Only bounds what is counted; its zero value counts everything.
	Only Filter

	caps caps // zero: those of package limits
}

// Options returns what the tally counts.
func (t *Tally) Options() Options { return t.o }

// Filter selects connections: all that match each of the lists that are not empty.
type Filter struct {
	Clients []netip.Prefix
	Users   []string
	Hosts   []string
}

// All reports whether the filter selects everything.
func (f Filter) All() bool { return len(f.Clients)+len(f.Users)+len(f.Hosts) == 0 }
