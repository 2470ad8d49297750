package survey

import (
	"testing"

	"rdnsproxy/internal/target"
)

// TestAgain: how many targets there are is said only if all of them can be counted. A range
// beside a list is not in the list.
func TestAgain(t *testing.T) {
	list := target.Sources{FromFile: []string{"hosts.txt"}}
	ansible := list
	ansible.Ansible = "inventory"
	for _, tt := range []struct {
		from   target.Sources
		ranges int
		want   bool
	}{{list, 0, true}, {list, 1, false}, {target.Sources{}, 0, false}, {ansible, 0, false}} {
		if got := again(tt.from, tt.ranges); got != tt.want {
			t.Errorf("%+v with %d ranges: %t", tt.from, tt.ranges, got)
		}
	}
}
