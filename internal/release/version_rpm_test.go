//go:build packages

package release

import (
	"os/exec"
	"strings"
	"testing"
)

// TestRPMOrder asks rpm whether versions sort as they should.
func TestRPMOrder(t *testing.T) {
	inOrder(t, Version.RPM, func(a, b string) bool {
		out, err := exec.Command("rpm", "--eval", "%{lua:print(rpm.vercmp('"+a+"', '"+b+"'))}").Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out)) == "-1"
	})
}
