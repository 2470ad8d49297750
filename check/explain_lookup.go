package check

// explainLookup explains the codes about lookups, the path to the target, and mappings
// that the user has accepted.
func explainLookup() []Explanation {
	return []Explanation{
		{
			Code: "forward.partial",
			Means: "One address family of the name (IPv4 or IPv6) could not be looked up. The addresses of the " +
				"other family are checked and used.",
			Sure: "Sure about the failed lookup; the missing family may or may not have addresses.",
			Who: "You, if only an address of the missing family works. 'hosts add' and 'accept' refuse until " +
				"both are known.",
			Do:      "Try again. If it persists, check the DNS server that the finding names.",
			Example: "the IPv6 addresses of web1.example.com could not be looked up (SERVFAIL); the others are used",
		},
		{
			Code: "forward.filtered",
			Means: "The answer for the name is only 0.0.0.0 or ::. Filtering resolvers such as Pi-hole and " +
				"AdGuard Home, and block lists in hosts files, do that for names that they block.",
			Sure: "Sure that the answer is not a host's address. A filtering resolver is the usual reason.",
			Who: "Everybody who connects to the name from here: the system takes such an address for this " +
				"machine itself.",
			Do: "Allow the name at the resolver or in the hosts file that the finding names, or ask another " +
				"DNS server with --resolver.",
			Example: "dns:192.0.2.53 answers 0.0.0.0 for web1.example.com, which is not a host's address: it " +
				"filters the name, and ssh would connect to this machine itself",
		},
		{
			Code:    "forward.many",
			Means:   "The name has more addresses than rdnsproxy checks and uses.",
			Sure:    "Sure.",
			Who:     "Nobody in practice. The addresses beyond the limit were not checked.",
			Do:      "Nothing. To check one of them, give the address itself as the target.",
			Example: "pool.example.com has 300 addresses; only 64 are used",
		},
		{
			Code: "pair.differs",
			Means: "A line of the input pairs a name with an address, as in 'web1.example.com,192.0.2.1', and the " +
				"name does not have this address. The address is checked all the same, the others of the name are not.",
			Sure: "Sure, unless the two were looked up in different networks: a name can have other addresses " +
				"inside than outside.",
			Who:     "Whoever relies on the list: an inventory that is out of date, or a record that was changed or forged.",
			Do:      "Correct the list, or the record.",
			Example: "web1.example.com has 192.0.2.7, and not 192.0.2.1, with which the input pairs it",
		},
		{
			Code: "questions.many",
			Means: "To check all names and addresses of the target would take more DNS queries than rdnsproxy " +
				"makes for one target. How many there are is up to the operators of its zones.",
			Sure:    "Sure. Whatever was not looked up is shown as undetermined.",
			Who:     "You, if you use an address that was not checked. 'rdnsproxy help limits' shows the limit.",
			Do:      "To check one of the addresses, give the address itself as the target.",
			Example: "pool.example.com would take more than 160 DNS queries: the rest was not asked",
		},
		{
			Code: "reverse.refused",
			Means: "The address is private, and the DNS server answers SERVFAIL or REFUSED to the query for its " +
				"PTR record. Some resolvers do so for all private addresses. rdnsproxy takes it as 'no PTR record', " +
				"which is normal for private addresses.",
			Sure: "Sure about the answer. If the network has a reverse zone of its own that is broken at the " +
				"moment, this hides it.",
			Who: "Nobody. An sshd with UseDNS yes uses the address.",
			Do:  "Nothing, or let the resolver answer for the private ranges itself, with NXDOMAIN (RFC 6303).",
			Example: "the resolver refuses the reverse zone of 10.0.0.12 (SERVFAIL from dns:192.168.1.1): for a " +
				"private address this counts as no PTR record",
		},
		{
			Code: "ptr.partial",
			Means: "The address has several PTR records. One name resolves back, others do not. The C library " +
				"returns any one of them.",
			Sure: "Sure about the names that were looked up. A name whose lookup failed counts as not confirmed.",
			Who: "An sshd with UseDNS yes gets one of the names at random, so rules with names fail " +
				"intermittently.",
			Do: "Keep one PTR record per address, with a name that resolves back.",
			Example: "203.0.113.12 has further reverse names that are not known to resolve back to it " +
				"(old.example.net): sshd gets one of them at random, so the check fails intermittently",
		},
		{
			Code: "ptr.truncated",
			Means: "The address has more PTR records than rdnsproxy looks up (10). A name equal to the host you " +
				"asked for is checked first.",
			Sure: "Sure. If none of the names that were checked resolves back, the verdict is undetermined.",
			Who: "Programs that look up the reverse name get any one of them. Such sets are usually generated " +
				"by mistake, or meant to keep resolvers busy.",
			Do:      "Keep one PTR record per address.",
			Example: "203.0.113.14 has 40 reverse names; only 10 were checked",
		},
		{
			Code: "ptr.search",
			Means: "The C library applies the search list of resolv.conf to the name in the PTR record, and so " +
				"looks up another name. An sshd on this machine therefore sees another mapping than the verdict, " +
				"which uses the name as it is.",
			Sure: "Sure for this machine's resolv.conf. Other machines may have another search list.",
			Who:  "An sshd with UseDNS yes on a machine with this search list.",
			Do:   "Use absolute names in PTR records, and keep ndots low.",
			Example: "this machine's search list turns the reverse name web1 into web1.corp.example.com: an sshd " +
				"here looks that up, another may not",
		},
		{
			Code: "mapping.accepted",
			Means: "You accepted this mapping with 'rdnsproxy accept', and it is still the same. The relay says " +
				"nothing about it.",
			Sure:    "Sure: address, reverse names and verdict have not changed since.",
			Who:     "Only you, on this machine.",
			Do:      "Nothing. 'rdnsproxy accept forget HOST' drops it.",
			Example: "192.168.1.243: you accepted this mapping on 2026-03-01",
		},
		{
			Code: "accepted.changed",
			Means: "You accepted another mapping of this host. Its address, its reverse names or its verdict have " +
				"changed since.",
			Sure: "Sure about the change. Whether it is a move or an attack, DNS cannot tell.",
			Who:  "You: the relay warns at every connection until you decide.",
			Do:   "Verify the host key. If the change is intended, run 'rdnsproxy accept HOST' again.",
			Example: "192.168.1.243: what was accepted on 2026-03-01 has changed: it was 192.168.1.242 and is " +
				"192.168.1.243 now",
		},
		{
			Code: "config.refused",
			Means: "A RefuseConnection in ssh's configuration matches this host: ssh prints its message and exits " +
				"without connecting.",
			Sure: "Sure: ssh -G said so.",
			Who:  "You, whenever you run ssh to this host.",
			Do: "Do what the message says. Somebody configured it on purpose: nothing is wrong with " +
				"ssh or the host.",
			Example: "ssh's configuration refuses to connect: ~/.ssh/config line 7: RefuseConnection: moved to " +
				"new.example.com",
		},
		{
			Code: "via.jump",
			Means: "ssh reaches the target through a jump host (ProxyJump). This machine connects to the jump " +
				"host only; the jump host looks up the target itself.",
			Sure: "Sure: it is in ssh's configuration.",
			Who:  "Nobody. The check is about the jump host.",
			Do:   "To check the target itself, run rdnsproxy on the jump host.",
			Example: "db.internal is behind the jump host bastion.example.com: this machine connects to the jump " +
				"host only, which looks up db.internal itself",
		},
		{
			Code: "via.command",
			Means: "A ProxyCommand of your own connects to the target, so rdnsproxy did not connect to " +
				"the addresses.",
			Sure: "Sure: it is in ssh's configuration.",
			Who:  "Nobody. Connection and host keys were not checked.",
			Do: "Nothing. To check the rest of the path, run the check on the machine that the command " +
				"connects through.",
			Example: "ssh connects to box.example.com through a ProxyCommand: no connection was tried",
		},
		{
			Code: "hosts.differs",
			Means: "The hosts file, or another source that comes before DNS, gives other addresses for the name " +
				"than DNS does. Programs on this machine use the former.",
			Sure:    "Sure.",
			Who:     "Only this machine.",
			Do:      "Find out which is right. A stale line in /etc/hosts is the usual reason.",
			Example: "/etc/hosts:3 says 203.0.113.7 for web1.example.com, DNS says 203.0.113.8",
		},
		{
			Code:    "hosts.only",
			Means:   "DNS does not know the name; the hosts file, or another source that comes before DNS, does.",
			Sure:    "Sure for the DNS servers of this machine.",
			Who:     "Only this machine knows the host by this name.",
			Do:      "Nothing, if that is intended.",
			Example: "nas.home is known only from /etc/hosts:5; DNS says: NXDOMAIN",
		},
		{
			Code: "compare.differs",
			Means: "The DNS server given with --compare answers differently from the sources that this machine " +
				"uses. With --zone or --axfr it answers differently from the zones: what is served is not what they hold.",
			Sure:    "Sure about the answers. Split DNS and load balancing answer differently on purpose.",
			Who:     "Machines that use the other server may reach another address.",
			Do:      "Compare the two zones, or the views of one zone. Before a zone is loaded, these are its changes.",
			Example: "dns:192.0.2.54 says 198.51.100.7 for web1.example.com, dns:192.0.2.53 says 203.0.113.7",
		},
		{
			Code:    "compare.same",
			Means:   "The DNS server given with --compare answers the same.",
			Sure:    "Sure.",
			Who:     "Nobody.",
			Do:      "Nothing.",
			Example: "dns:192.0.2.54 gives the same answer",
		},
		{
			Code:    "compare.unknown",
			Means:   "The DNS server given with --compare did not answer, or answered with an error.",
			Sure:    "Sure that there was no comparison. Whether the answers differ is not known.",
			Who:     "You: the comparison of this target is missing.",
			Do:      "Check the address of the server, and whether it serves the zone and answers this machine.",
			Example: "could not compare with dns:192.0.2.54 (REFUSED)",
		},
		{
			Code: "walk.incomplete",
			Means: "A large range of IPv6 is not asked about address by address: check goes down its reverse tree. " +
				"The server did not answer about a branch, denies names that exist, or makes up a name for each " +
				"address. What the finding names was left out.",
			Sure: "Sure that it was left out. Whether anything in it has a name is not known. Where a server makes up " +
				"names, none of them was given by anybody.",
			Who: "You: addresses in this part of the range were not checked.",
			Do: "Check the resolver, or ask a server of the zone with --resolver; one that refuses (REFUSED) does not let " +
				"this machine ask, and asking again does not help. Where a branch cannot be walked, name " +
				"smaller ranges, such as a /120, or list the addresses.",
			Example: "2001:db8::/32: what is below 2001:db8:4000::/36 could not be read: SERVFAIL from dns:192.0.2.53",
		},
		{
			Code:    "walk.empty",
			Means:   "The name of the range in the reverse tree does not exist, so nothing below it does (RFC 8020).",
			Sure:    "Sure for the server that was asked.",
			Who:     "Nobody, unless hosts in the range should have reverse names.",
			Do:      "If they should, have the reverse zone delegated, or its records entered.",
			Example: "2001:db8::/32: nothing in it has a name: 8.b.d.0.1.0.0.2.ip6.arpa does not exist (NXDOMAIN from dns:192.0.2.53)",
		},
		{
			Code:    "interrupted",
			Means:   "The check was interrupted (Ctrl-C, SIGTERM) before it had finished with this target.",
			Sure:    "It says nothing about the target.",
			Who:     "Anybody who reads the report: it is not complete.",
			Do:      "Run the check again.",
			Example: "web1.example.com was not checked: the check was interrupted",
		},
		{
			Code: "input.invalid",
			Means: "A line of the input is not a target: a mistyped name, a header, a line that is too long. " +
				"All other lines are checked, and the exit status is 2, whatever else is found.",
			Sure: "Sure. Nothing was looked up for the line.",
			Who:  "You: the host that the line was meant to name was not checked.",
			Do: "Fix or remove the line; the finding has its file and number. With --strict-input the run stops at " +
				"the first such line.",
			Example: "hosts.txt:17: host \"a..b\": empty label; fix or remove the line",
		},
	}
}

// explainAffected explains the codes that say who is affected.
func explainAffected() []Explanation {
	const seen = "Sure: it is in the configuration file that the finding names."
	return []Explanation{
		{
			Code: "affected.kerberos",
			Means: "Kerberos on this machine canonicalizes host names through reverse DNS (rdns is on), so it " +
				"requests the principal of the PTR target: of the first one that DNS lists, if there are several. " +
				"GSSAPIServerIdentity is canonicalized too.",
			Sure: seen + " Which address or name comes first can change from one lookup to the next.",
			Who:  "Logins with GSSAPIAuthentication to this host: the ticket is for the wrong principal.",
			Do: "Set 'rdns = false' in [libdefaults] of krb5.conf; check prints the line. docs/kerberos.md has the " +
				"other ways.",
			Example: "Kerberos requests host/mail.example.net instead of host/web1.example.com because it " +
				"canonicalizes through reverse DNS (rdns is on, default)",
		},
		{
			Code: "affected.gssapi-trustdns",
			Means: "GSSAPITrustDns is on: the ssh of Debian and Fedora looks up the reverse name of the " +
				"connection's address itself and gives that to Kerberos, or the bare address if the name does " +
				"not resolve back. Behind a ProxyCommand or jump host it has no connection, and uses the name as it is.",
			Sure: seen,
			Who:  "Logins with GSSAPIAuthentication from this machine.",
			Do:   "Set 'GSSAPITrustDns no' in ssh's configuration.",
			Example: "ssh requests the principal of mail.example.net, the reverse name (GSSAPITrustDns is on, " +
				"/etc/ssh/ssh_config:12)",
		},
		{
			Code: "affected.hostbased",
			Means: "HostbasedAuthentication is on: servers identify the client's host by the reverse name " +
				"of its address.",
			Sure: seen + " It concerns logins from this host, the opposite direction.",
			Who:  "Logins from the host to servers that accept host-based authentication.",
			Do:   "Fix the PTR record of the client's address.",
			Example: "HostbasedAuthentication is on (/etc/ssh/ssh_config:20): a server that 203.0.113.8 logs in to " +
				"identifies it by its reverse name, which does not resolve back",
		},
		{
			Code:  "affected.server",
			Means: "The sshd on this machine has UseDNS yes. If the host logs in here, sshd cannot use its name.",
			Sure:  seen,
			Who:   "Logins from the host to this machine: from=, Match Host and AllowUsers see the address.",
			Do:    "Fix the mapping, use addresses in the rules, or set 'UseDNS no'.",
			Example: "sshd on this machine has UseDNS yes (/etc/ssh/sshd_config:14): when 203.0.113.8 logs in here, " +
				"from=, Match Host and AllowUsers see the address, not a name",
		},
		{
			Code: "affected.nobody",
			Means: "Nothing on this machine uses the reverse name: ssh does not, and Kerberos and sshd are " +
				"not set up to.",
			Sure: "Sure for ssh, Kerberos and sshd on this machine. Other programs were not considered.",
			Who: "Nobody here. Servers use reverse DNS only with UseDNS yes, which is off by default " +
				"since OpenSSH 6.8.",
			Do: "Nothing is urgent. 'rdnsproxy accept HOST' silences the warning.",
			Example: "impact on this machine: none. ssh does not use reverse DNS; servers do only with UseDNS yes " +
				"(off by default since OpenSSH 6.8)",
		},
	}
}
