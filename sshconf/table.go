package sshconf

const (
	yesNo     = oneOf("yes no true=yes false=no")
	logLevels = oneOf("quiet=QUIET fatal=FATAL error=ERROR info=INFO verbose=VERBOSE " +
		"debug=DEBUG debug1=DEBUG debug2=DEBUG2 debug3=DEBUG3")
	ciphers = "aes128-ctr aes192-ctr aes256-ctr " +
		"aes128-gcm@openssh.com aes256-gcm@openssh.com chacha20-poly1305@openssh.com"
	macs = "hmac-sha2-256 hmac-sha2-512 hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com " +
		"umac-128-etm@openssh.com umac-128@openssh.com"
	exchanges = "curve25519-sha256 curve25519-sha256@libssh.org " +
		"diffie-hellman-group14-sha256 diffie-hellman-group16-sha512 " +
		"ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521"
	keyTypes = "ssh-ed25519 ssh-rsa rsa-sha2-256 rsa-sha2-512 " +
		"ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521"

	globalKnownHosts = "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2"
	userKnownHosts   = "~/.ssh/known_hosts ~/.ssh/known_hosts2"
)

// table holds the keywords of ssh_config(5), of OpenSSH 9.2 with Debian's patches.
// Host, Match and Include, which shape a file, are dealt with by name.
//
// It holds no closure, so that the compiler lays it out and nothing is made before
// main.
var table = [...]keyword{
	// What Lookup tells, in ssh -G's order.
	{name: "user", told: true, text: form(account)},
	{name: "hostname", told: true, text: form(hostName), needs: renaming},
	{name: "port", told: true, text: form(port), unset: "22"},
	{name: "addressfamily", told: true, text: oneOf("any inet inet6"), unset: "any"},
	{name: "batchmode", told: true, text: yesNo, unset: "no"},
	{name: "canonicalizehostname", told: true, text: oneOf("no=false false"), unset: "false"},
	{name: "controlmaster", told: true, text: oneOf("no=false false yes=true true ask auto autoask"), unset: "false"},
	{name: "gssapiauthentication", told: true, text: yesNo},
	{name: "gssapikeyexchange", told: true},
	{name: "gssapidelegatecredentials", told: true, text: yesNo},
	{name: "gssapitrustdns", told: true},
	{name: "gssapirenewalforcesrekey", told: true},
	{name: "gssapiclientidentity", told: true},
	{name: "gssapiserveridentity", told: true},
	{name: "gssapikexalgorithms", told: true},
	{name: "hostbasedauthentication", told: true, text: yesNo, unset: "no"},
	{name: "proxyusefdpass", told: true, text: yesNo, needs: []string{"proxyjump"}, unset: "no"},
	{name: "tcpkeepalive", told: true, text: yesNo, unset: "yes"},
	{name: "verifyhostkeydns", told: true, text: oneOf("no=false false yes=true true ask"), unset: "false"},
	{name: "connectionattempts", told: true, text: form(number), unset: "1"},
	{name: "bindaddress", told: true, text: form(word)},
	{name: "bindinterface", told: true, text: form(word)},
	{name: "controlpath", told: true, text: form(socket), none: nothing, tilde: true, tokens: "hnpr"},
	{name: "hostkeyalias", told: true, text: form(lowerWord)},
	{name: "loglevel", told: true, text: logLevels, unset: "INFO"},
	{name: "globalknownhostsfile", told: true, text: form(untilded), unset: globalKnownHosts},
	{name: "userknownhostsfile", told: true, text: form(paths), tilde: true, unset: userKnownHosts},
	{name: "connecttimeout", told: true, text: form(duration), none: notYet, unset: "none"},
	{name: "controlpersist", told: true, text: form(persist), unset: "no"},
	{name: "ipqos", told: true, text: form(qos)},
	{name: "proxycommand", told: true, text: form(command), none: nothing, needs: []string{"proxyjump"}},
	{name: "proxyjump", told: true, text: form(jump), none: nothing, needs: []string{"proxycommand"},
		with: "proxycommand"},

	// What ordinary files hold besides: judged, so that ssh need not be asked.
	{name: "addkeystoagent", text: oneOf("yes no ask confirm")},
	{name: "canonicalizepermittedcnames", text: exactly("none")},
	{name: "certificatefile", text: form(word)},
	{name: "challengeresponseauthentication", text: yesNo},
	{name: "checkhostip", text: yesNo},
	{name: "ciphers", text: list{known: ciphers}},
	{name: "clearallforwardings", text: yesNo},
	{name: "compression", text: oneOf("yes no")},
	{name: "dynamicforward", text: form(port)},
	{name: "escapechar", text: exactly("none ~")},
	{name: "exitonforwardfailure", text: yesNo},
	{name: "forwardagent", text: yesNo},
	{name: "forwardx11", text: yesNo},
	{name: "forwardx11trusted", text: yesNo},
	{name: "gatewayports", text: yesNo},
	{name: "hashknownhosts", text: yesNo},
	{name: "hostkeyalgorithms", text: list{"+", keyTypes}},
	{name: "identitiesonly", text: yesNo},
	{name: "identityagent", text: form(agent)},
	{name: "identityfile", text: form(word)},
	{name: "ignoreunknown", text: form(word)},
	{name: "kbdinteractiveauthentication", text: yesNo},
	{name: "kexalgorithms", text: list{"+", exchanges}},
	{name: "localcommand", text: form(command)},
	{name: "localforward", text: form(forward)},
	{name: "macs", text: list{known: macs}},
	{name: "nohostauthenticationforlocalhost", text: yesNo},
	{name: "numberofpasswordprompts", text: form(number)},
	{name: "passwordauthentication", text: yesNo},
	{name: "permitlocalcommand", text: yesNo},
	{name: "preferredauthentications", text: form(word)},
	{name: "pubkeyauthentication", text: yesNo},
	{name: "remotecommand", text: form(remote)},
	{name: "remoteforward", text: form(forward)},
	{name: "requesttty", text: oneOf("yes no force auto")},
	{name: "sendenv", text: form(names)},
	{name: "serveralivecountmax", text: form(number)},
	{name: "serveraliveinterval", text: form(duration)},
	{name: "setenv", text: form(assignment)},
	{name: "streamlocalbindunlink", text: yesNo},
	{name: "stricthostkeychecking", text: oneOf("yes no ask off accept-new")},
	{name: "updatehostkeys", text: oneOf("yes no ask")},
	{name: "visualhostkey", text: yesNo},
	{name: "xauthlocation", text: form(word)},

	// What only ssh reads: builds differ in it, or hardly any file holds it. Where it
	// bears on an answer, or is to be judged, ssh -G is asked.
	{name: "canonicaldomains"},
	{name: "canonicalizefallbacklocal"},
	{name: "canonicalizemaxdots"},
	{name: "casignaturealgorithms"},
	{name: "enableescapecommandline"},
	{name: "enablesshkeysign"},
	{name: "fingerprinthash"},
	{name: "forkafterauthentication"},
	{name: "forwardx11timeout"},
	{name: "hostbasedacceptedalgorithms"},
	{name: "kbdinteractivedevices"},
	{name: "knownhostscommand"},
	{name: "logverbose"},
	{name: "permitremoteopen"},
	{name: "pkcs11provider"},
	{name: "pubkeyacceptedalgorithms"},
	{name: "rekeylimit"},
	{name: "requiredrsasize"},
	{name: "revokedhostkeys"},
	{name: "securitykeyprovider"},
	{name: "sessiontype"},
	{name: "stdinnull"},
	{name: "streamlocalbindmask"},
	{name: "syslogfacility"},
	{name: "tunnel"},
	{name: "tunneldevice"},
}
