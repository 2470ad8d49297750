package audit

import (
	"rdnsproxy/audit/tally"
)

// fewFailures is how many failed connections a client that logs in may have without being
// read as one that also guesses: people mistype.
const fewFailures = 3

// allReadings has an empty row for each reading.
func allReadings() map[Reading]Row {
	return map[Reading]Row{People: {}, Mixed: {}, Refused: {}, Guessing: {}, Passing: {}}
}

// read says what a client's lines amount to. Only the log decides: what DNS says about an
// address never makes its owner an attacker or a friend.
func read(c *tally.Client) Reading {
	tried := c.Tried
	if c.Connections == 0 { // without pids, attempts are all that is known
		tried = c.Failed
	}
	tried -= c.RefusedKey // nobody guesses an authorized key
	switch {
	case c.Counts.LoggedIn > 0 && tried <= max(fewFailures, c.Counts.LoggedIn):
		return People
	case c.Counts.LoggedIn > 0:
		return Mixed
	case c.RefusedKey > 0, refusedUser(c):
		return Refused
	case c.Tried+c.Failed+c.UnknownUser+c.NotAllowed+c.Hostbased > 0:
		return Guessing
	}
	return Passing
}

// refusedUser reports whether the client looks like a user who is not allowed to log in.
// On a server with AllowUsers, whoever guesses names that exist is "not allowed" too: root
// is everybody's first guess, and a guesser also asks for users that do not exist.
func refusedUser(c *tally.Client) bool {
	if c.NotAllowed == 0 || c.UnknownUser > 0 {
		return false
	}
	for _, u := range c.Denied.Names {
		if u.Name != "root" && u.Name != "ROOT" {
			return true
		}
	}
	return false
}

// add counts a client in a row.
func (r *Row) add(c *tally.Client) {
	r.Addresses++
	r.Connections += c.Connections
	r.BadlyMapped += c.BadlyMapped
	r.Failed += c.Failed
	r.Logins += c.Counts.LoggedIn
}
