package report

import (
	"slices"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
)

// tickets are the rows of the principals that ssh asks Kerberos for, each with what decides
// its name. The principal of the host as it was asked for is left out, unless verbose.
func tickets(r *check.Result, verbose bool) (rows []layout.Row) {
	if len(r.Tickets) == 1 && !verbose {
		name, _, _ := strings.Cut(strings.TrimPrefix(r.Tickets[0].Principal, "host/"), "@")
		if name == r.Host || name == r.Name {
			return nil
		}
	}
	for i, t := range r.Tickets {
		kind := "Kerberos "
		switch {
		case t.Try == 2:
			kind = "else "
		case i > 0:
			kind = "or "
		}
		rows = append(rows, layout.Row{Depth: 1, Cell: kind + t.Principal, Note: ticketNote(t, r.Tickets)})
	}
	return rows
}

// ticketNote says what the name in a principal is, and when it is asked for.
func ticketNote(t check.Ticket, all []check.Ticket) string {
	note := string(t.From) // of another version's result
	switch t.From {
	case check.NameAsGiven:
		note = "the name as it is"
	case check.NameCompleted:
		note = "the name with a domain"
	case check.NameCanonical:
		note = "the canonical name"
	case check.NameReverse:
		note = "the reverse name"
	}
	if t.GivenBy != check.GivenByHost {
		note += ", " + string(t.GivenBy)
	}
	other := func(o check.Ticket) bool {
		return o.Try == t.Try && o.Address == t.Address && o.Principal != t.Principal
	}
	switch {
	case t.Address.IsValid() && t.GivenBy == check.GivenByTrustDNS:
		note += ", if ssh connects to " + show(t.Address)
	case t.Address.IsValid():
		note += ", if " + show(t.Address) + " is first"
	case slices.ContainsFunc(all, other):
		note += ", if DNS lists it first"
	}
	if t.Try == 2 {
		note += ", if the KDC does not know the first"
	}
	return note
}
