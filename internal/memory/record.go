package memory

import (
	"errors"
	"fmt"
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

// formatContacts writes a line for each address: its port and when its penalty
// has run off. The format's version stands in each, so that lines stand alone.
//
//	1 192.0.2.1:22 2026-03-01T12:00:09.5Z
func formatContacts(until map[netip.AddrPort]time.Time) string {
	var b strings.Builder
	for a, t := range until {
		fmt.Fprintf(&b, "%s %s %s\n", version, a, t.UTC().Format(time.RFC3339Nano))
	}
	return b.String()
}

// parseContacts takes the lines that formatContacts gives and skips all others.
func parseContacts(s string) map[netip.AddrPort]time.Time {
	until := make(map[netip.AddrPort]time.Time)
	for line := range strings.Lines(s) {
		line, whole := strings.CutSuffix(line, "\n")
		fields := strings.Split(line, " ")
		if !whole || len(fields) != 3 || fields[0] != version {
			continue
		}
		a, err := netip.ParseAddrPort(fields[1])
		if err != nil {
			continue
		}
		if t, err := time.Parse(time.RFC3339Nano, fields[2]); err == nil {
			until[a] = t
		}
	}
	return until
}
