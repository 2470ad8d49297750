package sshconf

import "strings"

// hostLine reports whether the library reads the patterns of a Host line as ssh does: it
// splits only at blanks, and its ? also matches nothing.
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

// persist is ControlPersist: yes, no or a time. Zero seconds mean forever.
func persist(s string) (string, bool) {
	if shown, ok := yesNo.read(s); ok && s == lower(s) {
		return shown, true
	}
	shown, ok := duration(s)
	if shown == "0" {
		shown = "yes"
	}
	return shown, ok && s != "none"
}

// qos is one or two classes of service that mean the same in every version. The older
// names (lowdelay) do not: newer versions ignore them.
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

// command is a raw line for the shell. Quotes must be paired as in ssh's argv_split, and
// the library unquotes a value that starts with one. A lone hyphen means ssh's own stdin
// and stdout.
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

// jump is "none" or hosts as [user@]host[:port], separated by commas. ssh shows the last
// one in brackets if it may be an IPv4 address.
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

// hop reports whether s is one host to jump through.
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

// hostWord reports whether s is a user's or host's name without special characters.
func hostWord(s string) bool {
	for i := range len(s) {
		if c := s[i]; !alphanumeric(c) && c != '.' && c != '_' && (c != '-' || i == 0) {
			return false
		}
	}
	return s != ""
}

// paths are file names, which may begin with ~/; only ssh expands tokens.
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

// forward is [bind:]port host:port, without Unix sockets.
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
