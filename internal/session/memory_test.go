package session

import (
	"errors"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"rdnsproxy/internal/reversecache"
	"rdnsproxy/resolve"
)

var remembered = netip.MustParseAddr("192.0.2.7")

// remembering returns a memory at home, which host is strict's.
func remembering(t *testing.T, dir, host string) *memory {
	at := func() (resolve.ConfigID, error) { return resolve.ConfigID{1}, nil }
	return &memory{dir: dir, host: host, config: at, now: at, started: time.Now(), trouble: func(err error) { t.Error(err) }}
}

// found is the outcome of a check that DNS has answered.
func found(passed bool) outcome {
	return outcome{settled: true, passed: passed, answers: []resolve.Answer{{
		Question: resolve.Question{Name: resolve.ReverseName(remembered), Type: resolve.PTR}, Status: resolve.OK,
		Source: resolve.Source{Kind: resolve.KindDNS, Where: "192.0.2.53"}, Names: []resolve.Name{"x.example.com"}, TTL: time.Hour,
	}}}
}

// What was asked in one network is not kept for another, although the machine is there now.
func TestNetworkChangesDuringLogin(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	m := remembering(t, dir, "")
	m.now = func() (resolve.ConfigID, error) { return resolve.ConfigID{2}, nil }
	m.learn(remembered, found(false))
	m.save()
	for _, id := range []resolve.ConfigID{{1}, {2}} {
		if r, err := (reversecache.Cache{Dir: dir, Config: id}).Recall(remembered); len(r.Answers) > 0 || err != nil {
			t.Errorf("%v: kept %v, %v", id, r.Answers, err)
		}
	}
}

// Where the network cannot be told, nothing is used and nothing kept, once said.
func TestNetworkUnknown(t *testing.T) {
	m := remembering(t, filepath.Join(t.TempDir(), "cache"), "")
	m.config = func() (resolve.ConfigID, error) { return resolve.ConfigID{}, errors.New("no netlink") }
	told := 0
	m.trouble = func(error) { told++ }
	m.learn(remembered, found(false))
	m.save()
	if len(m.recall(remembered)) > 0 || told == 0 {
		t.Errorf("used, or told %d times", told)
	}
}

// Strict keeps nothing by which it refuses; warn's answers and others' hosts are not for it.
func TestStrictKeepsWhatItPasses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	known := func(host string) int { return len(remembering(t, dir, host).recall(remembered)) }
	for _, step := range []struct {
		host                string // "" is warn
		passed              bool
		warn, strict, other int // answers that each would use afterwards
	}{
		{"a.example.com", false, 0, 0, 0},
		{"", false, 1, 0, 0},
		{"a.example.com", true, 1, 1, 0},
		{"b.example.com", true, 1, 1, 1},
		{"a.example.com", false, 1, 1, 1},
		{"", false, 1, 0, 0},
	} {
		m := remembering(t, dir, step.host)
		m.learn(remembered, found(step.passed))
		m.save()
		if w, s, o := known(""), known("A.example.com."), known("b.example.com"); w != step.warn || s != step.strict || o != step.other {
			t.Errorf("after %+v: warn uses %d, strict %d, and for another host %d", step, w, s, o)
		}
	}
}

// What is known already is not written again.
func TestWritesNothingNew(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	m := remembering(t, dir, "")
	m.learn(remembered, found(false))
	m.save()
	m = remembering(t, dir, "")
	kept := *m.recall(remembered)[0]
	m.learn(remembered, outcome{settled: true, answers: []resolve.Answer{kept}})
	if len(m.changes) > 0 {
		t.Error("it would be written again")
	}
}

// A failure is remembered until a check succeeds.
func TestRemembersFailures(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	failed := func() bool { r := remembering(t, dir, "").of(remembered); return !r.Failed.At.IsZero() }
	m := remembering(t, dir, "")
	m.learn(remembered, outcome{failure: reversecache.Failure{Status: resolve.Timeout, At: time.Now()}})
	if m.save(); !failed() {
		t.Error("forgotten")
	}
	m = remembering(t, dir, "")
	m.learn(remembered, outcome{settled: true}) // a hosts line has the answer by now
	if m.save(); failed() {
		t.Error("remembered after a success")
	}
	m = remembering(t, dir, "")
	m.fail(remembered, reversecache.Failure{Status: reversecache.CutShort, At: time.Now()})
	if m.save(); !failed() {
		t.Error("cut short, and forgotten")
	}
	m.learn(remembered, outcome{settled: true}) // late, and nothing that may be kept
	if m.save(); failed() {
		t.Error("cut short, and remembered after a late success")
	}
}
