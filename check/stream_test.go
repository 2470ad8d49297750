package check_test

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"testing"

	"rdnsproxy/check"
	"rdnsproxy/internal/lab"
)

// asks yields an Ask for each host, and counts them.
func (w *world) asks(pulled *atomic.Int64, hosts iter.Seq[string]) iter.Seq2[string, check.Ask] {
	return func(yield func(string, check.Ask) bool) {
		for host := range hosts {
			pulled.Add(1)
			if !yield(host, w.ask(host)) {
				return
			}
		}
	}
}

// fleet yields h0.example.com, h1.example.com, …; n < 0: without an end.
func fleet(n int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 0; i != n && yield(fmt.Sprintf("h%d.example.com", i)); i++ {
		}
	}
}

// fleetZone has an address for the first n of them.
func fleetZone(address string, n int) lab.DNSZone {
	var records []string
	for i := range n {
		records = append(records, fmt.Sprintf("h%d A %s", i, address))
	}
	return lab.Zone("example.com", records...)
}

// whole returns the Result as it is.
func (w *world) whole(ctx context.Context, _ string, a check.Ask) *check.Result {
	return w.Check(ctx, a)
}

// TestStream: the results are those of Check, in the order of the targets.
func TestStream(t *testing.T) {
	w := newWorld(t, "", fleetZone("192.0.2.1", 200),
		lab.Zone("2.0.192.in-addr.arpa", "1 PTR h3.example.com."))
	i := 0
	for r := range check.Stream(t.Context(), &w.Checker, w.asks(new(atomic.Int64), fleet(200)), check.StreamOptions{Jobs: 16}, w.whole) {
		want := check.Confirmed
		if i == 3 {
			want = check.Exact
		}
		if host := fmt.Sprintf("h%d.example.com", i); r.Host != host || r.Verdict != want {
			t.Errorf("%s is %s where %s should be %s", r.Host, r.Verdict, host, want)
		}
		i++
	}
	if i != 200 {
		t.Errorf("%d results", i)
	}
}

// TestStreamBounded: of targets without an end, no more are taken than the window has room
// for, and when the consumer stops, all work does (the package's tests end with a look for
// goroutines).
func TestStreamBounded(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		w := newWorld(t, "", fleetZone("192.0.2.1", 50))
		var pulled atomic.Int64
		n := 0
		o := check.StreamOptions{Jobs: 4, Window: 20, Unordered: unordered}
		for range check.Stream(t.Context(), &w.Checker, w.asks(&pulled, fleet(-1)), o, w.whole) {
			if n++; n == 50 {
				break
			}
		}
		if got := pulled.Load(); got > 50+20 {
			t.Errorf("%d targets were taken for %d results", got, n)
		}
	}
}

// TestStreamCancelled: targets that have been taken are Unfinished when the context is
// cancelled, and no more are taken.
func TestStreamCancelled(t *testing.T) {
	w := newWorld(t, "192.0.2.1 h0.example.com\n", fleetZone("192.0.2.2", 20))
	w.Fault("2.2.0.192.in-addr.arpa", lab.Drop)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var pulled atomic.Int64
	n := 0
	o := check.StreamOptions{Jobs: 4, Window: 10}
	for r := range check.Stream(ctx, &w.Checker, w.asks(&pulled, fleet(-1)), o, w.whole) {
		if interrupted := r.Interrupted(); interrupted != (n > 0) || r.Host != fmt.Sprintf("h%d.example.com", n) {
			t.Errorf("%s, the %d., interrupted: %t", r.Host, n, interrupted)
		}
		if n++; n == 1 {
			cancel()
		}
	}
	if got := pulled.Load(); got > int64(n)+1 || n > 11 { // one may come at the very end
		t.Errorf("%d results for %d targets", n, got)
	}
}
