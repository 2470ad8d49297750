package sshconf

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// hostLine judges the patterns of a Host line: the library splits at blanks
// alone, and its ? fits nothing as well as one byte.
func hostLine(s string) bool {
	if s == "" || s[0] == '=' || len(s) > maxText || !plain(s) || strings.Contains(s, "?") {
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
	return s, ok && s[0] != '-' && !strings.Contains(s, "%")
}

// agent is a path or a word that ssh has nothing to expand in but ~/.
func agent(s string) (string, bool) {
	_, ok := word(s)
	return s, ok && !strings.Contains(s, "%") && (s[0] != '~' || strings.HasPrefix(s, "~/"))
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

// spelled takes a word in any case and gives the spelling that follows it. The
// pairs are in lower case.
func spelled(pairs ...string) shape {
	return func(s string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if lower(s) == pairs[i] { // not EqualFold, to which the Kelvin sign is a k
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
		pairs = append(pairs, lower(o), o)
	}
	return spelled(pairs...)
}

// exactly takes one of the words, in that case alone.
func exactly(options ...string) shape {
	return func(s string) (string, bool) { return s, slices.Contains(options, s) }
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
			unit := seconds(s[0])
			if unit == 0 {
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

// seconds is the length of a unit of time, 0 if it is none.
func seconds(unit byte) int {
	switch unit | 0x20 {
	case 's':
		return 1
	case 'm':
		return 60
	case 'h':
		return 3600
	case 'd':
		return 86400
	case 'w':
		return 604800
	}
	return 0
}

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
// argv_split sees them, and the library unwraps a value that starts with one. A
// lone hyphen stands for ssh's own stdin and stdout.
func command(s string) (string, bool) {
	unquoted := strings.ReplaceAll(s, `"`, "")
	ok := plain(unquoted) && s != "" && s[0] != '"' && s[0] != '=' && (len(s)-len(unquoted))%2 == 0
	return s, ok && s != "-" && (s == "none" || lower(s) != "none")
}

// remote is a command in which ssh has nothing to expand.
func remote(s string) (string, bool) {
	_, ok := command(s)
	return s, ok && !strings.Contains(s, "%")
}

// jump is "none" or hosts as [user@]host[:port], separated by commas. ssh shows
// the last one in brackets where that may be an IPv4 address.
func jump(s string) (string, bool) {
	if s == "none" {
		return s, true
	}
	for h := range strings.SplitSeq(s, ",") {
		if !hop(h) {
			return s, false
		}
	}
	start := strings.LastIndexAny(s, ",@") + 1
	host, port := s[start:], ""
	if i := strings.IndexByte(host, ':'); i >= 0 {
		host, port = host[:i], host[i:]
	}
	if strings.Trim(host, "0123456789.") == "" {
		return s[:start] + "[" + host + "]" + port, true
	}
	return s, true
}

// hop is one host to jump through.
func hop(s string) bool {
	user, host, at := strings.Cut(s, "@")
	if !at {
		user, host = "u", s
	}
	host, p, colon := strings.Cut(host, ":")
	if n, ok := port(p); colon && (!ok || n != p) { // shown as a number
		return false
	}
	return hostWord(user) && hostWord(host) && lower(host) != "none"
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
