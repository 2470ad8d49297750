package check_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/lab"
	"rdnsproxy/resolve"
)

var (
	webIPv4 = netip.MustParseAddr("203.0.113.7")
	nobody  = netip.MustParseAddr("203.0.113.99")
)

// begin starts an inquiry. It also returns a context that has ended.
func (w *world) begin(t *testing.T, host string) (ctx, over context.Context, q *check.Inquiry) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	t.Cleanup(cancel)
	over, stop := context.WithCancel(ctx)
	stop()
	return ctx, over, w.Begin(ctx, w.ask(host))
}

// hold delays the answer to a query for a name and a type until release is called.
func (w *world) hold(name string, qtype resolve.Type) (release func()) {
	released := make(chan struct{})
	w.Fault(name, func(x *lab.DNSExchange) {
		if x.Query.Question[0].Qtype == uint16(qtype) {
			<-released
		}
	})
	return func() { close(released) }
}

// Each stage is reached by its own answers, in any order of calls, even before the first
// address has arrived.
func TestWaitForPins(t *testing.T) {
	w := newWorld(t, "192.168.1.9  my.example.com  # rdnsproxy 2026-01-01 unresolvable\n", exampleCom)
	release := w.hold("my.example.com", resolve.A)
	ctx, over, q := w.begin(t, "my.example.com")
	everything := make(chan bool)
	go func() {
		_, complete := q.Wait(ctx, check.Everything)
		everything <- complete
	}()
	for name, stage := range map[string]check.Stage{"AllReverse": check.AllReverse,
		"ReverseOf": check.ReverseOf(netip.MustParseAddr("192.168.1.9")), "Addresses": check.Addresses} {
		if r, complete := q.Wait(ctx, stage); !complete || !r.Pinned || len(r.Addresses) != 1 ||
			name != "Addresses" && r.Verdict != check.Exact {
			t.Errorf("%s: complete: %t, %+v", name, complete, r)
		}
	}
	for name, stage := range map[string]check.Stage{"Pins": check.Pins, "Everything": check.Everything,
		"Now": check.Now, "nobody": check.ReverseOf(nobody)} {
		if r, complete := q.Wait(over, stage); complete || strings.Contains(codes(r), "pin.") {
			t.Errorf("%s, before DNS has answered: complete: %t, %s", name, complete, codes(r))
		}
	}
	release()
	if r, complete := q.Wait(ctx, check.Pins); !complete || !strings.Contains(codes(r), "pin.moved") {
		t.Errorf("Pins: complete: %t, %s", complete, codes(r))
	}
	if !<-everything {
		t.Error("Everything is not complete")
	}
	if _, complete := q.Wait(over, check.Now); !complete {
		t.Error("Now is not complete when all is known")
	}
}

// Waiting for one address waits neither for the other family nor for an address that the
// target does not have.
func TestWaitForOneAddress(t *testing.T) {
	w := newWorld(t, "", exampleCom, reverse4, reverse6)
	release := w.hold("web.example.com", resolve.AAAA)
	ctx, over, q := w.begin(t, "web.example.com")
	r, complete := q.Wait(ctx, check.ReverseOf(webIPv4))
	if of := r.Of(webIPv4); !complete || of.Verdict != check.Exact || r.Pinned {
		t.Errorf("ReverseOf: complete: %t, %+v", complete, r)
	}
	if _, complete := q.Wait(ctx, check.Pins); !complete {
		t.Error("Pins waits for a target that has none")
	}
	for name, stage := range map[string]check.Stage{"Addresses": check.Addresses, "AllReverse": check.AllReverse,
		"Now": check.Now} {
		if _, complete := q.Wait(over, stage); complete {
			t.Errorf("%s is complete without the other family", name)
		}
	}
	release()
	if _, complete := q.Wait(ctx, check.ReverseOf(nobody)); complete {
		t.Error("an address that the target does not have is complete")
	}
	if r, complete := q.Wait(ctx, check.AllReverse); !complete || len(r.Addresses) != 2 {
		t.Errorf("AllReverse: complete: %t, %+v", complete, r)
	}
}

// A stage that the inquiry ended before is not complete, and Wait does not wait for it. One
// that was reached before is.
func TestWaitForWhatIsCutShort(t *testing.T) {
	w := newWorld(t, "", exampleCom, reverse4)
	defer w.hold("21.113.0.203.in-addr.arpa", resolve.PTR)()
	ctx, cancel := context.WithCancel(t.Context())
	q := w.Begin(ctx, w.ask("two.example.com"))
	first, second := netip.MustParseAddr("203.0.113.20"), netip.MustParseAddr("203.0.113.21")
	q.Wait(t.Context(), check.ReverseOf(first))
	cancel()
	if _, complete := q.Wait(t.Context(), check.ReverseOf(first)); !complete {
		t.Error("what was known is not complete")
	}
	for name, stage := range map[string]check.Stage{"ReverseOf": check.ReverseOf(second),
		"AllReverse": check.AllReverse, "Everything": check.Everything} {
		if r, complete := q.Wait(t.Context(), stage); complete || r.Of(second).Verdict != check.Undetermined {
			t.Errorf("%s: complete: %t, %+v", name, complete, r)
		}
	}
}
