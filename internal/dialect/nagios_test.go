package dialect

import (
	"testing"

	"rdnsproxy/check"
)

func TestNagiosStatus(t *testing.T) {
	for _, c := range []struct {
		failOn check.Severity
		found  []check.Severity
		want   int
	}{
		{0, nil, 3},
		{0, []check.Severity{check.Pass, check.Notice}, 0},
		{0, []check.Severity{check.Warning, check.Unknown, check.Pass}, 1},
		{0, []check.Severity{check.Unknown, check.Pass}, 3},
		{0, []check.Severity{check.Warning, check.Error, check.Unknown}, 2},
		{check.Notice, []check.Severity{check.Notice}, 1},
		{check.Notice, []check.Severity{check.Unknown, check.Notice}, 1},
		{check.Error, []check.Severity{check.Warning}, 0},
		{check.Error, []check.Severity{check.Warning, check.Unknown}, 3},
		{check.Error + 1, []check.Severity{check.Error, check.Unknown}, 0},
	} {
		if got := NagiosStatus(c.failOn, c.found); got != c.want {
			t.Errorf("fail on %s: %v is %d, not %d", c.failOn, c.found, got, c.want)
		}
	}
}
