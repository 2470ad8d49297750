package check

// explainSelf explains the codes about this machine or another as a client (--self,
// --client).
func explainSelf() []Explanation {
	const (
		sure   = "As sure as this machine's lookups; the server makes its own."
		client = "The client, at servers that use this from= list."
	)
	return []Explanation{
		{
			Code: "self.name",
			Means: "The client's address has a PTR record whose name resolves back, so an sshd with UseDNS yes " +
				"knows the client by that name.",
			Sure:    sure,
			Who:     "from=, Match Host and AllowUsers can use the name on such a server.",
			Do:      "Nothing.",
			Example: "an sshd with UseDNS yes knows 203.0.113.7 as web1.example.com",
		},
		{
			Code: "self.address",
			Means: "An sshd with UseDNS yes knows the client only by its address: there is no PTR record, or its " +
				"name does not resolve back.",
			Sure: sure,
			Who:  "Rules with names do not match this client.",
			Do:   "Use addresses in the rules, or fix the PTR record.",
			Example: "an sshd with UseDNS yes complains about the reverse name of 203.0.113.8, and knows it " +
				"by its address",
		},
		{
			Code:    "self.admitted",
			Means:   "The from= list lets this client in, whether UseDNS is on or off.",
			Sure:    sure,
			Who:     client,
			Do:      "Nothing.",
			Example: "the from= list lets this client in: it matches the address 203.0.113.7",
		},
		{
			Code: "self.by-name-only",
			Means: "The from= list matches the client's name but not its address, so it lets the client in only " +
				"if UseDNS is on.",
			Sure: sure,
			Who:  client + " UseDNS is off by default since OpenSSH 6.8.",
			Do:   "Add the address to the list.",
			Example: "the from= list lets this client in only where UseDNS is on (it is off by default): it matches " +
				"a name, not the address 203.0.113.7",
		},
		{
			Code: "self.by-address-only",
			Means: "The from= list matches the client's address, but a negated pattern matches its name: if " +
				"UseDNS is on, the client is refused.",
			Sure: sure,
			Who:  client,
			Do:   "Nothing while UseDNS is off. Otherwise change the negated pattern.",
			Example: "the from= list lets this client in only where UseDNS is off (as it is by default): a pattern " +
				"with ! matches mail.example.net",
		},
		{
			Code:  "self.varies",
			Means: "The client's address has several names, and the from= list matches only some of them.",
			Sure:  sure,
			Who:   client + " It is let in intermittently.",
			Do:    "Keep one PTR record, or add the address to the list.",
			Example: "where UseDNS is on, the from= list lets this client in by some of its names only: it matches " +
				"a name, not the address 203.0.113.7",
		},
		{
			Code:    "self.refused",
			Means:   "The from= list does not let this client in.",
			Sure:    sure,
			Who:     client,
			Do:      "Add the client's address to the list, if it should be let in.",
			Example: "the from= list does not let this client in: nothing in it matches 203.0.113.7",
		},
		{
			Code:  "self.unusable-list",
			Means: "sshd cannot parse the from= list, so a key with it lets nobody in.",
			Sure:  "Sure: the rules are those of sshd.",
			Who:   "Everybody who logs in with that key.",
			Do:    "Correct the list. A CIDR block with host bits set is the usual mistake.",
			Example: "sshd cannot read the from= list, so it lets nobody in: an entry is empty, or a network has " +
				"host bits set",
		},
	}
}

// explainPins explains the codes about hosts lines that rdnsproxy has written.
func explainPins() []Explanation {
	const only = "Only this machine: the line hides DNS from its programs."
	return []Explanation{
		{
			Code:    "pin.good",
			Means:   "A line that 'rdnsproxy hosts add' wrote is still right.",
			Sure:    "As sure as the DNS answers and the host key.",
			Who:     "Nobody.",
			Do:      "Nothing.",
			Example: "/etc/hosts:3: the line for my.example.com is still right and needed",
		},
		{
			Code:    "pin.unneeded",
			Means:   "Forward and reverse DNS agree now, so the line is no longer needed.",
			Sure:    "As sure as the DNS answers.",
			Who:     "Only this machine, when the host moves: the line would hide the move.",
			Do:      "'rdnsproxy hosts remove HOST', or 'rdnsproxy hosts verify --fix'.",
			Example: "/etc/hosts:3: the line for my.example.com is no longer needed: the mapping is exact",
		},
		{
			Code:    "pin.expired",
			Means:   "The line has passed the day that --expires set.",
			Sure:    "Sure.",
			Who:     only,
			Do:      "Remove it, or renew it with 'rdnsproxy hosts add --expires 90d HOST'.",
			Example: "/etc/hosts:3 expired on 2026-03-01",
		},
		{
			Code:    "pin.partial",
			Means:   "The lines give only some of the host's addresses, and hide the others that DNS has.",
			Sure:    "As sure as the DNS answers.",
			Who:     only,
			Do:      "Add lines for the other addresses: 'rdnsproxy hosts add HOST'.",
			Example: "/etc/hosts:3 hides 198.51.100.10, which DNS also has for my.example.com",
		},
		{
			Code: "pin.moved",
			Means: "DNS gives the host another address than the line does. The host has moved, or DNS " +
				"answers are forged.",
			Sure:    "Sure about the difference.",
			Who:     only + " Connections go to the old address.",
			Do:      "Unless DNS is wrong, remove the line: 'rdnsproxy hosts remove HOST'.",
			Example: "/etc/hosts:3 is stale: it maps my.example.com to 192.168.1.243, DNS says 198.51.100.10",
		},
		{
			Code:  "pin.gone",
			Means: "DNS, as this machine sees it, does not know the name of the line.",
			Sure:  "As sure as the DNS answers. Inside a VPN it may exist.",
			Who:   only,
			Do:    "Remove the line if the host is gone: 'rdnsproxy hosts remove HOST'.",
			Example: "/etc/hosts:3 is stale: it maps my.example.com to 192.168.1.243, DNS has no address for " +
				"it (NXDOMAIN)",
		},
		{
			Code:  "pin.key",
			Means: "The host at the line's address presents another host key than when the line was written.",
			Sure:  "Sure about the difference.",
			Who:   only + " The address may belong to another machine now.",
			Do: "Ask the host's administrator whether the key was changed on purpose. Until then, remove the " +
				"line: 'rdnsproxy hosts remove HOST'.",
			Example: "/etc/hosts:3: the host key at 192.168.1.243 is not the one that the line records: that was " +
				"SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU, it is " +
				"SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM",
		},
		{
			Code:    "pin.unknown",
			Means:   "Whether the line is still right could not be determined: DNS or the host did not answer.",
			Sure:    "It says only that the answer is missing.",
			Who:     only,
			Do:      "Try again.",
			Example: "/etc/hosts:3: my.example.com could not be looked up (SERVFAIL)",
		},
	}
}
