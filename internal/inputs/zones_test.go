package inputs

import (
	"slices"
	"strings"
	"testing"

	"rdnsproxy/internal/zones"
)

// TestZones: a name that no host can have is an item with its line, and is not escaped yet.
func TestZones(t *testing.T) {
	set := new(zones.Set)
	text := "$ORIGIN example.com.\n@ SOA ns h 1 2 3 4 5\nweb A 192.0.2.1\n" + `a\000b A 192.0.2.2` + "\n"
	if err := set.File("-", strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	want := []string{"stdin:3 web.example.com. dns-only", "stdin:4 a\x00b.example.com. dns-only bad: " + `"a\000b.example.com." is not the name of a host`}
	if got := show(Zones(set)); !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}
