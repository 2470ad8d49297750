package memory

import (
	"errors"
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
