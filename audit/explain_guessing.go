package audit

import "rdnsproxy/check"

// explainGuessing explains the codes about guessing.
func explainGuessing() []check.Explanation {
	return []check.Explanation{
		{
			Code: "login.after-guessing",
			Means: "An address failed at least ten times, or for at least three users, and then logged in. That is what " +
				"guessing looks like that was successful. Many people behind one address look the same: an office, a " +
				"university, a provider's NAT.",
			Sure: "The order of events is sure, as far as the log is. What they mean is not. The reverse name says " +
				"nothing about it, good or bad.",
			Who: "The user whose account it was, and everybody on that server.",
			Do: "Ask the user. Look at what the login did: 'last', the shell's history, new keys in authorized_keys, " +
				"new cron jobs. If nobody can explain it, treat the account as taken over.",
			Example: "198.51.100.77 logged in to web17 as deploy on 22 Nov 2026 03:14 UTC, after 1,204 failed attempts " +
				"for about 61 users on more than 8 servers",
		},
		{
			Code: "guessing.badly-mapped",
			Means: "Some of the addresses that tried to log in and failed have reverse names that do not resolve back. " +
				"sshd's words POSSIBLE BREAK-IN ATTEMPT (up to 7.2) are about nothing else than that. Addresses with good " +
				"reverse names guess as well, and most addresses with bad ones are ordinary customers of careless " +
				"providers.",
			Sure: "Sure: it is counted.",
			Who:  "Nobody: the check of the reverse name keeps nobody out.",
			Do:   "Nothing about DNS.",
			Example: "4 addresses that failed to log in had wrong reverse names; that makes guessing neither better nor " +
				"worse",
		},
		{
			Code: "guessing",
			Means: "Addresses tried to log in and failed, and none of them ever got in. Every SSH server that the " +
				"internet can reach has this in its log.",
			Sure: "Sure: it is counted. Users who only ever mistyped their password are among them.",
			Who:  "Nobody, as long as no password is weak.",
			Do: "Allow keys only (PasswordAuthentication no), or slow guessing down with fail2ban or PerSourcePenalties " +
				"(OpenSSH 9.8).",
			Example: "24 addresses tried to log in and failed (532 failed attempts); none of them got in",
		},
	}
}

// explainServers explains the codes about how servers use names.
func explainServers() []check.Explanation {
	const proofs = "That it looked names up is sure: only a server with UseDNS yes complains about reverse names, or " +
		"knows clients by name."
	return []check.Explanation{
		{
			Code: "sshd.usedns-on",
			Means: "The server looks up the reverse name of each client, and the addresses of that name (UseDNS yes). " +
				"It was the default up to OpenSSH 6.7. Host names in from=, AllowUsers, DenyUsers and Match Host, and " +
				"hostbased authentication, need it; without them it only makes logins wait.",
			Sure: proofs + " What depends on names is from the log and from the sshd_config that was read; authorized_keys " +
				"files were not read.",
			Who: "Every client of the server: each login waits for the lookups.",
			Do: "If nothing depends on names, set UseDNS no. Look into authorized_keys files for from= with names first. " +
				"Otherwise write addresses into these rules, and then set it.",
			Example: "LabSZ looks up the names of its clients (UseDNS yes): 90 lines show it; nothing in this log depends on " +
				"a client's name",
		},
		{
			Code: "sshd.usedns-past",
			Means: "The server used to look up the names of its clients. Its sshd_config says UseDNS no now, or no line " +
				"shows it any more, for much longer than usual.",
			Sure:    proofs + " That it no longer does is a guess unless sshd_config was read.",
			Who:     "Nobody.",
			Do:      "Nothing.",
			Example: "web5 looked up the names of its clients: 12 lines show it, and no later one",
		},
		{
			Code: "slow.login",
			Means: "The server takes a second or more to look up the name of a client, and the client waits for that " +
				"before it can log in. It is measured where the server logs both the beginning of a connection and a " +
				"complaint about its reverse name (LogLevel VERBOSE).",
			Sure:    "Sure, for these clients. How long the others wait is not in the log.",
			Who:     "Users of the server: this is the pause before the password prompt.",
			Do:      "Set UseDNS no if nothing depends on names, or check the server's DNS servers.",
			Example: "clients with a bad reverse name wait 5.3 s (median) while fs1 looks it up, at most 10.2 s",
		},
	}
}
