package resolve

import (
	"context"
	"testing"
	"time"
)

// paced is a pace against a server of which lost says how many of an epoch's questions it
// drops. It returns the pace after a number of epochs.
func paced(epochs int, lost func(p *pace, sent int, took time.Duration) int) *pace {
	p := newPace(1024)
	p.measure(10 * time.Millisecond)
	now := time.Unix(0, 0)
	for range epochs {
		took, sent := 10*time.Millisecond, int(p.window)
		if p.rate > 0 {
			sent = max(1, min(sent, int(p.rate*took.Seconds())))
		}
		if sent < firstWindow {
			took = took * firstWindow / time.Duration(sent)
			sent = firstWindow
		}
		e := &epoch{began: now, ended: now.Add(took), sent: sent, peak: int(p.window)}
		e.lost = lost(&p, sent, took)
		e.good = sent - e.lost
		p.epochs = []*epoch{e, {}}
		p.skip = 0
		p.adapt(p.known())
		now = e.ended
	}
	return &p
}

// Without loss the window doubles each round trip, to its bound.
func TestPaceDoubles(t *testing.T) {
	none := func(*pace, int, time.Duration) int { return 0 }
	for epochs, want := range []float64{32, 64, 128, 256, 512, 1024, 1024} {
		if p := paced(epochs, none); p.window != want || p.rate != 0 {
			t.Errorf("after %d: %+v", epochs, p)
		}
	}
	idle := newPace(1024)
	idle.adapt(&epoch{sent: 32, good: 32, peak: 3})
	if idle.window != firstWindow {
		t.Errorf("unused, and %v", idle.window)
	}
}

// A server that takes only so many at once gets about that many, whatever is lost besides.
func TestPaceFitsTheServer(t *testing.T) {
	for _, room := range []int{40, 100, 300, 700} {
		p := paced(300, func(_ *pace, sent int, _ time.Duration) int { return max(0, sent-room) + min(sent, room)/50 })
		if p.window < float64(room)/3 || p.window > float64(room)*1.5 || p.rate != 0 {
			t.Errorf("room for %d: %+v", room, p)
		}
	}
}

// A server that answers only so many a second is asked about that many: by a smaller window,
// or, where none is small enough, by a rate.
func TestPaceFindsARate(t *testing.T) {
	for _, rate := range []float64{200, 1000, 5000} {
		p := paced(100, func(_ *pace, sent int, took time.Duration) int {
			return max(0, sent-int(rate*took.Seconds()))
		})
		got := p.window / p.srtt.Seconds()
		if p.rate > 0 {
			got = min(got, p.rate)
		}
		if got < rate/2 || got > 2*rate {
			t.Errorf("%v a second, and it gets %v: %+v", rate, got, p)
		}
	}
}

// Loss that nothing mends is borne.
func TestPaceBearsLoss(t *testing.T) {
	for _, share := range []int{20, 3, 2} {
		p := paced(60, func(_ *pace, sent int, _ time.Duration) int { return sent / share })
		if p.window < 256 || p.rate != 0 || p.stage != free {
			t.Errorf("one in %d: %+v", share, p)
		}
	}
}

// Silence is not borne: who asks a dead server asks slowly.
func TestPaceOfADeadServer(t *testing.T) {
	p := paced(60, func(_ *pace, sent int, _ time.Duration) int { return sent })
	if p.rate != leastRate {
		t.Errorf("%+v", p)
	}
	// It comes back.
	for range 60 {
		p.adapt(&epoch{ended: time.Unix(0, 1e8), began: time.Unix(0, 0), sent: 40, good: 40, peak: 40})
	}
	if p.rate != 0 && p.rate < 5*leastRate {
		t.Errorf("%+v", p)
	}
}

// If what seemed lost was only late, the pace is what it was before.
func TestPaceUndoes(t *testing.T) {
	p := newPace(1024)
	p.window, p.calm = 512, true
	for range 3 { // until there is a rate
		before := p
		e := &epoch{ended: time.Unix(1, 0), began: time.Unix(0, 0), sent: 100, lost: 100, peak: 100}
		p.adapt(e)
		if p.window == before.window && p.rate == before.rate {
			t.Errorf("nothing has changed: %+v", p)
		}
		undone := p
		for range 95 {
			undone.late(e, &e.lost)
		}
		if undone.window != before.window || undone.rate != before.rate || undone.stage != before.stage {
			t.Errorf("%+v, want %+v", undone, before)
		}
		for e.lost < 100 {
			e.lost, e.good = e.lost+1, e.good-1
		}
		if p.rate > 0 {
			break
		}
	}
	if p.rate != leastRate {
		t.Errorf("%+v", p)
	}
}

// A rate that was much too low is left behind within few epochs.
func TestPaceRecovers(t *testing.T) {
	p := newPace(1024)
	p.measure(time.Millisecond)
	p.meter(&epoch{began: time.Unix(0, 0), ended: time.Unix(1, 0), good: 10}, 10)
	for range 25 {
		p.adapt(&epoch{began: time.Unix(0, 0), ended: time.Unix(1, 0), sent: 32, good: 32, peak: 32})
	}
	if p.rate > 0 && p.rate < 10_000 {
		t.Errorf("%+v", p)
	}
}

// Nothing is done about what was sent before the last change.
func TestPaceCountsByEpoch(t *testing.T) {
	p := newPace(1024)
	p.measure(time.Millisecond)
	now := time.Unix(0, 0)
	var sent []*epoch
	for range 5 * firstWindow {
		sent = append(sent, p.sending(now))
		now = now.Add(2 * time.Millisecond)
	}
	for _, e := range sent {
		e.lost++
	}
	changes := 0
	for e := p.known(); e != nil; e = p.known() {
		before := p.window
		if p.adapt(e); p.window != before {
			changes++
		}
	}
	if changes != 1 || p.window != firstWindow/2 {
		t.Errorf("%d changes, %+v", changes, p)
	}
}

// The meter lets through what its rate allows, and a moment's share at once.
func TestMeter(t *testing.T) {
	var m meter
	now := time.Unix(1e9, 0)
	for range 1000 {
		if m.book(now) != 0 {
			t.Fatal("a zero meter caps")
		}
	}
	m.most.Store(1000)
	m.slow(0)
	passed := func(from time.Time, span time.Duration) (n int) {
		for at := from; n < 1e5; n++ {
			if at = at.Add(m.book(at)); !at.Before(from.Add(span)) {
				break
			}
		}
		return n
	}
	if n := passed(now, time.Second); n < 1000 || n > 1025 {
		t.Errorf("%d in a second", n)
	}
	if wait := m.book(now.Add(time.Second - 100*time.Microsecond)); wait <= 0 || wait > 3*time.Millisecond {
		t.Errorf("wait %v", wait)
	}
	m.slow(100)
	if n := passed(now.Add(time.Minute), time.Second); n < 100 || n > 105 {
		t.Errorf("slowed: %d in a second", n)
	}
	if m.slow(1e6); m.every.Load() != int64(time.Millisecond) {
		t.Error("the cap is gone")
	}
}

// Who waits for the meter waits in line, and no longer than its context.
func TestMeterWaits(t *testing.T) {
	var m meter
	m.most.Store(1)
	m.slow(0)
	ctx, cancel := context.WithCancel(context.Background())
	if !m.wait(ctx) {
		t.Error("the first one waits")
	}
	cancel()
	if m.wait(ctx) {
		t.Error("it waits for ever")
	}
	if m.book(time.Now()) <= time.Second {
		t.Error("nobody is in line")
	}
}
