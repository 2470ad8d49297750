package cli

import (
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/target"
	"rdnsproxy/internal/vouch"
	"rdnsproxy/limits"

	"github.com/spf13/cobra"
)

// alwaysOK is the annotation of a command that exits with 0 whatever happens.
const alwaysOK = "always ok"

func knownHostsCommand(w World) *cobra.Command {
	o := target.Options{CheckTimeout: limits.VouchTime}
	c := &cobra.Command{
		Use:   "known-hosts [flags] %I %H %t %K [%h]",
		Short: "ssh's KnownHostsCommand: accept keys that DNSSEC vouches for",
		Long: `Is run by ssh, which passes the key that a server presents. In ~/.ssh/config:

  KnownHostsCommand /usr/local/bin/rdnsproxy known-hosts %I %H %t %K %h

If SSHFP records of this very host match the key by SHA-256, and come from a zone
that the resolver has validated ('options trust-ad' in resolv.conf), it prints one
line for known_hosts, and ssh accepts the key without asking. Otherwise it prints
nothing, and ssh decides as if it had not been run. @revoked lines and
RevokedHostKeys win. Nothing is connected to.

It prints nothing for an address, a certificate or a HostKeyAlias. %h tells an alias
from the host. Without %h the ssh that runs it is asked, which only Linux can.

ssh ends the connection if its KnownHostsCommand fails. So the exit status is always
0, even for a usage error, whose message is on stderr. -v says why there is no line.

Exit status: 0.`,
		Example:     `  rdnsproxy known-hosts -v HOSTNAME HOST ssh-ed25519 AAAAC3... HOST`,
		Annotations: map[string]string{alwaysOK: ""},
		PreRunE: func(c *cobra.Command, args []string) error {
			if err := fromEnvironment(c.Flags(), w); err != nil {
				return err
			}
			return vouch.Validate(args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			return vouch.Run(c.Context(), w, console.NewVoice(w.Err, !o.Verbose, o.Verbose), o, args)
		},
		ValidArgsFunction: completesWords(nil),
	}
	fs := c.Flags()
	fs.VarP((*serversFlag)(&o.Resolvers), "resolver", "",
		"ask this DNS server, ADDR or ADDR:PORT (repeatable; default: the system's)")
	fs.Var((*interval)(&o.CheckTimeout), "check-timeout", "time limit, for which ssh waits")
	fs.BoolVarP(&o.Verbose, "verbose", "v", false, "say why there is no line")
	return c
}
