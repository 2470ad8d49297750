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

HOST,ADDRESS is a pair: only this address of the name is checked, and the name has to
have it. A list has a target a line, in UTF-8; # starts a comment.

--from-file can be written in other ways:

  --column NAME	a table (CSV) whose first row has the names of the columns
  --column 3	a table without such a row; separated by commas, semicolons or tabs
  --field NAME	an object of JSON on each line; NAME.NAME for an object in it
  --column NAME,ADDRESS	two columns, or fields, as pairs

--ansible FILE takes what 'ansible-inventory --list' prints, and checks each host as
Ansible would connect to it: ansible_host, ansible_port, ansible_user. Hosts that it
does not reach over ssh are left out.

--zone FILE checks the A, AAAA and PTR records of a zone file against the other side,
in the other zones given or in DNS: each name with addresses is a target, and each
address with names. Lookups go to the zones first, and not to the hosts file; sources
are zone:FILE:LINE. A file whose names are relative has $ORIGIN, or is given as
ZONE=FILE. --axfr ZONE@SERVER transfers the zone, signed with the key in --tsig-file.
Only DNS is asked about hosts of a zone, as with ranges. With --offline no server is
asked at all.

  rdnsproxy check 192.0.2.0/24
  rdnsproxy check --from-file hosts.txt
  rdnsproxy check --from-file hosts.csv --column hostname,address
  rdnsproxy check --ansible inventory.json
  rdnsproxy check --offline --zone db.example.com --zone 2.0.192.in-addr.arpa=db.192.0.2
`
