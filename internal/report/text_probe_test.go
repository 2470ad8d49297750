package report

import (
	"testing"

	"rdnsproxy/check"
)

// TestProbedWords: every status has words of its own, and those of a bad key are in
// capitals.
func TestProbedWords(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range check.ConnectStatuses() {
		words := connected(check.Connect{Status: s, Seconds: 0.0121})
		if words == "" || seen[words] {
			t.Errorf("%s: %q", s, words)
		}
		seen[words] = true
	}
	for _, s := range check.KeyStatuses() {
		words := keyWords(check.HostKey{Status: s})
		if words == "" || seen[words] {
			t.Errorf("%s: %q", s, words)
		}
		seen[words] = true
	}
	for k, want := range map[check.HostKey]string{
		{Status: check.KeyChanged}:                      "CHANGED",
		{Status: check.KeyRevoked, Certificate: true}:   "certificate REVOKED",
		{Status: check.KeyCertified, Certificate: true}: "certified",
	} {
		if got := keyWords(k); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func TestShowSeconds(t *testing.T) {
	for seconds, want := range map[float64]string{
		0: "0 ms", 0.0009: "0.9 ms", 0.0121: "12.1 ms", 0.314159: "314.2 ms", 5.0002: "5 s", 12.345: "12.3 s", 1234.5: "1234.5 s",
	} {
		if got := showSeconds(seconds); got != want {
			t.Errorf("%v: %q, not %q", seconds, got, want)
		}
	}
}
