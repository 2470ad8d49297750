package sshconf

import (
	"slices"
	"sync"
)

// order is every keyword that the package tells about, as ssh -G orders them.
var order = []string{
	"user", "hostname", "port", "addressfamily", "canonicalizehostname",
	"controlmaster", "gssapiauthentication", "gssapikeyexchange",
	"gssapidelegatecredentials", "gssapitrustdns", "gssapirenewalforcesrekey",
	"gssapikexalgorithms", "gssapiclientidentity", "gssapiserveridentity",
	"hostbasedauthentication", "tcpkeepalive", "verifyhostkeydns",
	"connectionattempts", "bindaddress", "bindinterface", "controlpath",
	"hostkeyalias", "loglevel", "globalknownhostsfile", "userknownhostsfile",
	"connecttimeout", "controlpersist", "ipqos", "proxycommand", "proxyjump",
}

// unset is ssh's own default, as far as every build has the same.
func unset(keyword string) string {
	switch keyword {
	case "port":
		return "22"
	case "addressfamily":
		return "any"
	case "canonicalizehostname", "controlmaster", "verifyhostkeydns":
		return "false"
	case "hostbasedauthentication", "controlpersist":
		return "no"
	case "tcpkeepalive":
		return "yes"
	case "connectionattempts":
		return "1"
	case "connecttimeout":
		return "none"
	case "loglevel":
		return "INFO"
	case "globalknownhostsfile":
		return "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2"
	}
	return ""
}

// Keywords lists, in ssh -G's order, what a query without Keywords tells about.
func Keywords() []string { return slices.Clone(order) }

// shape judges the text after a keyword. ok means that every OpenSSH since 8.0
// and the library read it alike; shown is then ssh -G's spelling of it, or,
// where that depends on the host (finish.go), the text itself.
//
// This is an allow-list. A value that is missing here is not wrong: ssh -G is
// asked about it.
type shape func(text string) (shown string, ok bool)

// shapes holds every keyword that may stand in a file that is read here. It is
// made when it is first asked for: a relay that finds nothing mentioned has no
// use for it.
var shapes = sync.OnceValue(func() map[string]shape {
	return map[string]shape{
		// what the program asks for
		"addressfamily":               choice("any", "inet", "inet6"),
		"bindaddress":                 word,
		"bindinterface":               word,
		"canonicalizehostname":        spelled("no", "false", "false", "false"),
		"canonicalizepermittedcnames": exactly("none"),
		"connectionattempts":          number,
		"connecttimeout":              duration,
		"controlmaster":               spelled("no", "false", "false", "false", "yes", "true", "true", "true", "ask", "ask", "auto", "auto", "autoask", "autoask"),
		"controlpath":                 socket,
		"controlpersist":              persist,
		"globalknownhostsfile":        untilded,
		"gssapiauthentication":        flag,
		"gssapidelegatecredentials":   flag,
		"hostbasedauthentication":     flag,
		"hostkeyalias":                lowerWord,
		"hostname":                    hostName,
		"ipqos":                       qos,
		"loglevel":                    spelled("quiet", "QUIET", "fatal", "FATAL", "error", "ERROR", "info", "INFO", "verbose", "VERBOSE", "debug", "DEBUG", "debug1", "DEBUG", "debug2", "DEBUG2", "debug3", "DEBUG3"),
		"port":                        port,
		"proxycommand":                command,
		"proxyjump":                   jump,
		"tcpkeepalive":                flag,
		"user":                        account,
		"userknownhostsfile":          paths,
		"verifyhostkeydns":            spelled("no", "false", "false", "false", "yes", "true", "true", "true", "ask", "ask"),

		// what ordinary files hold besides
		"addkeystoagent":                   choice("yes", "no", "ask", "confirm"),
		"batchmode":                        flag,
		"certificatefile":                  word,
		"challengeresponseauthentication":  flag,
		"checkhostip":                      flag,
		"ciphers":                          list("", "aes128-ctr", "aes192-ctr", "aes256-ctr", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"),
		"clearallforwardings":              flag,
		"compression":                      choice("yes", "no"),
		"dynamicforward":                   port,
		"escapechar":                       exactly("none", "~"),
		"exitonforwardfailure":             flag,
		"forwardagent":                     flag,
		"forwardx11":                       flag,
		"forwardx11trusted":                flag,
		"gatewayports":                     flag,
		"hashknownhosts":                   flag,
		"hostkeyalgorithms":                list("+", keyTypes...),
		"identitiesonly":                   flag,
		"identityagent":                    agent,
		"identityfile":                     word,
		"ignoreunknown":                    word,
		"kbdinteractiveauthentication":     flag,
		"kexalgorithms":                    list("+", "curve25519-sha256", "curve25519-sha256@libssh.org", "diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521"),
		"localcommand":                     command,
		"localforward":                     forward,
		"macs":                             list("", "hmac-sha2-256", "hmac-sha2-512", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "umac-128-etm@openssh.com", "umac-128@openssh.com"),
		"nohostauthenticationforlocalhost": flag,
		"numberofpasswordprompts":          number,
		"passwordauthentication":           flag,
		"permitlocalcommand":               flag,
		"preferredauthentications":         word,
		"proxyusefdpass":                   flag,
		"pubkeyauthentication":             flag,
		"remotecommand":                    remote,
		"remoteforward":                    forward,
		"requesttty":                       choice("yes", "no", "force", "auto"),
		"sendenv":                          names,
		"serveralivecountmax":              number,
		"serveraliveinterval":              duration,
		"setenv":                           assignment,
		"streamlocalbindunlink":            flag,
		"stricthostkeychecking":            choice("yes", "no", "ask", "off", "accept-new"),
		"updatehostkeys":                   choice("yes", "no", "ask"),
		"visualhostkey":                    flag,
		"xauthlocation":                    word,
	}
})

var keyTypes = []string{"ssh-ed25519", "ssh-rsa", "rsa-sha2-256", "rsa-sha2-512", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"}

// maxText bounds the text of a line that is read here: the library's time grows
// with its square.
const maxText = 8 << 10

// allowed applies the shape of a keyword; hosts and Includes have their own.
func allowed(keyword, text string) (shown string, ok bool) {
	s := shapes()[keyword]
	if s == nil || text == "" || text[0] == '=' || len(text) > maxText {
		return "", false
	}
	return s(text)
}
