package dialect

import (
	"testing"

	"rdnsproxy/check"
)

// TestStatus: the exit statuses of check.
func TestStatus(t *testing.T) {
	tests := []struct {
		failOn     check.Severity
		severities []check.Severity
		want       int
	}{
		{check.Warning, nil, 0},
		{check.Warning, []check.Severity{check.Pass, check.Notice}, 0},
		{check.Notice, []check.Severity{check.Notice}, 1},
		{check.Warning, []check.Severity{check.Warning}, 1},
		{check.Error, []check.Severity{check.Warning}, 0},
		{check.Warning, []check.Severity{check.Unknown}, 3},
		{check.Notice, []check.Severity{check.Unknown}, 3},
		{check.Warning, []check.Severity{check.Unknown, check.Pass}, 3},
		{check.Warning, []check.Severity{check.Unknown, check.Error}, 1},
		{check.Error, []check.Severity{check.Unknown, check.Warning}, 3},
		{check.Error + 1, []check.Severity{check.Error, check.Unknown}, 0},
	}
	for _, tt := range tests {
		if got := Status(tt.failOn, tt.severities); got != tt.want {
			t.Errorf("fail-on %d, %v: %d, want %d", tt.failOn, tt.severities, got, tt.want)
		}
	}
}
