package exporter

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/limits"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"

	"go.yaml.in/yaml/v4"
)

// DefaultModule is the module that is there without a file, and that a probe without
// module= gets.
const DefaultModule = "dns_only"

// Config is what a modules file says. It does not change once it is read.
type Config struct {
	Modules map[string]*Module
}

// Module is how targets are checked.
type Module struct {
	Name    string
	DNSOnly bool
	Allow   *Allow // nil: every target, if DNSOnly

	Resolvers   []resolve.Server // if empty, the system's
	Compare     []resolve.Server
	HostsFile   string // a path, or none; if empty, the system's
	Family      resolve.Family
	RequireName bool
	Rate        int // DNS questions a second to each server; 0: unlimited
	FailOn      check.Severity

	CheckTimeout   time.Duration // of the lookups
	ConnectTimeout time.Duration // of connecting, the identification, the key exchange
	Timeout        time.Duration // of all

	MinAge, MaxAge time.Duration // how long a result is kept, at least and at most
	RetryAge       time.Duration // how long one that could not be determined is

	KnownHosts  []string
	HostKeys    []expectation
	AllHostKeys bool
}

// expectation has the fingerprints of the only host keys to accept from some targets.
type expectation struct {
	Rule
	fingerprints []string
}

// defaultKnownHosts is ssh's GlobalKnownHostsFile: that of the machine, not of a user.
const defaultKnownHosts = "/etc/ssh/ssh_known_hosts"

// newModule returns a module with the defaults of all keys but max_age, which depends on
// dns_only.
func newModule(name string) *Module {
	return &Module{
		Name: name, DNSOnly: true, FailOn: check.Unknown,
		CheckTimeout: 5 * time.Second, ConnectTimeout: 10 * time.Second, Timeout: limits.TargetTime,
		MinAge: 10 * time.Second, RetryAge: 2 * time.Second,
	}
}

// maxAge and maxAgeConnected are the defaults of max_age: a server that does not answer
// should be noticed sooner than a record that has changed, which caches keep anyway.
const (
	maxAge          = 5 * time.Minute
	maxAgeConnected = 30 * time.Second
)

// NoConfig is the configuration without a file: the module DefaultModule.
func NoConfig() *Config {
	m := newModule(DefaultModule)
	m.MaxAge = maxAge
	return &Config{Modules: map[string]*Module{DefaultModule: m}}
}

// ReadConfig reads a modules file. The error is one line: FILE:LINE, what is wrong, and
// what may have been meant.
func ReadConfig(path string) (*Config, error) {
	f, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", safetext.Line(path), err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limits.ModulesFile+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", safetext.Line(path), errors.Unwrap(err))
	}
	c, err := parseConfig(text)
	if err == nil {
		err = c.openable(filepath.Dir(path))
	}
	if err != nil {
		at := safetext.Line(path)
		if where := (*lineError)(nil); errors.As(err, &where) && where.line > 0 {
			at = fmt.Sprintf("%s:%d", at, where.line)
		}
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	return c, nil
}

// moduleName is what a module may be called: it becomes a label and part of a URL.
var moduleName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$`)

// parseConfig reads the text of a modules file.
func parseConfig(text []byte) (*Config, error) {
	if len(text) > limits.ModulesFile {
		return nil, fmt.Errorf("longer than %d KiB", limits.ModulesFile>>10)
	}
	var doc yaml.Node
	if err := loadYAML(text, &doc); err != nil {
		return nil, err
	}
	c := NoConfig()
	top := keys{"modules": func(n *yaml.Node) error {
		return eachKey(n, "a module", func(key, value *yaml.Node) error {
			if !moduleName.MatchString(key.Value) {
				return errorAt(key, "a module's name has letters, digits, _, - and ., and at most 64 of them: %s",
					quoted(key.Value))
			}
			m, err := readModule(key.Value, value)
			if err != nil {
				return err
			}
			if c.Modules[m.Name] = m; len(c.Modules) > limits.Modules {
				return errorAt(key, "more than %d modules", limits.Modules)
			}
			return nil
		})
	}}
	return c, top.read(&doc, "the file")
}

// readModule reads one module.
func readModule(name string, n *yaml.Node) (*Module, error) {
	m := newModule(name)
	known := moduleKeys(m)
	if err := known.read(n, "the module "+name); err != nil {
		return nil, err
	}
	return m, m.settle(n)
}

// settle checks the keys of a module against each other, and fills in the defaults that
// depend on other keys.
func (m *Module) settle(n *yaml.Node) error {
	line := func(key string) *yaml.Node { return keyNode(n, key) }
	if m.DNSOnly {
		for _, key := range []string{"known_hosts", "hostkeys", "all_hostkeys", "connect_timeout"} {
			if at := line(key); at != nil {
				return errorAt(at, "%s needs 'dns_only: false': the module %s does not connect", key, m.Name)
			}
		}
	} else {
		switch {
		case m.Name == DefaultModule:
			return errorAt(line("dns_only"),
				"the module %s is what a probe without module= gets, so it must not connect: choose another name", m.Name)
		case m.Allow == nil:
			return errorAt(line("dns_only"),
				"the module %s connects, so it needs 'allow:', a list of name patterns and prefixes", m.Name)
		case line("known_hosts") == nil:
			m.KnownHosts = []string{defaultKnownHosts}
		}
	}
	if line("max_age") == nil {
		m.MaxAge = max(maxAge, m.MinAge)
		if !m.DNSOnly {
			m.MaxAge = max(maxAgeConnected, m.MinAge)
		}
	}
	if m.MaxAge < m.MinAge {
		return errorAt(line("max_age"), "max_age is less than min_age, %v", m.MinAge)
	}
	return nil
}

// openable checks that the files that a module names are there, and makes their paths
// absolute: a relative one is beside the modules file.
func (c *Config) openable(dir string) error {
	for _, m := range c.Modules {
		all := []*string{&m.HostsFile}
		for i := range m.KnownHosts {
			all = append(all, &m.KnownHosts[i])
		}
		for _, path := range all {
			if *path == "" || *path == "none" || *path == defaultKnownHosts {
				continue
			}
			if !filepath.IsAbs(*path) {
				*path = filepath.Join(dir, *path)
			}
			f, err := open(*path)
			if err != nil {
				return fmt.Errorf("the module %s: %s: %w", m.Name, safetext.Line(*path), err)
			}
			f.Close()
		}
	}
	return nil
}

// open looks at the kind of the file first: opening a FIFO would wait for a writer, and
// meanwhile the exporter would neither read the modules nor end. The error is without the
// path.
func open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, errors.Unwrap(err)
	case info.IsDir():
		return nil, errors.New("is a directory")
	case !info.Mode().IsRegular() && info.Mode()&fs.ModeCharDevice == 0:
		return nil, errors.New("is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	return f, nil
}
