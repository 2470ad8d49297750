package logs

import (
	"cmp"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// rotation is what a file's name says about its place among the files that logrotate, or
// newsyslog, made of one log: auth.log.2.gz, secure-20261122, auth-20261122.log.
type rotation struct {
	stem   string // the path of the log that is being written
	date   string // the digits of a date, and of a time; empty: none
	number int    // 1 is the newest but one; 0: none
}

// Stem returns the path of the log that a file belongs to: what logrotate or newsyslog added
// to its name is left out.
func Stem(path string) string { return rotationOf(path).stem }

// CompareRotated compares two files of one log by what rotation has added to their names: the
// oldest comes first.
func CompareRotated(a, b string) int { return rotationOf(a).compare(rotationOf(b)) }

// rotationOf reads a path. The suffix of a compression is no part of the log's name.
func rotationOf(path string) rotation {
	dir, name := filepath.Split(filepath.Clean(path))
	for _, suffix := range []string{".gz", ".zst", ".xz", ".bz2", ".lz4"} {
		if cut, ok := strings.CutSuffix(name, suffix); ok && cut != "" {
			name = cut
			break
		}
	}
	stem, r := name, rotation{}
	if base, ok := strings.CutSuffix(name, ".log"); ok { // logrotate's extension: auth-20261122.log
		stem, r = rotated(base)
		stem += ".log"
	} else {
		stem, r = rotated(name)
	}
	r.stem = dir + stem
	return r
}

// rotated splits a name into that of the log and what rotation has added to it. A name that
// is an address, of a host that logs here, has nothing added.
func rotated(name string) (string, rotation) {
	if _, err := netip.ParseAddr(name); err == nil {
		return name, rotation{}
	}
	i := strings.LastIndexAny(name, ".-")
	for i > 0 && strings.Trim(name[i+1:], "0123456789T-") == "" {
		digits := strings.Map(func(r rune) rune {
			if r == 'T' || r == '-' {
				return -1
			}
			return r
		}, name[i+1:])
		if name[i] == '.' && len(digits) < 5 && digits == name[i+1:] {
			if n, err := strconv.Atoi(digits); err == nil {
				return name[:i], rotation{number: n + 1}
			}
		}
		if len(digits) >= 8 && plausibleDate(digits) {
			return name[:i], rotation{date: digits}
		}
		i = strings.LastIndexAny(name[:i], ".-") // -2026-11-22, -20261122-1795305600
	}
	return name, rotation{}
}

// plausibleDate reports whether digits begin with the year, month and day of a log.
func plausibleDate(digits string) bool {
	return digits[:2] >= "19" && digits[:2] <= "20" &&
		digits[4:6] >= "01" && digits[4:6] <= "12" && digits[6:8] >= "01" && digits[6:8] <= "31"
}

// compare orders the files of one log, from the oldest to the one that is being written.
func (r rotation) compare(o rotation) int {
	return cmp.Or(
		cmp.Compare(r.age(), o.age()),
		strings.Compare(r.date, o.date),
		cmp.Compare(o.number, r.number))
}

// age sorts dates before numbers, which are before the file without either.
func (r rotation) age() int {
	switch {
	case r.date != "":
		return 0
	case r.number > 0:
		return 1
	}
	return 2
}

// sets groups files by the log that they are of, each group in its order.
func sets(sources []*source) [][]*source {
	slices.SortStableFunc(sources, func(a, b *source) int {
		return cmp.Or(strings.Compare(a.stem, b.stem), a.rotation.compare(b.rotation), strings.Compare(a.name, b.name))
	})
	var all [][]*source
	for i := 0; i < len(sources); {
		n := i + 1
		for n < len(sources) && sources[n].stem == sources[i].stem {
			n++
		}
		all = append(all, sources[i:n:n])
		i = n
	}
	return all
}
