package survey

import (
	"slices"
	"testing"
	"time"

	"rdnsproxy/check"
)

// TestPauses: pauses grow after connections that reached sshd, which counts them, are
// longest after a refusal by sshd, and stay short if no connection was made.
func TestPauses(t *testing.T) {
	result := func(s check.ConnectStatus, codes ...check.Code) *check.Result {
		r := &check.Result{Addresses: []check.Address{{Connect: &check.Connect{Status: s}}}}
		for _, c := range codes {
			r.Findings = append(r.Findings, check.Finding{Code: c})
		}
		return r
	}
	reached, refused, nowhere := result(check.ConnectOK), result(check.ConnectRefused), &check.Result{}
	away := result(check.ConnectOK, check.SSHTurnedAway)
	for _, test := range []struct {
		what    string
		results []*check.Result
		want    []time.Duration // in seconds
	}{
		{"reached", []*check.Result{reached, reached, reached, reached, reached}, []time.Duration{2, 4, 8, 15, 15}},
		{"refused", []*check.Result{refused, refused, nowhere, refused}, []time.Duration{1, 1, 1, 1}},
		{"comes up", []*check.Result{nowhere, refused, reached, refused, reached}, []time.Duration{1, 1, 2, 1, 4}},
		{"turned away", []*check.Result{reached, away, reached}, []time.Duration{2, 15, 4}},
	} {
		t.Run(test.what, func(t *testing.T) {
			pause := pauses()
			var got []time.Duration
			for _, r := range test.results {
				got = append(got, pause(r)/time.Second)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%d s, want %d", got, test.want)
			}
		})
	}
}
