package check

// explainMapping explains the codes that carry a verdict.
func explainMapping() []Explanation {
	return []Explanation{
		{
			Code: "mapping.exact",
			Means: "The address has a PTR record with the name you asked for, and that name has this address. " +
				"Forward and reverse DNS agree completely.",
			Sure: "As sure as the DNS answers. It does not prove who the server is: whoever controls the DNS " +
				"answers can make both directions agree. The host key proves that.",
			Who:     "Nobody. Programs that check the reverse name accept it.",
			Do:      "Nothing.",
			Example: "web1.example.com is 203.0.113.7, whose reverse name resolves back to it",
		},
		{
			Code: "mapping.confirmed",
			Means: "The address has a PTR record with another name than the one you asked for, and that other " +
				"name has this address too (forward-confirmed reverse DNS). This is normal for cloud hosts, aliases " +
				"(CNAME) and servers with many names.",
			Sure: "As sure as the DNS answers.",
			Who: "An sshd with UseDNS yes accepts it. Kerberos with rdns enabled requests the principal of the " +
				"PTR target instead of the name you typed; check says so if this machine is configured like that.",
			Do: "Nothing, unless your rules require the PTR record to be the host's own name: --require-name " +
				"makes this a warning.",
			Example: "www.example.com is 203.0.113.7, whose reverse name web1.example.com resolves back to it",
		},
		{
			Code: "mapping.exempt",
			Means: "The address has no PTR record, and none is expected: it is a private (RFC 1918, fc00::/7), " +
				"shared (100.64.0.0/10), loopback or link-local address.",
			Sure: "Sure: the range decides.",
			Who:  "Nobody. An sshd with UseDNS yes uses the address and logs nothing.",
			Do: "Nothing. If you run a DNS server for the private network, reverse zones there make logs " +
				"easier to read.",
			Example: "nas.example.com is 192.168.1.20, whose range needs no reverse name, and there is none",
		},
		{
			Code:  "mapping.missing",
			Means: "The address is public and has no PTR record: the reverse zone answered that there is none.",
			Sure: "As sure as the DNS answer. Another DNS server may have a PTR record, for example in an " +
				"internal view of the zone.",
			Who: "Hardly anybody: an sshd with UseDNS yes uses the address and logs nothing. Mail servers are " +
				"stricter than SSH.",
			Do: "If it is your address, ask whoever runs its reverse zone, usually the provider, for a PTR " +
				"record with the host's name. check prints the record.",
			Example: "gone.example.com is 203.0.113.10, whose reverse name does not exist (NXDOMAIN)",
		},
		{
			Code: "mapping.undetermined",
			Means: "A lookup that the verdict depends on failed for now: timeout, SERVFAIL, REFUSED, an unusable " +
				"answer, or a CNAME loop. The mapping may be good or bad.",
			Sure: "It says only that the answer is missing. Try again before you act on it.",
			Who:  "Everything that waits for the same lookup: with UseDNS yes, sshd makes the login wait for it.",
			Do: "Try again. If it persists, check the DNS server that the finding names, or ask another one " +
				"with --resolver. Only its operator can fix a reverse zone that never answers.",
			Example: "slow.example.com is 203.0.113.9, whose reverse name could not be looked up (SERVFAIL)",
		},
		{
			Code: "mapping.malformed",
			Means: "The PTR record has a name that is not a valid host name, for example with a space, a control " +
				"character or a wildcard. The C library discards such a name.",
			Sure: "Sure: the rule is that of glibc's res_hnok.",
			Who: "Logs of servers show the address instead of a name. Programs that do their own DNS lookups " +
				"may show or execute the text, so treat it as hostile.",
			Do: "Whoever runs the reverse zone has to correct the PTR record. If you know the host, verify its " +
				"host key and use 'rdnsproxy accept' or 'rdnsproxy hosts add'.",
			Example: `hostile.example.com is 203.0.113.11, whose reverse name \027\0912j.example.net ` +
				"is not a host name",
		},
		{
			Code: "mapping.unresolvable",
			Means: "The address has a PTR record, but the name in it has no address (NXDOMAIN or no data). An " +
				"sshd with UseDNS yes logs 'reverse mapping checking getaddrinfo for NAME [IP] failed' about a " +
				"client with this address.",
			Sure: "As sure as the DNS answers. It is not a sign of an attack: a reverse zone filled by a script, " +
				"or a forward record that was never added, is the usual reason. But whoever forges the address also " +
				"controls its reverse zone and can produce this at will.",
			Who: "Servers with UseDNS yes see the address instead of the name, so from=, Match Host and " +
				"AllowUsers with names do not apply. ssh itself does not use reverse DNS.",
			Do: "Fix the cause: add the address record for the PTR target, or change the PTR record; check " +
				"prints both records and whom to ask. To silence it on this machine: 'rdnsproxy accept HOST', or " +
				"'rdnsproxy hosts add HOST', which verifies the host key first.",
			Example: "my.example.com is 192.168.1.243, whose reverse name 192-168-1-243.foo.bar.net does not " +
				"exist (NXDOMAIN)",
		},
		{
			Code: "mapping.numeric",
			Means: "The name in the PTR record reads as an IPv4 address, also in the short or hexadecimal forms " +
				"that inet_aton accepts (10.1, 0x7f.1). An sshd with UseDNS yes logs 'Nasty PTR record ... is set " +
				"up for IP, ignoring'.",
			Sure: "Sure: the form of the name decides.",
			Who:  "Rules that match addresses could be fooled by such a name, which is why sshd ignores it.",
			Do: "The operator of the reverse zone has to enter a host name. Usually somebody entered the " +
				"address by mistake.",
			Example: "two.example.com is 203.0.113.13, whose reverse name 10.1 reads as an IPv4 address",
		},
		{
			Code: "mapping.mismatch",
			Means: "The address has a PTR record, and the name in it has addresses, but this address is not one " +
				"of them. An sshd with UseDNS yes logs 'Address IP maps to NAME, but this does not map back to " +
				"the address.'",
			Sure: "As sure as the DNS answers. Usually the host moved or the PTR record belongs to a previous " +
				"owner of the address. A forged answer to the forward lookup looks exactly like this too, so verify " +
				"the host key before you trust the address.",
			Who: "Servers with UseDNS yes see the address instead of the name. --policy strict refuses " +
				"such an address.",
			Do: "Verify the host key. Then fix the PTR record (whoever runs the reverse zone) or the address " +
				"record of the PTR target. To silence it on this machine: 'rdnsproxy accept HOST', or 'rdnsproxy " +
				"hosts add HOST'.",
			Example: "forged.example.com is 203.0.113.8, whose reverse name mail.example.net resolves elsewhere " +
				"(198.51.100.25)",
		},
		{
			Code: "mapping.no-address",
			Means: "The name you asked for has no address: it does not exist (NXDOMAIN), or it has no A and " +
				"no AAAA record.",
			Sure: "As sure as the DNS answers of the sources that this machine uses (hosts file, DNS, search list).",
			Who:  "You: ssh cannot connect to it.",
			Do: "Check the spelling, HostName in ssh's configuration and the search list in resolv.conf. For a " +
				"name that exists only inside a network, check that you are in that network.",
			Example: "nosuch.example.com does not exist (NXDOMAIN)",
		},
	}
}

// explainCauses explains the likely causes of a mapping that does not resolve back.
func explainCauses() []Explanation {
	const (
		guess  = "A guess from what DNS shows. There may be another reason."
		nobody = "Nobody by itself: it explains the finding with the verdict."
	)
	return []Explanation{
		{
			Code: "cause.never-set-up",
			Means: "There is no reverse name, or one that was generated from the address and does not resolve: " +
				"probably nobody ever set up reverse DNS for this host.",
			Sure:    guess,
			Who:     nobody,
			Do:      "If the address is yours, ask for a PTR record; check prints it.",
			Example: "probably a default PTR: 192-168-1-243.foo.bar.net is generated from the address",
		},
		{
			Code:    "cause.generic",
			Means:   "The reverse name is generated from the address, as providers do for a whole range by default.",
			Sure:    guess,
			Who:     nobody,
			Do:      "Nothing if it resolves back. Otherwise set a PTR record of your own at the provider.",
			Example: "probably the provider's generic name: 203-0-113-7.pool.example.net is generated from the address",
		},
		{
			Code: "cause.stale",
			Means: "The domain of the reverse name, or the name itself, no longer exists: it is probably left " +
				"over from a previous owner of the address.",
			Sure:    guess,
			Who:     nobody,
			Do:      "Whoever runs the reverse zone should remove or replace the PTR record.",
			Example: "probably left over from a previous owner of the address: the domain example.net no longer exists",
		},
		{
			Code: "cause.moved",
			Means: "The name in the PTR record has other addresses now, in the same domain as the host: the name " +
				"moved and the PTR record was forgotten.",
			Sure:    guess,
			Who:     nobody,
			Do:      "Update the PTR record of the old address.",
			Example: "probably old.example.com has moved to other addresses, and the PTR record stayed",
		},
		{
			Code: "cause.forward-missing",
			Means: "The zone of the reverse name exists, but the name has no address record there: the record was " +
				"removed or never added.",
			Sure: guess,
			Who:  nobody,
			Do:   "Add the address record, or change the PTR record.",
			Example: "probably the address record of web9.example.com was removed, or never added: its zone " +
				"example.com exists",
		},
		{
			Code: "cause.other-organisation",
			Means: "The reverse name is in another domain than the host: it probably belongs to a previous owner " +
				"of the address, or was entered by mistake.",
			Sure: guess + " Two domains can belong to one organisation.",
			Who:  nobody,
			Do:   "Verify the host key, then have the PTR record corrected.",
			Example: "the reverse name is in the domain example.net, the host in example.com: it probably belongs " +
				"to a previous owner of the address, or was entered by mistake",
		},
		{
			Code: "cause.no-zone",
			Means: "The negative answer came from the zone of a registry: no reverse zone is delegated to the " +
				"owner of the address.",
			Sure: guess,
			Who:  nobody,
			Do:   "The provider has to get the reverse zone delegated before anybody can add a PTR record.",
			Example: "probably no reverse zone is delegated to the owner of the address: the answer is from " +
				"203.in-addr.arpa, which a registry runs",
		},
		{
			Code: "cause.final-dot",
			Means: "The reverse name ends in the name of the reverse zone itself. In a zone file, a name without " +
				"a final dot gets the zone's name appended.",
			Sure: "Almost sure: no real host name ends like that.",
			Who:  nobody,
			Do:   "Add the final dot in the zone file.",
			Example: "probably the final dot is missing in the zone file: web1.example.com.113.0.203.in-addr.arpa " +
				"ends in the name of a reverse zone",
		},
		{
			Code:    "cause.short-name",
			Means:   "The reverse name is a single label: a host name was entered without its domain.",
			Sure:    guess,
			Who:     nobody,
			Do:      "Enter the full name in the PTR record.",
			Example: "probably a name was entered without its domain: web1 is a single label",
		},
		{
			Code:    "cause.address-as-name",
			Means:   "Somebody entered an address in the reverse zone where a host name belongs.",
			Sure:    guess,
			Who:     nobody,
			Do:      "Enter the host's name in the PTR record.",
			Example: "probably an address was entered in the reverse zone where a name belongs",
		},
		{
			Code: "cause.filtered",
			Means: "The resolver filters the PTR target: it answers 0.0.0.0 or :: for it, and so the name cannot " +
				"resolve back.",
			Sure: "Sure that the answer is not a host's address. A filtering resolver is the usual reason.",
			Who:  "Only machines that use this resolver.",
			Do:   "Allow the name at the resolver, or ask another DNS server with --resolver.",
			Example: "dns:192.0.2.53 filters the reverse name ads.example.net: it answers 0.0.0.0, which is not a " +
				"host's address",
		},
		{
			Code:    "cause.hosts-file",
			Means:   "The reverse name comes from the hosts file of this machine, not from DNS.",
			Sure:    "Sure: the source of the answer says so.",
			Who:     "Only this machine.",
			Do:      "Correct or remove the line in the hosts file.",
			Example: "the reverse name old.example.com is from /etc/hosts:3 on this machine, not from DNS",
		},
	}
}
