package resolve

import (
	"context"
	"net/netip"
	"testing"

	"rdnsproxy/internal/lab"
)

// TestHeldBackIsNotTook: the time for which the user's own rate holds a lookup back is not
// told as the server's.
func TestHeldBackIsNotTook(t *testing.T) {
	s := startDNS(t, lab.Zone("2.0.192.in-addr.arpa", "1 PTR a.example.com.", "2 PTR b.example.com."))
	r := asking(t, s)
	r.Rate = 1
	ctx, cancel := r.WithTimeout(context.Background(), patience)
	defer cancel()
	r.Reverse(ctx, netip.MustParseAddr("192.0.2.1"), DNSOnly)
	a := r.Reverse(ctx, netip.MustParseAddr("192.0.2.2"), DNSOnly)
	if held := HeldBack(ctx); a.Status != OK || a.Took >= held/2 {
		t.Errorf("held back for %v, took %v: %+v", held, a.Took, a)
	}
}
