package audit

import "rdnsproxy/check"

// explainLogins explains the codes about clients that log in, or should be able to.
func explainLogins() []check.Explanation {
	const (
		thenAndNow = "The log's part is as sure as the log. What is true now is as sure as the DNS answers."
		sshd       = "The users who log in from that address."
	)
	return []check.Explanation{
		{
			Code: "login.badly-mapped",
			Means: "Somebody logs in from an address whose reverse name does not resolve back to it. The server " +
				"complained about that in the log, and DNS still says the same. sshd lets the user in all the same, but " +
				"knows the client by its address instead of a name.",
			Sure: thenAndNow,
			Who: sshd + " Each login waits for the lookups; rules with host names (from=, AllowUsers, Match Host, " +
				"hostbased) do not match them.",
			Do: "One of these is enough. If nothing on the server depends on host names, set UseDNS no: that ends the " +
				"lookups and the complaints. Otherwise ask the operator of the reverse zone to correct or remove the PTR record. Write addresses " +
				"instead of names into from=. A line in the server's hosts file is the last resort, for an address that " +
				"is fixed.",
			Example: "203.0.113.40: its reverse name dsl-40.isp.example resolves elsewhere (203.0.113.99); anna logs in " +
				"to fs1 from there (209 logins)",
		},
		{
			Code: "login.was-badly-mapped",
			Means: "The server complained about the reverse name of an address from which somebody logs in. By now DNS " +
				"is in order: the name resolves back, or there is no PTR record any more.",
			Sure:    thenAndNow,
			Who:     "Nobody any more.",
			Do:      "Nothing.",
			Example: "203.0.113.41: its reverse name old.isp.example did not resolve; now it resolves back",
		},
		{
			Code: "login.refused-by-name",
			Means: "A client offered a key that is in authorized_keys, and the server refused it: from= of that key " +
				"asks for a host name, and the server did not know the client by that name. Either its " +
				"reverse name does not resolve back, or the server does not look names up at all (UseDNS no, the default " +
				"since OpenSSH 6.8).",
			Sure: "That the key is in authorized_keys is sure, but not that the client has the private key: sshd looks at " +
				"from= before it asks for a signature, so whoever has the public key can cause this. The list is from the server's own message, since OpenSSH 7.7; it is " +
				"cut at 200 bytes, and the text ends in ... then.",
			Who: "The owner of the key: often a backup or another job that nobody watches.",
			Do: "One of these is enough. Add the client's address or its network to from=. That works whether UseDNS is on or off, and does not " +
				"depend on somebody else's DNS. Or have the PTR record corrected.",
			Example: `140.99.28.179: it offered an authorized key of backup, and fs1 refused it 46 times: ` +
				`from="*.deru.net,good.example.com" asks for a name, but the server knows it by its address only: its ` +
				`reverse name 179.cureconsulting.deru.net does not exist (NXDOMAIN)`,
		},
		{
			Code: "login.refused-from",
			Means: "A client offered a key that is in authorized_keys, and the server refused it, because from= of that " +
				"key does not have its address. No name of the client would have helped.",
			Sure: "That the key is in authorized_keys is sure, but not that the client has the private key: sshd looks at " +
				"from= before it asks for a signature, so whoever has the public key can cause this.",
			Who: "The owner of the key, who moved to another address. Or somebody has a key that they should not have: " +
				"this is what from= is for.",
			Do: "Ask the owner of the key. Add the address to from= only if they were there; otherwise replace the key.",
			Example: `198.51.100.20: it offered an authorized key of git, and fs1 refused it 2 times: its address is not in ` +
				`from="10.0.0.0/8"`,
		},
		{
			Code: "login.refused-certificate",
			Means: "A client offered a certificate that the server trusts, and the server refused it: the certificate has " +
				"the critical option source-address, which does not have the client's address. No name of the client would " +
				"have helped, and neither would from= in authorized_keys.",
			Sure: "That the server trusts the certificate is sure, but not that the client has the private key: sshd looks " +
				"at the options before it asks for a signature, so whoever has the certificate can cause this. sshd does " +
				"not say which addresses the certificate has; 'ssh-keygen -L -f' shows them.",
			Who: "The owner of the certificate, who moved to another address. Or somebody has a certificate that they " +
				"should not have: this is what source-address is for.",
			Do: "Ask the owner. Have a certificate issued with that address only if they were there; otherwise revoke it " +
				"(RevokedKeys).",
			Example: "198.51.100.21: it offered a valid certificate of deploy, and fs1 refused it 2 times: its address is " +
				"not in the certificate's source-address",
		},
		{
			Code: "login.denied-by-name",
			Means: "A user was not allowed to log in. AllowUsers in sshd_config has a rule with a host name that would " +
				"let them in, but the server could not confirm the client's name in that connection, so it knew only the address.",
			Sure: "The complaint about the name and the refusal are of the same connection. The rule is from the sshd_config that was read (--sshd-config); the log is of the same server only if " +
				"you chose it so.",
			Who: "That user, from that address.",
			Do:  "Write the address or its network into the rule, or have the PTR record corrected.",
			Example: "203.0.113.42: ben was not allowed to log in to fs1: AllowUsers \"ben@*.isp.example\" " +
				"(/etc/ssh/sshd_config:9) uses a host name, and in the same connection the server could not " +
				"confirm the client's: its reverse name dsl-42.isp.example does not exist (NXDOMAIN)",
		},
		{
			Code: "hostbased.mismatch",
			Means: "A client tried hostbased authentication, and the name that it gave is not the one that the server " +
				"found for its address. Without a reverse name that resolves back, that is always so.",
			Sure: "The log's part is sure. Strangers can cause it too: anybody can try hostbased authentication.",
			Who:  "Users of hosts that log in to each other without keys of their own, as in clusters.",
			Do: "Correct the PTR record of the client, and compare its name with shosts.equiv and ssh_known_hosts on the " +
				"server.",
			Example: "192.0.2.17: hostbased authentication failed 3 times on fs1, because the server finds another name " +
				"for this address than the client gives",
		},
		{
			Code: "zone.dead",
			Means: "Nothing answers for the reverse zone of several clients that log in: each lookup ends in a timeout " +
				"or an error. A server with UseDNS yes waits for the answers at each login.",
			Sure: "It says that this machine got no answer now. Another resolver may get one.",
			Who:  "All clients of that network, at servers with UseDNS yes.",
			Do: "Try another DNS server (--resolver). If that does not help, tell the operator of the zone, or set " +
				"UseDNS no.",
			Example: "no answer about the reverse names of 3 clients that log in, all in 100.51.198.in-addr.arpa: its DNS " +
				"servers seem to be down, so a server with UseDNS yes makes each login wait",
		},
		{
			Code: "zone.badly-mapped",
			Means: "Many clients that log in have reverse names in the same zone that do not resolve back, so one " +
				"operator can correct them all.",
			Sure:    thenAndNow,
			Who:     "The users behind these addresses, at servers with UseDNS yes.",
			Do:      "Write to the operator of the zone once for all of them. The address is from the zone's SOA record.",
			Example: "9 clients that log in have wrong reverse names in 113.0.203.in-addr.arpa",
		},
	}
}
