package failcache

import (
	"errors"
	"strings"
	"time"
)

// A record is one line: the format's version, the status, the time in RFC 3339 with
// its fraction, and a newline, without which the file is torn.
//
//	1 timeout 2026-03-01T12:00:00.25Z
const (
	version   = "1"
	maxRecord = 128
	cutShort  = "cut-short" // the other words are those of resolve.Status
)

var errDamaged = errors.New("damaged record")

func format(f Failure) string {
	word := f.Status.String()
	if f.Status == CutShort {
		word = cutShort
	}
	return version + " " + word + " " + f.At.UTC().Format(time.RFC3339Nano) + "\n"
}

// parse accepts what format writes and nothing else.
func parse(s string) (Failure, error) {
	line, whole := strings.CutSuffix(s, "\n")
	fields := strings.Split(line, " ")
	if len(s) > maxRecord || !whole || len(fields) != 3 || fields[0] != version {
		return Failure{}, errDamaged
	}
	at, err := time.Parse(time.RFC3339Nano, fields[2])
	if err != nil {
		return Failure{}, errDamaged
	}
	f := Failure{Status: CutShort, At: at}
	if fields[1] != cutShort {
		if err := f.Status.UnmarshalText([]byte(fields[1])); err != nil {
			return Failure{}, errDamaged
		}
	}
	if !Keeps(f.Status) || format(f) != s {
		return Failure{}, errDamaged
	}
	return f, nil
}
