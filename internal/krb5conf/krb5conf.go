// Package krb5conf reads the settings of krb5.conf that decide which principal
// Kerberos requests for ssh: whether it canonicalizes host names through DNS, and
// whether it uses reverse DNS to do so. It follows MIT's library.
//
// It is a leaf: a file format, which knows neither hosts nor lookups. Reading
// KRB5_CONFIG is up to the caller.
package krb5conf

import (
	"fmt"
	"slices"
	"strings"

	"rdnsproxy/safetext"
)

// DefaultPath is where MIT's library looks unless KRB5_CONFIG says otherwise.
const DefaultPath = "/etc/krb5.conf"

// The values of Config.RDNS and Config.Canonicalize.
const (
	True     = "true"
	False    = "false"
	Fallback = "fallback" // first the name as given, then the canonical one if the KDC does not know it
)

// Setting is a value and where it comes from.
type Setting struct {
	Value  string
	Origin string // "file:line", or "default"; safe to print
}

// On reports whether the setting is true; Fallback is not.
func (s Setting) On() bool { return s.Value == True }

// Config is the part of [libdefaults] that matters to ssh, with MIT's defaults for
// settings that are not there.
type Config struct {
	RDNS         Setting  // rdns: True or False
	Canonicalize Setting  // dns_canonicalize_hostname: True, False or Fallback
	Files        []string // the files of the list that exist; none: Kerberos is not set up here
}

// ParseFiles reads a list of files, KRB5_CONFIG split at its colons, and the files
// that they include. The first file with a setting wins. A file that does not exist
// or cannot be read is skipped. A directory is read as by includedir.
//
// MIT's library refuses to work with a file that it cannot parse. The error then
// says where the fault is, as "file:line: what".
func ParseFiles(paths ...string) (*Config, error) {
	profiles, found, err := readProfiles(paths)
	if err != nil {
		return nil, err
	}
	return config(profiles, found)
}

// readProfiles reads the files of a list that exist, and says which those are.
func readProfiles(paths []string) (profiles []profile, found []string, err error) {
	b := &budget{}
	for _, path := range paths {
		p := profile{}
		switch err := b.open(path, p); {
		case missing(err):
			continue
		case err != nil:
			return nil, nil, err
		}
		profiles, found = append(profiles, p), append(found, path)
	}
	return profiles, found, nil
}

// config looks the settings up. MIT's library ignores an rdns that is not a boolean
// (use_reverse_dns in sn2princ.c), and does not start with a
// dns_canonicalize_hostname that is none of its three values (krb5_init_context).
func config(ps []profile, files []string) (*Config, error) {
	c := &Config{
		RDNS:         Setting{True, "default"},
		Canonicalize: Setting{True, "default"},
		Files:        files,
	}
	if v, ok := libdefault(ps, "rdns"); ok {
		if b, ok := boolean(v.Value); ok {
			c.RDNS = Setting{b, v.Origin}
		}
	}
	if v, ok := libdefault(ps, "dns_canonicalize_hostname"); ok {
		b, ok := boolean(v.Value)
		if strings.EqualFold(v.Value, Fallback) {
			b, ok = Fallback, true
		}
		if !ok {
			return nil, fmt.Errorf("%s: dns_canonicalize_hostname: %s is neither a boolean nor %s",
				v.Origin, safetext.Of(v.Value), Fallback)
		}
		c.Canonicalize = Setting{b, v.Origin}
	}
	return c, nil
}

// libdefault is the first value of a relation in [libdefaults]. A file that marks
// the section as final ends the search.
func libdefault(ps []profile, relation string) (Setting, bool) {
	for _, p := range ps {
		s := p["libdefaults"]
		if s == nil {
			continue
		}
		if v, ok := s.values[relation]; ok {
			return v, true
		}
		if s.final {
			break
		}
	}
	return Setting{}, false
}

var (
	yes = []string{"y", "yes", "true", "t", "1", "on"}
	no  = []string{"n", "no", "false", "nil", "0", "off"}
)

// boolean reads a boolean as profile_parse_boolean does, ignoring case.
func boolean(s string) (string, bool) {
	same := func(word string) bool { return strings.EqualFold(word, s) }
	switch {
	case slices.ContainsFunc(yes, same):
		return True, true
	case slices.ContainsFunc(no, same):
		return False, true
	}
	return "", false
}
