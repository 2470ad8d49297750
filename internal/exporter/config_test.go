package exporter

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/resolve"

	"github.com/google/go-cmp/cmp"
)

// TestConfigErrors: what is wrong is one line with the file, the line, and what may have
// been meant.
func TestConfigErrors(t *testing.T) {
	const connects = "modules:\n  ssh:\n    dns_only: false\n    allow: [\"*.example.com\"]\n"
	for text, want := range map[string]string{
		"":                                                           ": the file is empty: it needs 'modules:'",
		"# nothing\n":                                                ": the file is empty: it needs 'modules:'",
		"modules: {}\nx: 1\n":                                        `:2: unknown key "x"`,
		"module:\n  a: {}\n":                                         `:1: unknown key "module", did you mean "modules"?`,
		connects + "\n\n    hostkey: x\n":                            `:7: unknown key "hostkey", did you mean "hostkeys"?`,
		connects + "    host: x\n":                                   `:5: unknown key "host"`,
		connects + "    known: x\n":                                  `:5: unknown key "known", did you mean "known_hosts"?`,
		connects + "    zzz: x\n":                                    `:5: unknown key "zzz"`,
		"modules:\n  a: {fail_on: warn}\n":                           `:2: fail_on: unknown value "warn", did you mean "warning"? (one of notice, unknown, warning, error)`,
		"modules:\n  a: {family: ipv5}\n":                            `:2: family: unknown value "ipv5", did you mean "ipv4"? (one of any, ipv4, ipv6)`,
		"modules:\n  a: {dns_only: yes}\n":                           `:2: dns_only: unknown value "yes" (one of true, false)`,
		"modules:\n  a:\n    rate: 4\n    rate: 5\n":                 `:4: the key "rate" is given twice, first in line 3`,
		"modules:\n  a: {}\n  b: {}\n  a: {}\n":                      `:4: the key "a" is given twice, first in line 2`,
		"modules:\n  a: {rate: -1}\n":                                `:2: rate: not a whole number from 1: "-1"`,
		"modules:\n  a: {max_age: 5}\n":                              `:2: max_age: not a duration such as 500ms, 10s or 5m: "5"`,
		"modules:\n  a: {max_age: 9999d}\n":                          `:2: max_age: "9999d" is more than 24h0m0s`,
		"modules:\n  a:\n    min_age: 1h\n    max_age: 1m\n":         `:4: max_age is less than min_age, 1h0m0s`,
		"modules:\n  a: {resolver: [ns.example.com]}\n":              `:2: resolver: a DNS server is ADDR or ADDR:PORT: "ns.example.com"`,
		"modules:\n  a: {compare: [192.0.2.1, 192.0.2.2]}\n":         `:2: compare: takes one DNS server, not 2`,
		"modules:\n  a: {resolver: }\n":                              `:2: resolver: an empty value`,
		"modules:\n  a: {allow: []}\n":                               `:2: allow: an empty value`,
		"modules:\n  a: {allow: [\"!x\"]}\n":                         `:2: nothing is allowed: every pattern begins with !`,
		"modules:\n  a: {allow: [\"x:y\"]}\n":                        `:2: allow: invalid port "y"`,
		"modules:\n  a: {allow: [\"a b\"]}\n":                        `:2: allow: neither a prefix nor a pattern of letters, digits, -, _, ., * and ?: "a b"`,
		"modules:\n  a: {allow: [\"::/0:22\"]}\n":                    `:2: allow: neither a prefix nor a pattern of letters, digits, -, _, ., * and ?: "::/0:22"`,
		"modules:\n  ssh:\n    dns_only: false\n":                    `:3: the module ssh connects, so it needs 'allow:', a list of name patterns and prefixes`,
		"modules:\n  dns_only:\n    dns_only: false\n    allow: x\n": `:3: the module dns_only is what a probe without module= gets, so it must not connect: choose another name`,
		"modules:\n  a:\n    known_hosts: x\n":                       `:3: known_hosts needs 'dns_only: false': the module a does not connect`,
		connects + "    hostkeys: {git: SHA256:x}\n":                 `:5: a fingerprint is SHA256: and 43 characters, as 'ssh-keygen -l' prints it: "SHA256:x"`,
		connects + "    hostkeys: {\"!git\": SHA256:x}\n":            `:5: a target of hostkeys is HOST or HOST:PORT, patterns and prefixes too: "!git"`,
		connects + "    known_hosts: nosuch\n":                       `: the module ssh: DIR/nosuch: no such file or directory`,
		"modules:\n  a: &x {rate: 1}\n  b: *x\n":                     `:3: YAML's anchors and aliases are not supported`,
		"modules: {}\n---\nmodules: {}\n":                            `:2: a second document: all modules have to be in one`,
		"modules:\n  a b: {}\n":                                      `:2: a module's name has letters, digits, _, - and ., and at most 64 of them: "a b"`,
		"modules:\n  \"a\\e[2J\": {}\n":                              `:2: a module's name has letters, digits, _, - and ., and at most 64 of them: "a\027[2J"`,
		"- a\n":                                                      `:1: the file needs lines KEY: VALUE`,
		"modules: [a]\n":                                             `:1: modules: a module needs lines KEY: VALUE`,
		"modules:\n\ta: b\n":                                         `:2: not YAML: found character that cannot start any token`,
		"modules: {a: {timeout: 1s}":                                 `:2: not YAML: did not find expected ',' or '}'`,
		strings.Repeat("#", 2<<20):                                   `: longer than 1024 KiB`,
	} {
		path := filepath.Join(t.TempDir(), "modules.yml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadConfig(path)
		if err == nil {
			t.Errorf("%.80q is taken", text)
			continue
		}
		got := strings.ReplaceAll(strings.TrimPrefix(err.Error(), path), filepath.Dir(path), "DIR")
		if got != want {
			t.Errorf("%.80q:\n got %s\nwant %s", text, got, want)
		}
	}
	if _, err := ReadConfig("/nonexistent/modules.yml"); err == nil || err.Error() != "/nonexistent/modules.yml: no such file or directory" {
		t.Error(err)
	}
	if _, err := ReadConfig(t.TempDir()); err == nil || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "%!") {
		t.Error(err)
	}
}

// TestConfig: every key does what it says, and what is not said has its default.
func TestConfig(t *testing.T) {
	c, err := parseConfig([]byte(`
modules:
  plain:
  all:
    dns_only: false
    allow: ["*.example.com", 192.0.2.0/24]
    resolver: 192.0.2.53
    compare: "192.0.2.55:5353"
    hosts_file: none
    family: ipv6
    require_name: true
    rate: 100
    fail_on: error
    check_timeout: 1s
    connect_timeout: 2s
    timeout: 1m30s
    min_age: 1s
    max_age: 1d
    retry_age: 500ms
    known_hosts: [a, b]
    hostkeys: {"git.example.com:2222": SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA}
    all_hostkeys: true
  ssh: {dns_only: false, allow: git.example.com}
`))
	if err != nil {
		t.Fatal(err)
	}
	plain := newModule("plain")
	plain.MaxAge = 5 * time.Minute
	if d := cmp.Diff(plain, c.Modules["plain"]); d != "" {
		t.Error(d)
	}
	all := c.Modules["all"]
	if len(all.Allow.rules) != 2 || len(all.Resolvers) != 1 || len(all.Compare) != 1 || len(all.HostKeys) != 1 || len(all.HostKeys[0].fingerprints) != 1 {
		t.Errorf("%+v", all)
	}
	all.Allow, all.Resolvers, all.Compare, all.HostKeys = nil, nil, nil, nil
	if d := cmp.Diff(&Module{
		Name: "all", HostsFile: "none", Family: resolve.IPv6, RequireName: true, Rate: 100, FailOn: check.Error, CheckTimeout: time.Second,
		ConnectTimeout: 2 * time.Second, Timeout: 90 * time.Second, MinAge: time.Second, MaxAge: 24 * time.Hour,
		RetryAge: 500 * time.Millisecond, KnownHosts: []string{"a", "b"}, AllHostKeys: true,
	}, all); d != "" {
		t.Error(d)
	}
	if ssh := c.Modules["ssh"]; ssh.MaxAge != 30*time.Second || ssh.KnownHosts[0] != defaultKnownHosts {
		t.Errorf("%+v", ssh)
	}
	if m := c.Modules[DefaultModule]; m == nil || !m.DNSOnly || len(c.Modules) != 4 {
		t.Errorf("%+v", c.Modules)
	}
}

// FuzzConfig: whatever is in the file, either it is refused in one line, or no module
// connects without an allow-list.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{
		"modules:\n  ssh:\n    dns_only: false\n    allow: [\"*\", 192.0.2.0/24]\n", "modules: {a: {rate: 1, hostkeys: {x: y}}}", "a: &x [*x]", "modules:\n  a:\n   - b",
		"modules: !!binary aGk=", "? [a]\n: b", "modules: {a: {min_age: 1h}}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := parseConfig(text)
		if err != nil {
			if s := err.Error(); strings.ContainsAny(s, "\n\r\x1b") || s == "" {
				t.Errorf("%q", s)
			}
			return
		}
		for name, m := range c.Modules {
			if m.Name != name || !m.DNSOnly && m.Allow == nil || m.MaxAge < m.MinAge || m.MinAge <= 0 {
				t.Errorf("%+v", m)
			}
		}
		if m := c.Modules[DefaultModule]; m == nil || !m.DNSOnly {
			t.Errorf("%+v", m)
		}
	})
}
