package check_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/lab"
	"rdnsproxy/resolve"

	"github.com/google/go-cmp/cmp"
)

// TestManyAddressesOfManyNames: names that all addresses share are asked about once, so
// that the result is whole and always the same.
func TestManyAddressesOfManyNames(t *testing.T) {
	var forward, reverse []string
	for i := range 64 {
		forward = append(forward, fmt.Sprintf("many A 192.0.2.%d", i))
		for k := range 10 {
			forward = append(forward, fmt.Sprintf("name%d A 192.0.2.%d", k, i))
			reverse = append(reverse, fmt.Sprintf("%d PTR name%d.example.com.", i, k))
		}
	}
	s, err := lab.StartDNS(lab.Zone("example.com", forward...), lab.Zone("2.0.192.in-addr.arpa", reverse...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	checker := func() *check.Checker {
		c := fleetChecker(t, time.Minute, resolve.Server{Addr: s.Addr()})
		c.Resolver.Config.Search = nil
		return c
	}
	hosts, ahead := []string{"many.example.com"}, checker()
	want := results(t, ahead, hosts, resolve.AnyFamily, laneFor(t, ahead))
	if !strings.Contains(want[hosts[0]], `"verdict": "confirmed"`) {
		t.Fatal(want[hosts[0]])
	}
	for range 20 {
		if diff := cmp.Diff(want, results(t, checker(), hosts, resolve.AnyFamily, nil)); diff != "" {
			t.Fatalf("(- lane, + ordinary):\n%s", diff)
		}
	}
}
