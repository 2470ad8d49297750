package exporter

import (
	"math"
	"strconv"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/limits"
	"rdnsproxy/resolve"

	"go.yaml.in/yaml/v4"
)

// moduleKeys has a reader for each key of a module, which sets it in m.
func moduleKeys(m *Module) keys {
	return keys{
		"dns_only":   boolean(&m.DNSOnly),
		"allow":      func(n *yaml.Node) (err error) { m.Allow, err = readAllow(n); return err },
		"resolver":   servers(&m.Resolvers),
		"compare":    one(&m.Compare, servers(&m.Compare)),
		"hosts_file": word(&m.HostsFile),
		"family": choice(&m.Family, []string{"any", "ipv4", "ipv6"},
			[]resolve.Family{resolve.AnyFamily, resolve.IPv4, resolve.IPv6}),
		"require_name": boolean(&m.RequireName),
		"rate":         number(&m.Rate),
		"fail_on": choice(&m.FailOn, []string{"notice", "unknown", "warning", "error"},
			[]check.Severity{check.Notice, check.Unknown, check.Warning, check.Error}),
		"check_timeout":   span(&m.CheckTimeout, limits.ProbeTime),
		"connect_timeout": span(&m.ConnectTimeout, limits.ProbeTime),
		"timeout":         span(&m.Timeout, limits.ProbeTime),
		"min_age":         span(&m.MinAge, limits.ResultAge),
		"max_age":         span(&m.MaxAge, limits.ResultAge),
		"retry_age":       span(&m.RetryAge, limits.ResultAge),
		"known_hosts":     words(&m.KnownHosts),
		"hostkeys":        func(n *yaml.Node) (err error) { m.HostKeys, err = readHostKeys(n); return err },
		"all_hostkeys":    boolean(&m.AllHostKeys),
	}
}

func boolean(set *bool) func(*yaml.Node) error {
	return choice(set, []string{"true", "false"}, []bool{true, false})
}

// choice reads one of the known words; means has what each stands for, in the same order.
func choice[T any](set *T, known []string, means []T) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		value, err := scalar(n)
		if err != nil {
			return err
		}
		for i, w := range known {
			if w == value {
				*set = means[i]
				return nil
			}
		}
		return errorAt(n, "unknown value %s%s (one of %s)", quoted(value), meant(value, known), strings.Join(known, ", "))
	}
}

// word reads a scalar that is not empty.
func word(set *string) func(*yaml.Node) error {
	return func(n *yaml.Node) (err error) {
		if *set, err = scalar(n); err == nil && *set == "" {
			err = errorAt(n, "an empty value")
		}
		return err
	}
}

// words reads one word or a list of them.
func words(set *[]string) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		return eachWord(n, func(_ *yaml.Node, w string) error {
			*set = append(*set, w)
			return nil
		})
	}
}

// servers reads DNS servers.
func servers(set *[]resolve.Server) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		return eachWord(n, func(at *yaml.Node, w string) error {
			s, err := resolve.ParseServer(w)
			if err != nil {
				return errorAt(at, "a DNS server is ADDR or ADDR:PORT: %s", quoted(w))
			}
			*set = append(*set, s)
			return nil
		})
	}
}

// one refuses a list of several: answers are compared with those of one other server.
func one(set *[]resolve.Server, read func(*yaml.Node) error) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		if err := read(n); err != nil {
			return err
		}
		if len(*set) > 1 {
			return errorAt(n, "takes one DNS server, not %d", len(*set))
		}
		return nil
	}
}

// number reads a whole number from 1.
func number(set *int) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		value, err := scalar(n)
		if err != nil {
			return err
		}
		i, err := strconv.ParseUint(value, 10, 31)
		if err != nil || i == 0 {
			return errorAt(n, "not a whole number from 1: %s", quoted(value))
		}
		*set = int(i)
		return nil
	}
}

// span reads a duration as Go and Prometheus write it (500ms, 1m30s, 1d), above 0 and not
// longer than most.
func span(set *time.Duration, most time.Duration) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		value, err := scalar(n)
		if err != nil {
			return err
		}
		d, err := parseDuration(value)
		switch {
		case err != nil || d <= 0:
			return errorAt(n, "not a duration such as 500ms, 10s or 5m: %s", quoted(value))
		case d > most:
			return errorAt(n, "%s is more than %v", quoted(value), most)
		}
		*set = d
		return nil
	}
}

// parseDuration is time.ParseDuration with days, as Prometheus has them.
func parseDuration(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 31)
		if err == nil && n > math.MaxInt64/uint64(24*time.Hour) {
			err = strconv.ErrRange
		}
		return time.Duration(n) * 24 * time.Hour, err
	}
	return time.ParseDuration(s)
}

// readHostKeys reads the fingerprints by target.
func readHostKeys(n *yaml.Node) (all []expectation, err error) {
	err = eachKey(n, "a target", func(key, value *yaml.Node) error {
		rule, err := parseRule(key.Value)
		if err != nil || rule.negated {
			return errorAt(key, "a target of hostkeys is HOST or HOST:PORT, patterns and prefixes too: %s", quoted(key.Value))
		}
		e := expectation{Rule: rule}
		err = eachWord(value, func(at *yaml.Node, w string) error {
			if !hostsfile.IsFingerprint(w) {
				return errorAt(at, "a fingerprint is SHA256: and 43 characters, as 'ssh-keygen -l' prints it: %s", quoted(w))
			}
			e.fingerprints = append(e.fingerprints, strings.TrimRight(w, "="))
			return nil
		})
		all = append(all, e)
		return err
	})
	return all, err
}
