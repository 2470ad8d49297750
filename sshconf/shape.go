package sshconf

import (
	"math"
	"strconv"
	"strings"
)

// shape judges the text after a keyword. ok means that every OpenSSH since 8.0
// and the library read it alike; shown is then ssh -G's spelling of it, or,
// where that depends on the host (finish.go), the text itself.
//
// This is an allow-list. A value that is missing here is not wrong: ssh -G is
// asked about it.
type shape func(text string) (shown string, ok bool)

// shapes holds every keyword that may stand in a file that is read here.
var shapes = map[string]shape{
	// what the program asks for
	"addressfamily":               choice("any", "inet", "inet6"),
	"bindaddress":                 word,
	"bindinterface":               word,
	"canonicalizehostname":        spelled("no", "false", "false", "false"),
	"canonicalizepermittedcnames": choice("none"),
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
	"compression":                      flag,
	"dynamicforward":                   port,
	"escapechar":                       choice("none", "~"),
	"exitonforwardfailure":             flag,
	"forwardagent":                     flag,
	"forwardx11":                       flag,
	"forwardx11trusted":                flag,
	"gatewayports":                     flag,
	"hashknownhosts":                   flag,
	"hostkeyalgorithms":                list("+", keyTypes...),
	"identitiesonly":                   flag,
	"identityagent":                    word,
	"identityfile":                     word,
	"ignoreunknown":                    word,
	"kbdinteractiveauthentication":     flag,
	"kexalgorithms":                    list("+", "curve25519-sha256", "curve25519-sha256@libssh.org", "diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521"),
	"localcommand":                     command,
	"localforward":                     forward,
	"loglevel":                         choice("QUIET", "FATAL", "ERROR", "INFO", "VERBOSE", "DEBUG", "DEBUG1", "DEBUG2", "DEBUG3"),
	"macs":                             list("", "hmac-sha2-256", "hmac-sha2-512", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "umac-128-etm@openssh.com", "umac-128@openssh.com"),
	"nohostauthenticationforlocalhost": flag,
	"numberofpasswordprompts":          number,
	"passwordauthentication":           flag,
	"permitlocalcommand":               flag,
	"preferredauthentications":         word,
	"proxyusefdpass":                   flag,
	"pubkeyauthentication":             flag,
	"remotecommand":                    command,
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

var keyTypes = []string{"ssh-ed25519", "ssh-rsa", "rsa-sha2-256", "rsa-sha2-512", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"}

// allowed applies the shape of a keyword; hosts and Includes have their own.
func allowed(keyword, text string) (shown string, ok bool) {
	s := shapes[keyword]
	if s == nil || text == "" || text[0] == '=' {
		return "", false
	}
	return s(text)
}

// hostLine judges the patterns of a Host line: the library splits at blanks
// alone, and its ? fits nothing as well as one byte.
func hostLine(s string) bool {
	if s == "" || s[0] == '=' || !plain(s) || strings.Contains(s, "?") {
		return false
	}
	for _, pattern := range words(s) {
		if pattern == "!" {
			return false
		}
	}
	return true
}

// word is one plain argument.
func word(s string) (string, bool) {
	return s, plain(s) && !strings.ContainsAny(s, " $") && s != ""
}

// account is a user's name; newer versions expand tokens in it.
func account(s string) (string, bool) {
	_, ok := word(s)
	return s, ok && !strings.Contains(s, "%")
}

// socket is a path, or "none" in lower case; finish.go expands its tokens.
func socket(s string) (string, bool) {
	_, ok := word(s)
	return s, ok && (s == "none" || lower(s) != "none")
}

// lowerWord is a word that needs no folding.
func lowerWord(s string) (string, bool) {
	_, ok := word(s)
	return s, ok && s == lower(s) && !strings.Contains(s, "%")
}

// hostName is a name or an address; the tokens %h and %% are looked at later.
func hostName(s string) (string, bool) {
	for i := range len(s) {
		if c := s[i]; !alphanumeric(c) && !strings.ContainsRune(".-_:%", rune(c)) {
			return s, false
		}
	}
	return s, s != "" && s[0] != '-'
}

// spelled takes a word in any case and gives the spelling that follows it.
func spelled(pairs ...string) shape {
	return func(s string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if strings.EqualFold(s, pairs[i]) {
				return pairs[i+1], true
			}
		}
		return s, false
	}
}

// choice takes one of the words, as it is written.
func choice(options ...string) shape {
	pairs := make([]string, 0, 2*len(options))
	for _, o := range options {
		pairs = append(pairs, o, o)
	}
	return spelled(pairs...)
}

var flag = spelled("yes", "yes", "true", "yes", "no", "no", "false", "no")

// number is a count from 1 on.
func number(s string) (string, bool) {
	n, ok := digits(s)
	return strconv.Itoa(n), ok && n > 0
}

// port is a port number; names of services are ssh's to look up.
func port(s string) (string, bool) {
	n, ok := digits(s)
	return strconv.Itoa(n), ok && n > 0 && n <= math.MaxUint16
}

// digits reads at most nine of them.
func digits(s string) (int, bool) {
	if len(s) == 0 || len(s) > 9 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// duration is "none" or what ssh's convtime takes: numbers with a unit each,
// seconds where it is missing. Shown in seconds.
func duration(s string) (string, bool) {
	if s == "none" {
		return s, true
	}
	total := 0
	for s != "" {
		end := 0
		for end < len(s) && s[end] >= '0' && s[end] <= '9' {
			end++
		}
		n, ok := digits(s[:end])
		if !ok || n > 1e6 {
			return "", false
		}
		s = s[end:]
		if s != "" {
			unit, ok := units[s[0]|0x20]
			if !ok {
				return "", false
			}
			n, s = n*unit, s[1:]
		}
		if total += n; total > math.MaxInt32 {
			return "", false
		}
	}
	return strconv.Itoa(total), true
}

var units = map[byte]int{'s': 1, 'm': 60, 'h': 3600, 'd': 86400, 'w': 604800}

// persist is ControlPersist: a flag or a time; zero seconds are for ever.
func persist(s string) (string, bool) {
	if shown, ok := flag(s); ok && s == lower(s) {
		return shown, true
	}
	shown, ok := duration(s)
	if shown == "0" {
		shown = "yes"
	}
	return shown, ok && s != "none"
}

// qos is one or two service names that mean the same in every version. The
// older names (lowdelay) do not: newer versions ignore them.
func qos(s string) (string, bool) {
	w := words(s)
	for _, name := range w {
		if !serviceClass(name) {
			return s, false
		}
	}
	switch len(w) {
	case 1:
		return w[0] + " " + w[0], true
	case 2:
		return w[0] + " " + w[1], true
	}
	return s, false
}

// serviceClass knows afXY, csX, ef and le (RFC 2474, 2597, 3246, 8622).
func serviceClass(s string) bool {
	switch {
	case s == "ef", s == "le", s == "none":
		return true
	case len(s) == 3 && s[:2] == "cs":
		return s[2] >= '0' && s[2] <= '7'
	case len(s) == 4 && s[:2] == "af":
		return s[2] >= '1' && s[2] <= '4' && s[3] >= '1' && s[3] <= '3'
	}
	return false
}

// command is a raw line for the shell. Quotes must be paired as ssh's
// argv_split sees them, and the library unwraps a value that starts with one.
func command(s string) (string, bool) {
	unquoted := strings.ReplaceAll(s, `"`, "")
	ok := plain(unquoted) && s != "" && s[0] != '"' && s[0] != '=' && (len(s)-len(unquoted))%2 == 0
	return s, ok && (s == "none" || lower(s) != "none")
}

// jump is "none" or hosts as [user@]host[:port], separated by commas.
func jump(s string) (string, bool) {
	for hop := range strings.SplitSeq(s, ",") {
		user, host, both := strings.Cut(hop, "@")
		if !both {
			user, host = "u", hop
		}
		host, p, ported := strings.Cut(host, ":")
		if shown, ok := port(p); ported && (!ok || shown != p) {
			return s, false
		}
		if !hostWord(user) || !hostWord(host) || lower(hop) == "none" && hop != s {
			return s, false
		}
	}
	return s, s == "none" || lower(s) != "none"
}

// hostWord is a user's or host's name without anything that is special anywhere.
func hostWord(s string) bool {
	for i := range len(s) {
		if c := s[i]; !alphanumeric(c) && c != '.' && c != '_' && (c != '-' || i == 0) {
			return false
		}
	}
	return s != ""
}

// paths are file names, a leading ~/ among them; tokens are ssh's to expand.
func paths(s string) (string, bool) {
	if !plain(s) || strings.ContainsAny(s, "%$") {
		return s, false
	}
	w := words(s)
	for _, p := range w {
		if lower(p) == "none" && (len(w) > 1 || p != "none") || p[0] == '~' && !strings.HasPrefix(p, "~/") {
			return s, false
		}
	}
	return strings.Join(w, " "), len(w) > 0 && len(w) <= 8
}

// untilded are paths that ssh -G prints as they are.
func untilded(s string) (string, bool) {
	shown, ok := paths(s)
	return shown, ok && !strings.Contains(s, "~")
}

// forward is [bind:]port host:port, as -L and -R have it, without sockets.
func forward(s string) (string, bool) {
	w := words(s)
	if !plain(s) || len(w) != 2 {
		return s, false
	}
	bind, listen, bound := strings.Cut(w[0], ":")
	if !bound {
		bind, listen = "b", w[0]
	}
	host, p, _ := strings.Cut(w[1], ":")
	_, here := port(listen)
	_, there := port(p)
	return s, here && there && hostWord(host) && (hostWord(bind) || bind == "*")
}

// names are patterns of environment variables.
func names(s string) (string, bool) {
	return s, plain(s) && !strings.ContainsAny(s, "=$") && s[0] != '-'
}

// assignment is one NAME=value.
func assignment(s string) (string, bool) {
	name, value, ok := strings.Cut(s, "=")
	_, fine := word(value)
	return s, ok && fine && hostWord(name)
}

// list is a list of algorithms that every build knows, after one of the signs.
func list(signs string, known ...string) shape {
	set := make(map[string]bool, len(known))
	for _, k := range known {
		set[k] = true
	}
	return func(s string) (string, bool) {
		names := s
		if s != "" && strings.Contains(signs, s[:1]) {
			names = s[1:]
		}
		for name := range strings.SplitSeq(names, ",") {
			if !set[name] {
				return s, false
			}
		}
		return s, true
	}
}
