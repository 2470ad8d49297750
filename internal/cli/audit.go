package cli

import (
	"cmp"

	"rdnsproxy/internal/auditrun"
	"rdnsproxy/internal/exit"

	"github.com/spf13/cobra"
)

func auditCommand(w World) *cobra.Command {
	var f auditFlags
	c := &cobra.Command{
		Use:   "audit [flags] [FILE...]",
		Short: "what sshd's log says about reverse names, and what to do",
		Long: `Reads the log of SSH servers and answers: did anybody get in from an address with
a wrong reverse name ("POSSIBLE BREAK-IN ATTEMPT!"), does it hurt your own users,
is it still wrong, and who can correct it on which machine.

A FILE is plain, gzip or zstd; - is stdin; of a directory its auth.log, secure and
journal files are read. Rotated files are put in order. Without a FILE it reads
this machine's log: its journal, else the files in /var/log.

It reads what syslog, journald, container runtimes and sshd -e write, of any sshd
since 1999. An address counts only where sshd itself wrote it. The names of users
that the server does not know are counted, not shown: people type passwords there.

Then it looks up the current names of those who logged in or nearly did, and of
those that sshd complained about, at most --dns-limit. --no-dns looks nothing up.

A TIME is 2026-11-25, 2026-11-25T20:00, with seconds and a zone or without, today,
yesterday, or -2d for two days ago (m, h, d, w). A date alone includes the whole day.

Exit status: 0 no finding reached --fail-on, 1 at least one did, 2 usage error or
nothing could be read, 3 undetermined: no line of sshd was found, nothing matches
--host, --user or --client, a part of the log could not be read, or lookups failed.`,
		Example: `  rdnsproxy audit
  rdnsproxy audit /var/log/auth.log*
  rdnsproxy audit --since -7d --format html --output report.html
  rdnsproxy audit --client 203.0.113.7 /var/log/auth.log
  rdnsproxy audit --follow --journal
  journalctl -o json -t sshd -t sshd-session | rdnsproxy audit -
  rdnsproxy audit --format tally --output web1.tally web1/auth.log*
  rdnsproxy audit --merge *.tally`,
		PreRunE: func(c *cobra.Command, args []string) error {
			if err := fromEnvironment(c.Flags(), w); err != nil {
				return err
			}
			f.Names = args
			return cmp.Or(f.parseTimes(), f.validate())
		},
		RunE: func(c *cobra.Command, _ []string) error {
			return exit.With(auditrun.Run(c.Context(), w, f.Options))
		},
	}
	f = newAuditFlags(c.Flags())
	f.register(c.Flags())
	return c
}
