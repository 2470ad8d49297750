package report

import (
	"cmp"
	"slices"

	"rdnsproxy/check"
)

// Family is a family of Prometheus's metrics about a result, a gauge. The families are one
// table, so that a file for node_exporter and a probe of the exporter say the same.
type Family struct {
	Name, Help string
	Labels     []string // the names of a sample's labels, without the target

	add func(*sampler)
}

// severities explains the numbers of a severity in HELP.
const severities = ": 0 ok, 1 notice, 2 unknown, 3 warning, 4 error."

// families returns the table, in the order of the text format.
//
// A value from a closed set is a state set: a series for each state, 1 for the current
// one. So a verdict that changes leaves no stale series behind, and a rule can wait for a
// state that has not occurred yet. Labels are addresses and words of closed sets. Names
// from DNS and key types from servers are chosen by strangers, and would grow without
// bound.
func families() []Family {
	return []Family{
		{"rdnsproxy_check_severity", "Severity of the worst finding about the target" + severities, nil,
			func(s *sampler) { s.sample(float64(s.result.Severity)) }},
		{"rdnsproxy_check_verdict",
			"Whether the mapping of name and address has this verdict; the address is empty if the name has none.",
			[]string{"address", "verdict"},
			func(s *sampler) {
				for _, p := range s.points {
					states(s, p.where(), check.Verdicts(), p.verdict)
				}
			}},
		{"rdnsproxy_check_address_severity", "Severity of the worst finding about the address" + severities,
			[]string{"address"},
			func(s *sampler) {
				for _, p := range s.points {
					if p.address != nil {
						s.sample(float64(p.address.Severity), p.where())
					}
				}
			}},
		{"rdnsproxy_check_connect_status", "Whether connecting to the address ended with this status.",
			[]string{"address", "status"},
			func(s *sampler) {
				for _, p := range s.points {
					if p.address != nil && p.address.Connect != nil {
						states(s, p.where(), check.ConnectStatuses(), p.address.Connect.Status)
					}
				}
			}},
		{"rdnsproxy_check_connect_seconds", "Time that connecting to the address took.", []string{"address"},
			func(s *sampler) {
				for _, p := range s.points {
					if p.address != nil && p.address.Connect != nil {
						s.sample(p.address.Connect.Seconds, p.where())
					}
				}
			}},
		{"rdnsproxy_check_hostkeys", "Number of host keys that ssh would give this status.",
			[]string{"address", "status"}, addHostKeys},
		{"rdnsproxy_check_ttl_seconds",
			"Smallest TTL of DNS's answers about the name and its addresses; after it they may differ.", nil,
			func(s *sampler) {
				if ttl, ok := s.result.TTL(); ok {
					s.sample(ttl.Seconds())
				}
			}},
		{"rdnsproxy_check_phase_seconds", "Time that a phase of the check took, for the slowest address of the target.",
			[]string{"phase"},
			func(s *sampler) {
				for _, phase := range phases(s.result.Timings) {
					s.sample(phase.seconds, phase.name)
				}
			}},
	}
}

func addHostKeys(s *sampler) {
	for _, p := range s.points {
		if p.address == nil || p.address.SSH == nil {
			continue
		}
		count := map[check.KeyStatus]int{}
		for _, k := range p.address.SSH.HostKeys {
			count[k.Status]++
		}
		for _, status := range check.KeyStatuses() {
			s.sample(float64(count[status]), p.where(), string(status))
		}
	}
}

// Families returns the table of families.
func Families() []Family { return families() }

// Measure calls tell with each sample of a result, family by family: the index of the family
// in fs, the value, and the values of the family's labels. At most so many of the target's
// addresses have samples, the worst ones; if most is 0, all have.
func Measure(fs []Family, r *check.Result, most int, tell func(family int, value float64, labels []string)) {
	s := sampler{result: r, points: points(r), tell: tell}
	if most > 0 && len(s.points) > most {
		slices.SortStableFunc(s.points, func(p, q point) int { return cmp.Compare(q.address.Severity, p.address.Severity) })
		s.points = s.points[:most]
	}
	for i := range fs {
		s.family = i
		fs[i].add(&s)
	}
}

// sampler makes the samples of one result.
type sampler struct {
	result *check.Result
	points []point
	family int
	tell   func(family int, value float64, labels []string)
}

func (s *sampler) sample(value float64, labels ...string) { s.tell(s.family, value, labels) }

// states tells a state set about an address.
func states[T ~string](s *sampler, address string, all []T, current T) {
	for _, state := range all {
		value := 0.0
		if state == current {
			value = 1
		}
		s.sample(value, address, string(state))
	}
}
