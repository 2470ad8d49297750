package auditrun

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"rdnsproxy/audit"
	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/sshconf"
)

// server returns what sshd_config says about the names of clients. This machine's own is
// that of the host in the log with this machine's name; one that the user names is that of
// the only host in the log.
func (r *run) server(t *tally.Tally) audit.Server {
	path := r.o.SSHDConfig
	if path == "none" {
		return audit.Server{}
	}
	s := audit.Server{}
	if path == sshconf.ServerConfig {
		own, err := os.Hostname()
		if s.Host = hostNamed(t, own); err != nil || s.Host == "" {
			return audit.Server{} // a log from elsewhere
		}
	}
	value, set, err := sshconf.ServerValue(path, "usedns")
	if err == nil && set {
		s.UseDNS = check.Setting{On: value.Value == "yes", Origin: value.Origin}
	}
	var rules []sshconf.Value
	if err == nil {
		rules, err = sshconf.ServerValues(path, "allowusers", "denyusers", "match")
	}
	if err != nil && !errors.Is(err, fs.ErrPermission) { // which is so on many systems
		r.voice.Notice(err.Error())
	}
	for _, v := range rules {
		s.ByName = append(s.ByName, byName(v)...)
	}
	return s
}

// hostNamed returns the host of the log that has a machine's name, with its domain or
// without; empty if there is none. A container on it, HOST/NAME, has a configuration of its own.
func hostNamed(t *tally.Tally, machine string) string {
	short, _, _ := strings.Cut(machine, ".")
	for _, h := range t.Summary().Hosts {
		name, _, _ := strings.Cut(h.Name, ".")
		if short != "" && strings.EqualFold(name, short) && !strings.Contains(h.Name, "/") {
			return h.Name
		}
	}
	return ""
}

// byName returns the rules in a line of sshd_config that can go by the client's name: a
// pattern of an address alone does not.
func byName(v sshconf.Value) (rules []audit.Rule) {
	words := strings.Fields(strings.ReplaceAll(v.Value, `"`, ""))
	switch v.Keyword {
	case "match":
		for i := 0; i+1 < len(words); i += 2 {
			if strings.EqualFold(words[i], "host") {
				rules = append(rules, audit.Rule{Keyword: "Match Host", Pattern: words[i+1], Origin: v.Origin})
			}
		}
	default:
		keyword := map[string]string{"allowusers": "AllowUsers", "denyusers": "DenyUsers"}[v.Keyword]
		for _, w := range words {
			if _, host, ok := strings.Cut(w, "@"); ok && strings.ContainsFunc(host, isLetter) {
				rules = append(rules, audit.Rule{Keyword: keyword, Pattern: w, Origin: v.Origin})
			}
		}
	}
	return rules
}

// isLetter reports whether a letter occurs in names only, and in no IPv6 address.
func isLetter(r rune) bool { return r >= 'g' && r <= 'z' || r >= 'G' && r <= 'Z' }
