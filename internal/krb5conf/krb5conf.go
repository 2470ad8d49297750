// Package krb5conf reads the settings of krb5.conf that decide which principal
// Kerberos requests for ssh: whether it canonicalizes host names through DNS,
// whether it uses reverse DNS to do so, and which realm a host is in. It follows
// MIT's library.
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

	DefaultRealm Setting            // default_realm; the zero Setting if there is none
	Domain       *Setting           // qualify_shortname: the domain of a name without a dot; nil if not set
	DomainRealm  map[string]Setting // [domain_realm]: the realms of hosts and domains, which may begin with a dot
}

// RealmOf returns the realm that [domain_realm] has for a host, which is a name in lower
// case without a final dot: that of the host, else that of the nearest domain (profile_host_realm
// in hostrealm_profile.c). An address has none.
func (c *Config) RealmOf(host string) (realm Setting, ok bool) {
	if numeric(host) {
		return Setting{}, false
	}
	for name := host; name != ""; {
		if realm, ok = c.DomainRealm[name]; ok {
			return realm, true
		}
		if rest, dotted := strings.CutPrefix(name, "."); dotted {
			name = rest
		} else if at := strings.IndexByte(name, '.'); at >= 0 {
			name = name[at:]
		} else {
			name = ""
		}
	}
	return Setting{}, false
}

// numeric reports whether MIT's library takes a host for an address (k5_is_numeric_address).
func numeric(host string) bool {
	return strings.Contains(host, ":") ||
		strings.Trim(host, "0123456789.") == "" && strings.Count(host, ".") == 3
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
		DomainRealm:  merged(ps, "domain_realm"),
	}
	c.DefaultRealm, _ = libdefault(ps, "default_realm")
	if v, ok := libdefault(ps, "qualify_shortname"); ok {
		c.Domain = &v
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

// merged are the relations of a section of all files: the first value of each, up to a
// file that marks the section as final.
func merged(ps []profile, name string) map[string]Setting {
	var all map[string]Setting
	for _, p := range ps {
		s := p[name]
		if s == nil {
			continue
		}
		for relation, v := range s.values {
			if all == nil {
				all = make(map[string]Setting, len(s.values))
			}
			if _, known := all[relation]; !known {
				all[relation] = v
			}
		}
		if s.final {
			break
		}
	}
	return all
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
