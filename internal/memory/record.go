package memory

import (
	"errors"
	"net/netip"
	"strings"
	"time"
)

// A record is one line: the format's version, the status, the time in RFC 3339
// with what fraction it has, and a newline, by whose absence a torn file shows.
//
//	1 timeout 2026-03-01T12:00:00.25Z
const (
	version   = "1"
	maxRecord = 128
)

var errDamaged = errors.New("damaged record")

func format(f Failure) string {
	return version + " " + string(f.Status) + " " + f.At.UTC().Format(time.RFC3339Nano) + "\n"
}

// parse takes what format gives and nothing else.
func parse(s string) (Failure, error) {
	line, whole := strings.CutSuffix(s, "\n")
	fields := strings.Split(line, " ")
	if len(s) > maxRecord || !whole || len(fields) != 3 || fields[0] != version {
		return Failure{}, errDamaged
	}
	at, err := time.Parse(time.RFC3339Nano, fields[2])
	f := Failure{Status(fields[1]), at}
	if err != nil || !f.Status.Valid() || format(f) != s {
		return Failure{}, errDamaged
	}
	return f, nil
}

// formatContacts writes a line for each account: whose it is, when its penalty has
// run off, and for an address the key that it has shown, if any. The format's
// version stands in each, so that lines stand alone.
//
//	1 192.0.2.1:22 2026-03-01T12:00:09.5Z SHA256:…
//	1 same:… 2026-03-01T12:00:09.5Z
func formatContacts(accounts map[string]account) string {
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

// sharedPrefix begins what is no address and port.
const sharedPrefix = "same:"

// parseContacts takes the lines that formatContacts gives and skips all others.
func parseContacts(s string) map[string]account {
	accounts := make(map[string]account)
	for line := range strings.Lines(s) {
		line, whole := strings.CutSuffix(line, "\n")
		fields := strings.Split(line, " ")
		if !whole || len(fields) < 3 || len(fields) > 4 || fields[0] != version {
			continue
		}
		if !strings.HasPrefix(fields[1], sharedPrefix) {
			if _, err := netip.ParseAddrPort(fields[1]); err != nil {
				continue
			}
		}
		var a account
		var err error
		if a.until, err = time.Parse(time.RFC3339Nano, fields[2]); err != nil {
			continue
		}
		if len(fields) == 4 {
			if a.key = fields[3]; !isFingerprint(a.key) {
				continue
			}
		}
		accounts[fields[1]] = a
	}
	return accounts
}

// isFingerprint says that a text is SHA256: and 43 characters of base64.
func isFingerprint(s string) bool {
	hash, ok := strings.CutPrefix(s, "SHA256:")
	return ok && len(hash) == 43 && !strings.ContainsFunc(hash, func(r rune) bool {
		return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '+' || r == '/')
	})
}
