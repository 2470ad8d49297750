package sshconf

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
)

// ServerConfig is sshd's default configuration file.
const ServerConfig = "/etc/ssh/sshd_config"

// ServerValue is the value in an sshd_config and its Includes of a keyword that holds for
// the whole server, such as UseDNS: it is not allowed in a Match block, and the first
// value counts (sshd_config(5)). keyword is in lower case. set is false if the keyword is
// not set, or there is no such file.
func ServerValue(path, keyword string) (v Value, set bool, err error) {
	l := &loader{keep: func(*source, line) (bool, error) { return true, nil }}
	s, err := l.load(path, systemScope(path), false, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return Value{}, false, nil
	}
	if err != nil {
		return Value{}, false, err
	}
	v, set = s.serverValue(keyword)
	return v, set, nil
}

// serverValue searches a file up to its first Match, which holds to the end of the file.
func (s *source) serverValue(keyword string) (Value, bool) {
	for _, ln := range s.lines {
		switch ln.keyword {
		case "match":
			return Value{}, false
		case "include":
			for _, included := range s.includes[ln.number] {
				if v, set := included.serverValue(keyword); set {
					return v, true
				}
			}
		case keyword:
			value, _, _ := strings.Cut(ln.rest, "#")
			value = lower(strings.Trim(value, blank+`"`))
			return Value{Keyword: keyword, Value: value, Origin: s.origin(ln.number)}, true
		}
	}
	return Value{}, false
}

// ServerValues are all values of some keywords in an sshd_config and its Includes, in
// order, also those in Match blocks; "match" is a keyword too, and its value the criteria.
// Values are as written, without a comment. A file that does not exist has none.
func ServerValues(path string, keywords ...string) ([]Value, error) {
	l := &loader{keep: func(*source, line) (bool, error) { return true, nil }}
	s, err := l.load(path, systemScope(path), false, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.serverValues(keywords), nil
}

func (s *source) serverValues(keywords []string) (all []Value) {
	for _, ln := range s.lines {
		if ln.keyword == "include" {
			for _, included := range s.includes[ln.number] {
				all = append(all, included.serverValues(keywords)...)
			}
		}
		if slices.Contains(keywords, ln.keyword) {
			value, _, _ := strings.Cut(ln.rest, "#")
			all = append(all, Value{Keyword: ln.keyword, Value: strings.TrimSpace(value), Origin: s.origin(ln.number)})
		}
	}
	return all
}
