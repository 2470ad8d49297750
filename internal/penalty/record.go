package penalty

import (
	"net/netip"
	"strings"
	"time"
)

const version = "1"

// formatAccounts writes a line for each account: its id, when its penalty has decayed,
// and for an address the key that it has shown, if any. Each line begins with the
// format's version, so that lines stand alone.
//
//	1 192.0.2.1:22 2026-03-01T12:00:09.5Z SHA256:…
//	1 same:… 2026-03-01T12:00:09.5Z
func formatAccounts(accounts map[string]account) string {
	var b strings.Builder
	for id, a := range accounts {
		b.WriteString(version + " " + id + " " + a.until.UTC().Format(time.RFC3339Nano))
		if a.key != "" {
			b.WriteString(" " + a.key)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// sharedPrefix begins an id that is not an address and port.
const sharedPrefix = "same:"

// parseAccounts accepts the lines that formatAccounts writes and skips all others.
func parseAccounts(s string) map[string]account {
	accounts := make(map[string]account)
	for line := range strings.Lines(s) {
		if id, a, ok := parseAccount(line); ok {
			accounts[id] = a
		}
	}
	return accounts
}

func parseAccount(line string) (id string, a account, ok bool) {
	line, whole := strings.CutSuffix(line, "\n")
	fields := strings.Split(line, " ")
	if !whole || len(fields) < 3 || len(fields) > 4 || fields[0] != version {
		return "", account{}, false
	}
	id = fields[1]
	if !strings.HasPrefix(id, sharedPrefix) {
		if _, err := netip.ParseAddrPort(id); err != nil {
			return "", account{}, false
		}
	}
	until, err := time.Parse(time.RFC3339Nano, fields[2])
	if err != nil {
		return "", account{}, false
	}
	a.until = until
	if len(fields) == 4 {
		if a.key = fields[3]; !isFingerprint(a.key) {
			return "", account{}, false
		}
	}
	return id, a, true
}

// isFingerprint reports whether a text is SHA256: and 43 characters of base64.
func isFingerprint(s string) bool {
	hash, ok := strings.CutPrefix(s, "SHA256:")
	return ok && len(hash) == 43 && !strings.ContainsFunc(hash, func(r rune) bool {
		return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '+' || r == '/')
	})
}
