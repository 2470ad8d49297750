package accepted

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

const (
	maxLine    = 16 << 10 // more than ten names of 253 bytes take, each byte as \DDD
	maxVerdict = 32
	none       = "-" // instead of reverse names
)

// Errors of a line or a mapping.
var (
	errFields  = errors.New("not the five fields name, address, verdict, reverse names, time")
	errLength  = fmt.Errorf("longer than %d bytes", maxLine)
	errAddress = errors.New("not an address")
	errVerdict = errors.New("not a verdict")
	errTime    = errors.New("not a time like 2026-03-01T12:00:00Z")
	errName    = errors.New("not a name")
)

// String returns the line of a mapping, without its end.
func (m Mapping) String() string {
	names := strings.Join(m.PTR, ",")
	switch names {
	case "":
		names = none
	case none:
		names = none + "."
	}
	return strings.Join([]string{m.Name, m.Addr.String(), m.Verdict, names, m.Since.UTC().Format(time.RFC3339)}, " ")
}

// parseLine parses a line with its end. A blank line or a comment holds no mapping and is
// not an error.
func parseLine(line string) (m Mapping, holds bool, err error) {
	if len(line) > maxLine {
		return Mapping{}, false, errLength
	}
	s := strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
	if s = strings.Trim(s, " \t"); s == "" || s[0] == '#' {
		return Mapping{}, false, nil
	}
	m, err = parseMapping(s)
	return m, err == nil, err
}

func parseMapping(s string) (Mapping, error) {
	fields := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' })
	if len(fields) != 5 {
		return Mapping{}, errFields
	}
	m := Mapping{Name: fields[0], Verdict: fields[2]}
	var err error
	if m.Addr, err = netip.ParseAddr(fields[1]); err != nil || m.Addr.Zone() != "" {
		return Mapping{}, quoted(fields[1], errAddress)
	}
	if fields[3] != none {
		m.PTR = strings.Split(fields[3], ",")
	}
	if m.Since, err = time.Parse(time.RFC3339, fields[4]); err != nil {
		return Mapping{}, quoted(fields[4], errTime)
	}
	return m.normal()
}

// normal returns a mapping in the form in which it is kept and compared. The error says
// what cannot be kept.
func (m Mapping) normal() (Mapping, error) {
	n := Mapping{Addr: plain(m.Addr), Verdict: m.Verdict, Since: m.Since.UTC().Truncate(time.Second)}
	var err error
	if n.Name, err = foldHost(m.Name); err != nil {
		return Mapping{}, quoted(m.Name, err)
	}
	if !n.Addr.IsValid() {
		return Mapping{}, errAddress
	}
	if !isWord(m.Verdict) {
		return Mapping{}, quoted(m.Verdict, errVerdict)
	}
	for _, p := range m.PTR {
		name, err := foldName(p)
		if err != nil {
			return Mapping{}, quoted(p, err)
		}
		n.PTR = append(n.PTR, name)
	}
	slices.Sort(n.PTR)
	n.PTR = slices.Compact(n.PTR)
	if y := n.Since.Year(); y < 0 || y > 9999 { // the range of RFC 3339
		return Mapping{}, errTime
	}
	if len(n.String()) >= maxLine {
		return Mapping{}, errLength
	}
	return n, nil
}

// quoted adds the text that an error is about.
func quoted(outside string, err error) error {
	const enough = 63
	return fmt.Errorf("%q: %w", safetext.Cut(safetext.Of(outside).String(), enough), err)
}

// plain returns an address as it is compared: unmapped, and without its zone, since reverse
// lookups have none.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// isWord accepts any word that could be a verdict. Package check knows which there are.
func isWord(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '-' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != "" && s[0] != '-' && len(s) <= maxVerdict
}

// foldHost returns a host as given to ssh, a name or an address, in the form in which it is
// compared.
func foldHost(s string) (string, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return plain(a).String(), nil
	}
	return foldName(s)
}

// foldName returns a name in the form in which DNS compares it: lower case, no final dot;
// the root is ".". It refuses a name that is not in presentation form, since package check
// does not print such a name.
func foldName(s string) (string, error) {
	name, err := resolve.ParsePresentation(s)
	if err != nil {
		return "", errName
	}
	return name.String(), nil
}
