package report

import (
	"cmp"
	"strconv"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
)

// probed returns the rows about the server at an address: the connection, the SSH
// banner, and the host keys with ssh's verdict on each.
func probed(a check.Address) []layout.Row {
	if a.Connect == nil {
		return nil
	}
	rows := []layout.Row{{Depth: 2, Cell: connected(*a.Connect)}}
	if a.Connect.Status != check.ConnectOK {
		return rows
	}
	if a.SSH == nil {
		return append(rows, layout.Row{Depth: 2, Cell: cmp.Or(a.Connect.Error, "no SSH")})
	}
	rows = append(rows, layout.Row{Depth: 2, Cell: a.SSH.Version})
	if len(a.SSH.HostKeys) == 0 {
		return append(rows, layout.Row{Depth: 2, Cell: "no host key seen"})
	}
	for _, k := range a.SSH.HostKeys {
		alarm := k.Status == check.KeyChanged || k.Status == check.KeyRevoked
		rows = append(rows, layout.Row{Depth: 2, Cell: k.Type + " " + keyWords(k), Note: k.Evidence, Alarm: alarm},
			layout.Row{Depth: 3, Cell: k.Fingerprint})
	}
	return rows
}

// connected says how connecting ended.
func connected(c check.Connect) string {
	switch c.Status {
	case check.ConnectOK:
		through := ""
		if c.Via != "" {
			through = " through " + c.Via
		}
		return "connected in " + showSeconds(c.Seconds) + through
	case check.ConnectRefused:
		return "connection refused: nothing listens there"
	case check.ConnectTimeout:
		return "no answer within " + showSeconds(c.Seconds)
	case check.ConnectUnreachable:
		return because("unreachable", c.Error)
	case check.ConnectSkipped:
		return because("not connected", c.Error)
	case check.ConnectHeldBack:
		return "not connected, to avoid a lockout"
	case check.ConnectCutShort:
		return "not connected: out of time"
	case check.ConnectExhausted:
		return because("not tried", c.Error)
	}
	return because("connection failed", c.Error)
}

// keyWords is ssh's verdict on a key, in capitals where ssh uses them.
func keyWords(k check.HostKey) string {
	words := string(k.Status)
	switch k.Status {
	case check.KeyUnknown:
		words = "not known"
	case check.KeyChanged:
		words = "CHANGED"
	case check.KeyRevoked:
		words = "REVOKED"
	}
	if k.Certificate && k.Status != check.KeyCertified {
		words = "certificate " + words
	}
	return words
}

func because(what, why string) string {
	if why == "" {
		return what
	}
	return what + ": " + why
}

// showSeconds formats seconds for people: 12.1 ms, 5 s.
func showSeconds(seconds float64) string {
	amount, unit := seconds, " s"
	if seconds < 1 {
		amount, unit = seconds*1000, " ms"
	}
	return strings.TrimSuffix(strconv.FormatFloat(amount, 'f', 1, 64), ".0") + unit
}
