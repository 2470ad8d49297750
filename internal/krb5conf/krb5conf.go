// Package krb5conf reads from krb5.conf what decides which principal Kerberos
// asks for on behalf of ssh: whether names are canonicalised by DNS, and whether
// that goes by way of the reverse mapping. It follows MIT's library.
//
// It is a leaf: a file format, which knows neither hosts nor look-ups. The
// environment (KRB5_CONFIG) is the caller's matter.
package krb5conf

import (
	"fmt"
	"io"
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
	Fallback = "fallback" // the name as it stands first, the canonical one if nobody knows that
)

// Setting is one value and where it is from.
type Setting struct {
	Value  string // of DefaultRealm a stranger's text, not safe to print
	Origin string // "file:line", or "default"; safe to print
}

// On reports whether a switch is on; Fallback is not.
func (s Setting) On() bool { return s.Value == True }

// Config is what [libdefaults] says, MIT's defaults where it says nothing.
type Config struct {
	RDNS         Setting  // rdns: True or False
	Canonicalize Setting  // dns_canonicalize_hostname: True, False or Fallback
	DefaultRealm Setting  // default_realm: empty where there is none
	Files        []string // those of the list that were there; none: Kerberos is not set up here
}

// Parse reads one file. Directives that include others are followed. name is
// what origins and errors call it.
//
// MIT's library refuses to work at all with a file that it cannot parse; the
// error then says where, as "file:line: what".
func Parse(r io.Reader, name string) (*Config, error) {
	b := &budget{}
	p := profile{}
	if err := b.parse(r, name, p, 0); err != nil {
		return nil, err
	}
	return config([]profile{p}, []string{name})
}

// ParseFiles reads a list of files as KRB5_CONFIG holds it (separated by
// colons, which the caller has split): what an earlier file says counts, a file
// that is not there or may not be read is passed over, and of a folder its
// files are read as includedir would.
func ParseFiles(paths ...string) (*Config, error) {
	b := &budget{}
	var profiles []profile
	var found []string
	for _, path := range paths {
		p := profile{}
		switch err := b.open(path, p); {
		case missing(err):
			continue
		case err != nil:
			return nil, err
		}
		profiles, found = append(profiles, p), append(found, path)
	}
	return config(profiles, found)
}

// config looks up what matters. A rdns that is no boolean counts as if it were
// not there (use_reverse_dns in MIT's sn2princ.c); dns_canonicalize_hostname
// that is none stops the library (krb5_init_context).
func config(ps []profile, files []string) (*Config, error) {
	c := &Config{
		RDNS:         Setting{True, "default"},
		Canonicalize: Setting{True, "default"},
		DefaultRealm: Setting{"", "default"},
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
			return nil, fmt.Errorf("%s: dns_canonicalize_hostname: %s is neither a boolean nor %s", v.Origin, safetext.Of(v.Value), Fallback)
		}
		c.Canonicalize = Setting{b, v.Origin}
	}
	if v, ok := libdefault(ps, "default_realm"); ok {
		c.DefaultRealm = v
	}
	return c, nil
}

// libdefault is the first value of a relation in [libdefaults]: a file that
// marks the section as final ends the search.
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

// boolean reads one as profile_parse_boolean does, whatever the case.
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
