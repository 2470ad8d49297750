package cli

// targetsTopic is 'help targets'.
const targetsTopic = `A target on the command line of check, or in a line of --from-file:

  HOST	a name, an address, or an alias of ~/.ssh/config
  HOST:PORT, [ADDRESS]:PORT, user@HOST	with a port, with a user
  ssh://user@HOST:PORT	the same as a URL
  192.0.2.0/24, 2001:db8::/120	each address of the range, the first and the last included
  192.0.2.10-40, 192.0.2.10-192.0.3.7	the same from one address to another

Only DNS is asked about the addresses of a range, as with --dns-only, and ssh's
configuration is not applied to them: to connect to each would be a port scan.
--connect does it all the same, at most --jobs at a time.

A range of IPv6 with more addresses than a run asks about ('help limits') is walked
through the reverse tree: a name that does not exist ends its branch (RFC 8020), so
the walk costs what is in the range, not what could be. It finds addresses with PTR
records only. A server that denies names above others, or makes up names for all
addresses, cannot be walked; check says so.

A list has a target a line, in UTF-8; # starts a comment.

  rdnsproxy check 192.0.2.0/24
  rdnsproxy check --from-file hosts.txt
`
