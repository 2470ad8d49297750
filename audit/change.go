package audit

import (
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/safetext"
	"rdnsproxy/sshdlog"
)

// Of Then.Kind. Those of complaints are below.
const (
	thenNone  = "none"  // nothing is said about the client's name
	thenNamed = "named" // the server knew it by a name, which it had confirmed
)

// thenKind returns the word for what the log says about a client's reverse name.
func thenKind(c *tally.Client) string {
	if c.Mapping == sshdlog.Other && c.NamedMapping > 0 {
		return thenNamed
	}
	return mappingWord(c.Mapping)
}

// mappingWord returns the word for the server's last complaint.
func mappingWord(k sshdlog.Kind) string {
	if !k.Mapping() {
		return thenNone
	}
	return strings.TrimPrefix(k.String(), "map.")
}

// complained reports whether the server's last complaint was about a PTR record that does
// not resolve back. A missing one (only an sshd before 3.7 complained) is no fault.
func complained(c *tally.Client) bool { return c.Mapping.Mapping() && c.Mapping != sshdlog.MapMissing }

// change compares what the log says about a client with what is true of it now; nil: it
// was not looked up.
func change(c *tally.Client, now *check.Address) Change {
	if now == nil {
		return Skipped
	}
	bad, absent := false, false
	switch now.Verdict {
	case check.Undetermined:
		return Undetermined
	case check.Unresolvable, check.Mismatch, check.Numeric, check.Malformed:
		bad = true
	case check.Missing, check.Exempt:
		absent = true
	}
	switch {
	case complained(c) && bad:
		return Still
	case complained(c) && absent:
		return Removed
	case complained(c):
		return Fixed
	case bad:
		return New
	case c.Mapping == sshdlog.MapMissing && !absent:
		return Fixed
	}
	return Unchanged
}

// renamed reports whether none of the names that the address has now is the one that the
// log has last.
func renamed(c *tally.Client, now *check.Address) bool {
	if now == nil || c.NameLast == "" || len(now.PTR) == 0 {
		return false
	}
	last := safetext.Name(strings.TrimSuffix(c.NameLast, "."))
	return !slices.ContainsFunc(now.PTR, func(p check.PTR) bool { return strings.EqualFold(p.Name, last) })
}

// verdicts are what is true of the clients now.
type verdicts map[netip.Addr]*check.Result

// of returns what is true of one client now, or nils.
func (v verdicts) of(a netip.Addr) (*check.Result, *check.Address) {
	r := v[a]
	if r == nil || len(r.Addresses) == 0 {
		return nil, nil
	}
	return r, &r.Addresses[0]
}
