package sshprobe_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// No probe may leave anything running.
func TestMain(m *testing.M) {
	os.Setenv("PATH", os.Getenv("PATH")+":/usr/local/sbin:/usr/sbin:/sbin") // sshd may stand beside the road
	goleak.VerifyTestMain(m)
}
