package lab_test

import (
	"testing"

	"go.uber.org/goleak"
)

// No server may leave a goroutine running.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
