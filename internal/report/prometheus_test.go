package report

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rdnsproxy/check"
	"rdnsproxy/internal/dialect/readertest"
)

var (
	sampleLine = regexp.MustCompile(`^([a-z_]+)(?:\{(.*)\})? (\S+)$`)
	labelPair  = regexp.MustCompile(`^([a-z_]+)="((?:[^"\\]|\\["\\n])*)"(?:,|$)`)
)

// series is a sample with its labels.
type series struct {
	metric string
	labels map[string]string
	value  float64
}

// readPrometheus parses the text format strictly: each family in one piece, after one
// HELP and one TYPE.
func readPrometheus(t *testing.T, report string) []series {
	t.Helper()
	var all []series
	family, seen := "", map[string]bool{}
	for line := range strings.Lines(report) {
		line = strings.TrimSuffix(line, "\n")
		if help, ok := strings.CutPrefix(line, "# HELP "); ok {
			family, _, _ = strings.Cut(help, " ")
			if seen[family] {
				t.Errorf("%s is in two pieces", family)
			}
			seen[family] = true
			continue
		}
		if strings.HasPrefix(line, "# TYPE "+family+" gauge") {
			continue
		}
		m := sampleLine.FindStringSubmatch(line)
		if m == nil || m[1] != family {
			t.Fatalf("no sample of %s: %q", family, line)
		}
		s := series{metric: m[1], labels: map[string]string{}}
		for rest := m[2]; rest != ""; {
			l := labelPair.FindStringSubmatch(rest)
			if l == nil {
				t.Fatalf("no label: %q", rest)
			}
			s.labels[l[1]] = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n").Replace(l[2])
			rest = rest[len(l[0]):]
		}
		v, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			t.Fatal(err)
		}
		s.value = v
		all = append(all, s)
	}
	return all
}

func checkPrometheus(t *testing.T, report string, r *check.Result) {
	t.Helper()
	for _, s := range readPrometheus(t, report) {
		if s.labels["target"] != name(r) {
			t.Errorf("%q reads as %q", name(r), s.labels["target"])
		}
	}
}

// TestPromtool: Prometheus's own parser and linter find no fault.
func TestPromtool(t *testing.T) {
	twice := append(everything(t), everything(t)...) // the same series twice would be an error
	for name, rs := range map[string][]*check.Result{"recorded": twice, "attacks": attacked()} {
		if said, ok := readertest.Read(t, write(t, "prometheus", Options{Time: noon}, rs...), "promtool", "check", "metrics"); !ok || said != "" {
			t.Errorf("%s: %s", name, said)
		}
	}
	if said, ok := readertest.Read(t, "x{a=\"b\n", "promtool", "check", "metrics"); ok {
		t.Errorf("promtool accepts anything: %s", said)
	}
}

// TestPrometheusStates: in each state set only the state of the result is 1.
func TestPrometheusStates(t *testing.T) {
	type where struct{ metric, target, address string }
	ones := map[where]string{}
	members := map[where]int{}
	for _, s := range readPrometheus(t, write(t, "prometheus", Options{}, everything(t)...)) {
		state := s.labels["verdict"] + s.labels["status"]
		if state == "" || s.metric == "rdnsproxy_check_hostkeys" {
			continue
		}
		w := where{s.metric, s.labels["target"], s.labels["address"]}
		members[w]++
		if s.value == 1 {
			ones[w] += state
		}
	}
	n := 0
	for _, r := range everything(t) {
		for _, p := range points(r) {
			w := where{"rdnsproxy_check_verdict", p.target, p.where()}
			if ones[w] != string(p.verdict) || members[w] != len(check.Verdicts()) {
				t.Errorf("%v: %q of %d", w, ones[w], members[w])
			}
			n++
			if p.address == nil || p.address.Connect == nil {
				continue
			}
			w.metric = "rdnsproxy_check_connect_status"
			if ones[w] != string(p.address.Connect.Status) || members[w] != len(check.ConnectStatuses()) {
				t.Errorf("%v: %q of %d", w, ones[w], members[w])
			}
			n++
		}
	}
	if n != len(members) {
		t.Errorf("%d state sets of %d", len(members), n)
	}
}

// TestPrometheusLabels: no label is chosen by a stranger.
func TestPrometheusLabels(t *testing.T) {
	for _, s := range readPrometheus(t, write(t, "prometheus", Options{}, everything(t)...)) {
		for name := range s.labels {
			switch name {
			case "target", "address", "verdict", "status", "phase":
			default:
				t.Errorf("%s has the label %s", s.metric, name)
			}
		}
	}
}
