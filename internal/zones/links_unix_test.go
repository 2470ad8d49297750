//go:build unix

package zones

import (
	"os"
	"strings"
	"testing"
)

// TestIncludedThroughLinks: links lead to what is below the zone's directory, and to nothing
// else. On Windows only administrators make some.
func TestIncludedThroughLinks(t *testing.T) {
	const soa = "$ORIGIN example.com.\n@ SOA ns h 1 2 3 4 5\n"
	files(t, map[string]string{
		"secret": "password\n", "zones/link": soa + "$INCLUDE leads\n", "zones/dangling": soa + "$INCLUDE nowhere\n",
		"zones/deep/part": "\n", "zones/above": "web A 192.0.2.1\n", "zones/within": soa + "$INCLUDE inside\n",
	})
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{"leads": here + "/secret", "nowhere": "../nosuch", "inside": "deep/../above"} {
		if err := os.Symlink(to, "zones/"+from); err != nil {
			t.Fatal(err)
		}
	}
	for file, included := range map[string]string{"link": "zones/leads", "dangling": "zones/nowhere"} {
		err := new(Set).File("zones/"+file, strings.NewReader(""))
		want := "zones/" + file + ":3: $INCLUDE: " + included + ": it is outside the directory of the zone file"
		if err == nil || err.Error() != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
	load(t, "zones/within")
}
