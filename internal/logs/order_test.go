package logs

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestRotatedSets: the files of a log stand in the order in which they were written,
// whatever order they were named in.
func TestRotatedSets(t *testing.T) {
	for name, want := range map[string]string{
		"numbers":   "auth.log.10.gz auth.log.9.gz auth.log.2.gz auth.log.1 auth.log",
		"newsyslog": "auth.log.2.bz2 auth.log.1.bz2 auth.log.0.bz2 auth.log",
		"dates":     "secure-20251231.zst secure-20260101 secure-20261122 secure",
		"dashes":    "secure-2025-12-31 secure-2026-01-01.xz secure",
		"dots":      "auth.log.2025-12-31 auth.log.2026-01-01.gz auth.log",
		"seconds":   "auth.log-20261101-1793491200.gz auth.log-20261101-1793494800 auth.log",
		"times":     "auth.log.20261101T010000.gz auth.log.20261101T020000 auth.log",
		"extension": "auth-20261101.log.gz auth-20261108.log auth.log",
		"numbered":  "auth.2.log.gz auth.1.log auth.log",
		"two logs":  "a/auth.log.1 a/auth.log b/auth.log.1 b/auth.log",
		"no log":    "ubuntu-22 ubuntu-24",
		"versions":  "sshd-9.2.log sshd-9.log",
	} {
		t.Run(name, func(t *testing.T) {
			names := strings.Fields(want)
			for range 20 {
				rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
				var all []*source
				for _, n := range names {
					all = append(all, &source{name: n, rotation: rotationOf(n)})
				}
				var got []string
				for s := range slices.Values(sets(all)) {
					for _, f := range s {
						got = append(got, f.name)
					}
				}
				if g := strings.Join(got, " "); g != want {
					t.Fatalf("%s\nwant %s", g, want)
				}
			}
		})
	}
}

// TestSetsApart: logs of different directories, or of different names, are no set.
func TestSetsApart(t *testing.T) {
	var all []*source
	for _, n := range []string{
		"a/auth.log", "b/auth.log", "a/secure", "a/auth.log.1", "./a//auth.log.2.gz", "10.0.0.1", "10.0.0.2.log",
	} {
		all = append(all, &source{name: n, rotation: rotationOf(n)})
	}
	var got []string
	for _, s := range sets(all) {
		var names []string
		for _, f := range s {
			names = append(names, f.name)
		}
		got = append(got, strings.Join(names, " "))
	}
	if g, want := strings.Join(got, "; "), "10.0.0.1; 10.0.0.2.log; "+
		"./a//auth.log.2.gz a/auth.log.1 a/auth.log; a/secure; b/auth.log"; g != want {
		t.Errorf("%s\nwant %s", g, want)
	}
}
