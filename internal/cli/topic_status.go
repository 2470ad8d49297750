package cli

import "strings"

// Statuses are the exit statuses that some commands have in common.
type Statuses struct {
	Of   []string // the commands, such as "hosts add"; "" is the relay
	When string   // in front of the rows, or ""
	With string   // the flag with which they apply, or ""
	Rows string   // for layout.Page
	Note string   // after them
}

// statuses returns the exit statuses in the order of 'help exit-status'. A command that is
// not here has 0, or 2 for a usage error, and what its own help says.
func statuses() []Statuses {
	return []Statuses{
		{[]string{"check", "hosts verify", "audit"}, "check, hosts verify, audit:", "", `
  0	no finding reached --fail-on (default warning)
  1	at least one did
  2	usage or configuration error, the report could not be written, or a line of a list is not a target
  3	undetermined: lookups failed, and nothing else is wrong; of audit also: there is no line of sshd, or not all could be read
  130	interrupted (Ctrl-C)
`, ""},
		{[]string{"check", "hosts verify", "audit"}, "check, hosts verify and audit with --format nagios:", "--format nagios", `
  0	OK
  1	WARNING: a finding reached --fail-on
  2	CRITICAL: one of them is an error
  3	UNKNOWN: undetermined, or usage error
`, ""},
		{[]string{"setup", "hosts add", "hosts remove", "accept", "accept forget"}, "setup, hosts add, hosts remove, accept, accept forget:", "", `
  0	done, or nothing to do
  1	refused, or not confirmed
  2	usage or configuration error
  3	undetermined
`, ""},
		{[]string{"cache show", "cache clear"}, "cache show, cache clear:", "", `
  0	done, or nothing to do
  1	the cache cannot be read
  2	usage error
`, ""},
		{[]string{"accept verify"}, "accept verify:", "", `
  0	every accepted mapping is unchanged
  1	at least one has changed
  2	usage or configuration error
  3	undetermined, and none has changed
`, ""},
		{[]string{""}, "The relay, rdnsproxy HOST PORT (ssh ignores it):", "", `
  0	the session is over
  1	refused by --policy strict, or by --policy ask or its user
  2	usage or configuration error
  3	could not resolve the name, or could not connect
  126, 127	with -- COMMAND: it cannot be run, there is no such command
`, "\nOnce COMMAND runs, its status is the status.\n"},
		{wrapped, "", "", "", `The wrappers, rdnsproxy ssh, sftp and scp, exit with the status of the program that
they run, or with 2 if it could not be run.
`},
		{[]string{"known-hosts"}, "", "", "", `known-hosts has 0 always, because ssh ends the connection if its KnownHostsCommand
fails.
`},
	}
}

func exitStatusTopic() string {
	var b strings.Builder
	for _, s := range statuses() {
		if s.When != "" {
			b.WriteString(s.When + "\n")
		}
		b.WriteString(s.Rows + s.Note + "\n")
	}
	b.WriteString(`The other commands: 0, or 2 for a usage error. hosts list also has 1 if the file could
not be read; demo has 1 if a step failed, and 3 if its servers could not be started.
`)
	return b.String()
}
