package check

// explainConnect explains the codes about connecting to an address.
func explainConnect() []Explanation {
	const (
		notice = " It is an error, or a notice if another address of the host speaks SSH."
		you    = "You: ssh cannot use this address."
	)
	return []Explanation{
		{
			Code:    "connect.refused",
			Means:   "The host answered that nothing listens on the port." + notice,
			Sure:    "Sure at the moment of the check. A firewall can answer in the host's place.",
			Who:     you,
			Do:      "Check that sshd runs and listens on this port.",
			Example: "203.0.113.23 port 22: connection refused",
		},
		{
			Code:  "connect.timeout",
			Means: "The host did not answer within the connection timeout." + notice,
			Sure: "It says only that no answer came in time: the host is down, the address is wrong, or a " +
				"firewall drops the packets.",
			Who: you,
			Do: "Check that the host is up and that no firewall on the path blocks the port. --connect-timeout " +
				"waits longer.",
			Example: "203.0.113.24 port 22: no answer in time",
		},
		{
			Code:    "connect.unreachable",
			Means:   "The network reported that the host or its network cannot be reached." + notice,
			Sure:    "Sure at the moment of the check.",
			Who:     you,
			Do:      "Check the host, the route to it, and whether a VPN is needed.",
			Example: "203.0.113.28 port 22: no route to host",
		},
		{
			Code:    "connect.failed",
			Means:   "Connecting failed for another reason, which the finding names." + notice,
			Sure:    "Sure at the moment of the check.",
			Who:     you,
			Do:      "Check the reason. 'permission denied' usually means a firewall on this machine.",
			Example: "203.0.113.31 port 22: permission denied",
		},
		{
			Code: "connect.exhausted",
			Means: "This machine had no file descriptor, memory or local port left to connect with. Nothing is " +
				"known about the host.",
			Sure: "Sure about this machine.",
			Who:  "This run of check.",
			Do: "Raise the limit of open files ('ulimit -n'), or check fewer targets at once with --jobs. " +
				"'rdnsproxy help limits' shows what a run may use.",
			Example: "203.0.113.34 port 22: this machine cannot open another connection: too many open files",
		},
		{
			Code: "connect.skipped",
			Means: "This machine has no route for the address's family, so the address was not tried. It is an " +
				"error only if this applies to all addresses.",
			Sure:    "Sure for this machine's routes.",
			Who:     "Nobody, as long as another address works.",
			Do:      "Nothing, or -4 to leave IPv6 out.",
			Example: "2001:db8::7 port 22: this machine has no IPv6 route",
		},
		{
			Code:  "ssh.silent",
			Means: "The server accepts the connection but sends no SSH banner." + notice,
			Sure:  "Sure at the moment of the check.",
			Who:   you,
			Do: "Check the server's load and log. A service that waits for the client to speak first, such as " +
				"HTTPS, looks the same.",
			Example: "203.0.113.26 port 22: accepts connections but sends no SSH banner",
		},
		{
			Code:  "ssh.closed",
			Means: "The server accepted the connection and closed it before it identified itself." + notice,
			Sure:  "Sure at the moment of the check.",
			Who:   you,
			Do: "Look at sshd's log: MaxStartups, PerSourcePenalties, tcp wrappers (hosts.deny) and an sshd " +
				"that fails to start a session all look like this.",
			Example: "203.0.113.25 port 22: closes the connection before sending an SSH banner",
		},
		{
			Code:    "ssh.other",
			Means:   "What answers on the port does not speak SSH 2. The finding shows its first line." + notice,
			Sure:    "Sure.",
			Who:     you,
			Do:      "Check the port, and which program listens on it.",
			Example: "203.0.113.27 port 22: does not speak SSH: HTTP/1.1 400 Bad Request",
		},
		{
			Code: "ssh.stalled",
			Means: "The server identified itself as SSH, then stalled, disconnected or broke the protocol before " +
				"it had proven a host key. ssh fails there too." + notice,
			Sure: "Sure at the moment of the check.",
			Who:  you,
			Do: "Check sshd's log, and firewalls that inspect traffic. A path that drops large packets (MTU) " +
				"looks the same.",
			Example: "203.0.113.45 port 22: sends an SSH banner, then fails: the server did not begin the key " +
				"exchange in time",
		},
		{
			Code: "ssh.negotiate",
			Means: "ssh and the server have no algorithm in common: no key exchange method, host key type, cipher " +
				"or MAC. The lists are those of 'ssh -G' and of the server; where no ssh is installed, a recent " +
				"release's lists are assumed, and 'ssh.client' in the JSON says so." + notice,
			Sure: "Sure. ssh fails with the same message.",
			Who:  you,
			Do: "Update the server. Until then, allow what it offers for this host only, for example " +
				"HostKeyAlgorithms +ssh-rsa in its Host block of ssh's configuration.",
			Example: "Unable to negotiate with 203.0.113.44 port 22: no matching host key type found. Their " +
				"offer: ssh-rsa",
		},
		{
			Code:  "ssh.version1",
			Means: "The server speaks only version 1 of the SSH protocol. OpenSSH dropped it in 7.6." + notice,
			Sure:  "Sure.",
			Who:   you,
			Do:    "Update the server.",
			Example: "203.0.113.46 port 22: speaks only SSH 1 (SSH-1.5-1.2.27), which OpenSSH no longer " +
				"supports since 7.6",
		},
		{
			Code: "ssh.turned-away",
			Means: "sshd refuses connections from this machine at the moment: too many connections have not " +
				"logged in yet (MaxStartups), or this machine's address has a penalty (PerSourcePenalties, since " +
				"OpenSSH 9.8). Checks connect without logging in, so they can be the cause themselves. This run " +
				"does not connect there again; with --wait it does after 15 s.",
			Sure: "Sure about the refusal. Nothing is known about the host's keys.",
			Who: "You and everybody else behind this machine's address: ssh is refused as well, until the " +
				"penalty expires (15 s or more by default).",
			Do: "Wait, then look at sshd's log for the reason. Other users and machines behind the same " +
				"address add to the penalty, and rdnsproxy cannot see them.",
			Example: "203.0.113.41 port 22: sshd is refusing connections from this machine (Not allowed at this " +
				"time); frequent checks can be the cause, and ssh is refused as well",
		},
		{
			Code: "ssh.skipped",
			Means: "No connection was made. sshd counts a penalty of one second for each connection without a " +
				"login and refuses an address from 15 seconds on. rdnsproxy remembers the connections that its " +
				"checks make and keeps the penalty below 10 seconds; addresses of a name with the same host key " +
				"count as one sshd. The time for the target was too short to wait for that.",
			Sure: "It says nothing about the host.",
			Who:  "Only the check.",
			Do:   "Check less often, or give the target more time with --target-timeout.",
			Example: "203.0.113.42 port 22: not connected: this machine has made too many connections without a " +
				"login lately, and one more could make sshd lock it out (PerSourcePenalties); the next is " +
				"possible in 4 s",
		},
		{
			Code: "target.cut-short",
			Means: "The time for the whole target (--target-timeout, 30 s by default, or what was left of --wait) " +
				"ran out before everything was known. The finding names the phase.",
			Sure:    "Sure. What was found before is still valid.",
			Who:     "Only the check. ssh has its own limit, ConnectTimeout.",
			Do:      "Find out why that phase is slow, or give the target more time with --target-timeout.",
			Example: "time for the target ran out while connecting (203.0.113.43)",
		},
		{
			Code: "ssh.keyless",
			Means: "The server speaks SSH, and ssh can negotiate with it, but rdnsproxy could not fetch the " +
				"host key, or not all that were asked for: for example, it lacks an algorithm that the server and " +
				"ssh share. It is unknown instead of a notice if known_hosts has a key for the host and the key " +
				"that ssh would be shown is missing.",
			Sure: "Sure at the moment of the check.",
			Who:  "The check: it cannot compare those host keys. ssh itself may be able to connect.",
			Do:   "Check the reason in the finding. 'ssh -v HOST' shows what ssh negotiates.",
			Example: "203.0.113.30: host keys could not be fetched: the server offers only key exchanges that this " +
				"program does not support: sntrup761x25519-sha512@openssh.com",
		},
	}
}

// explainKeys explains the codes about host keys.
func explainKeys() []Explanation {
	const you = "You: ssh refuses to connect at the next login."
	return []Explanation{
		{
			Code:  "hostkey.unknown",
			Means: "known_hosts has no key for this host, or none of the type that ssh would be shown.",
			Sure:  "Sure for the known_hosts files that ssh would read.",
			Who: "You: ssh asks whether to continue. With StrictHostKeyChecking yes it refuses, and the " +
				"finding is an error.",
			Do: "Get the fingerprint from the host's administrator out of band. 'check --print-known-hosts " +
				"--expect-hostkey SHA256:...' then prints the line for known_hosts.",
			Example: "no host key of 203.0.113.20 is known yet (ssh-ed25519 " +
				"SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU)",
		},
		{
			Code: "hostkey.changed",
			Means: "The server presents another host key than the one in known_hosts. The host was reinstalled, " +
				"the address belongs to another machine now, or somebody intercepts the connection.",
			Sure: "Sure about the difference. Only the host's administrator can tell you the reason.",
			Who:  you,
			Do: "Do not log in, and do not add a hosts line. Verify the fingerprint with the host's " +
				"administrator out of band. If the new key is right, remove the old one with 'ssh-keygen -R HOST'; " +
				"the finding's advice is the whole command.",
			Example: "203.0.113.21 presents host key ssh-ed25519 " +
				"SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU, which does not match the known ssh-ed25519 " +
				"SHA256:rkhDqPbC9HEmFHVPrTUFkc9WaULVqkKp8lNlrk4gCn0 (/home/chris/.ssh/known_hosts:14)",
		},
		{
			Code: "hostkey.refused",
			Means: "ssh refuses the host key whatever known_hosts says: it is an RSA key shorter than " +
				"RequiredRSASize, a RevokedHostKeys file cannot be read or is malformed, or KnownHostsCommand fails.",
			Sure: "Sure: the configuration is the one that 'ssh -G HOST' prints.",
			Who:  you,
			Do:   "Fix the file or the command that the finding names, or have a longer key generated on the host.",
			Example: "ssh refuses the ssh-ed25519 host key of 203.0.113.20: RevokedHostKeys /etc/ssh/revoked: no " +
				"such file or directory",
		},
		{
			Code: "hostkey.unchecked",
			Means: "This is a loopback address and NoHostAuthenticationForLocalhost is yes, so ssh accepts " +
				"any host key.",
			Sure: "Sure. With a ProxyCommand ssh does not know the address, so the setting has no effect.",
			Who:  "You, if the program that listens on that port is not the one you expect.",
			Do:   "Nothing, if that is what you want. With HostKeyAlias ssh looks up the key by that name instead.",
			Example: "ssh accepts any host key of 127.0.0.1, because NoHostAuthenticationForLocalhost is yes; it " +
				"presents ssh-ed25519 SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
		},
		{
			Code: "hostkey.certificate",
			Means: "The server presents a host certificate that is signed by an authority in known_hosts but is " +
				"not valid. ssh says so, and checks the plain key instead.",
			Sure: "Sure, if this machine's clock is right.",
			Who:  "You, unless known_hosts has the plain key as well.",
			Do: "Ask the operator of the authority for a new certificate: valid now, for this host's name, " +
				"signed with one of CASignatureAlgorithms.",
			Example: "the certificate of the ssh-ed25519 host key of 203.0.113.20 is not valid here: it expired " +
				"on 2024-05-01",
		},
		{
			Code: "hostkey.unevaluated",
			Means: "ssh's verdict on the host key depends on something that could not be evaluated here: a " +
				"KnownHostsCommand that did not finish in time or must not be run, a known_hosts file that could " +
				"not be read to its end, or an unknown release of ssh. It is a notice if ssh ignores it too.",
			Sure:    "The verdict that is shown for the key ignores it.",
			Who:     "Nobody yet: ssh itself evaluates it at login.",
			Do:      "Check what the finding names. 'ssh -v HOST' shows what ssh does with it.",
			Example: "the ssh-ed25519 host key of 203.0.113.20: KnownHostsCommand did not end in time",
		},
		{
			Code:  "hostkey.revoked",
			Means: "The host key is marked as revoked: somebody declared that it must not be trusted any more.",
			Sure:  "Sure.",
			Who:   "You: ssh refuses the host.",
			Do: "Do not log in. The host needs a new key; a server that still uses the old one may " +
				"be an impostor.",
			Example: "203.0.113.22 presents a revoked host key: ssh-rsa " +
				"SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8 (/home/chris/.ssh/known_hosts:2)",
		},
		{
			Code:  "hostkey.unexpected",
			Means: "The server presents none of the host keys that --expect-hostkey names.",
			Sure:  "Sure.",
			Who: "Anybody who relies on --expect-hostkey: the address belongs to another host, or the expected " +
				"key is out of date.",
			Do:      "Verify the fingerprint with the host's administrator out of band.",
			Example: "203.0.113.20 presents none of the expected host keys",
		},
		{
			Code:    "hostkey.unseen",
			Means:   "No host key was seen, although --expect-hostkey names one.",
			Sure:    "Sure at the moment of the check.",
			Who:     "Anybody who relies on --expect-hostkey.",
			Do:      "See the other findings for the reason, and run the check where the host can be reached directly.",
			Example: "no host key of web1.example.com was seen, so the expected one could not be confirmed",
		},
		{
			Code: "hostkey.withheld",
			Means: "The address presents no host key, although one is known or expected for this host. A machine " +
				"whose address comes from a forged DNS answer cannot present the host's key, and may hide that by " +
				"presenting none.",
			Sure: "Sure that no key was seen at the moment of the check. A host that is down or overloaded " +
				"looks the same.",
			Who: "You: nothing vouches for this address. 'rdnsproxy hosts add' refuses it.",
			Do: "Do not add a hosts line for this address. See the finding about the connection, and try again " +
				"when the host is up.",
			Example: "203.0.113.20 presents no host key, although known_hosts has one for web1.example.com",
		},
		{
			Code: "sshfp.match",
			Means: "SSHFP records in DNS have the fingerprint of the host key, and the DNS answer was " +
				"validated (DNSSEC).",
			Sure: "As sure as DNSSEC and the path to the validating resolver.",
			Who: "With VerifyHostKeyDNS yes, ssh trusts the key without asking, whatever known_hosts says. " +
				"Otherwise it asks, or decides by known_hosts.",
			Do:      "Nothing.",
			Example: "SSHFP records of a validated zone vouch for the ssh-ed25519 key of 203.0.113.20",
		},
		{
			Code: "sshfp.untrusted",
			Means: "SSHFP records have the fingerprint of the host key, but the answer was not validated, so it " +
				"proves nothing.",
			Sure: "Sure. Anybody who can forge the address can forge these records.",
			Who:  "Nobody: ssh ignores the records, or asks.",
			Do: "Sign the zone, use a validating resolver, and set 'options trust-ad' in resolv.conf if the " +
				"path to it is safe.",
			Example: "SSHFP records match the ssh-ed25519 key of 203.0.113.20, but ssh does not trust them: " +
				"resolv.conf does not say 'options trust-ad'",
		},
		{
			Code: "sshfp.mismatch",
			Means: "The host has SSHFP records, but one for this key type has another fingerprint. With " +
				"VerifyHostKeyDNS, it can also mean that none is for this key type.",
			Sure: "Sure about the difference. Usually the host was reinstalled and its records were not updated.",
			Who:  "With VerifyHostKeyDNS, ssh prints its warning about a changed key.",
			Do: "Verify the host key, then update the SSHFP records ('ssh-keygen -r HOST' on the host " +
				"prints them).",
			Example: "SSHFP records do not match the ssh-ed25519 key of 203.0.113.20",
		},
	}
}

// explainSlow explains the codes about slow phases.
func explainSlow() []Explanation {
	const sure = "Measured once. A single slow answer may be chance."
	return []Explanation{
		{
			Code:  "slow.resolve",
			Means: "Looking up the name took a second or more.",
			Sure:  sure,
			Who:   "Every program on this machine that uses the name.",
			Do: "Check the first DNS server in resolv.conf: if it does not answer, each lookup waits " +
				"for its timeout.",
			Example: "looking up slow.example.com took 2.0 s",
		},
		{
			Code:  "slow.reverse",
			Means: "The reverse lookup of the address took a second or more.",
			Sure:  sure,
			Who:   "Programs that look up the reverse name: with UseDNS yes, sshd makes the login wait.",
			Do:    "The operator of the reverse zone should check its name servers.",
			Example: "the reverse lookup of 203.0.113.9 took 3.1 s: anything that waits for it, such as an sshd " +
				"with UseDNS yes, is just as slow",
		},
		{
			Code:    "slow.connect",
			Means:   "Connecting to the address took a second or more.",
			Sure:    sure,
			Who:     "You, at every login.",
			Do:      "Check the network: a lost first packet costs one second.",
			Example: "connecting to 203.0.113.20 took 1.0 s",
		},
		{
			Code:  "slow.identify",
			Means: "The server took a second or more before it identified itself.",
			Sure:  sure,
			Who:   "You, at every login.",
			Do: "On the server, check what happens before the banner: tcp wrappers, a reverse lookup of your " +
				"address, load.",
			Example: "203.0.113.20 took 5.0 s to send its SSH banner: it may be looking up this machine's name",
		},
		{
			Code:    "slow.hostkeys",
			Means:   "Fetching the host keys took a second or more.",
			Sure:    sure,
			Who:     "You, at every login.",
			Do:      "Check the server's load.",
			Example: "fetching the host keys of 203.0.113.20 took 1.4 s",
		},
	}
}
