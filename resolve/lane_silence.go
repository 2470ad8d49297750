package resolve

import "time"

// fate is what has become of a datagram.
type fate uint8

const (
	flying  fate = iota
	heard        // answered, in time or late
	doubted      // not answered in time: it was lost, or nobody answers for its name
	missed       // its question was answered when it was sent again
	unheard      // its question was not answered when it was sent again either
)

// decide settles a datagram that was in doubt.
func (x *shot) decide(as fate) {
	if x.fate != doubted {
		return
	}
	if x.fate = as; as == missed {
		x.epoch.lost++
	} else {
		x.epoch.silent++
	}
}

// doubt takes into account that a datagram was not answered in time. One that is the
// question's second to end so settles both: nobody answers for the name.
func (x *shot) doubt() {
	if x.fate = doubted; x.older != nil {
		x.older.decide(unheard)
		x.decide(unheard)
	}
}

// arrived takes an answer to a datagram into account, and what it says of those before it.
func (s *laneServer) arrived(x *shot) {
	switch x.fate {
	case flying, doubted:
		x.epoch.good++
	case unheard:
		s.late(x.epoch, &x.epoch.silent)
	}
	x.fate = heard
	for older := x.older; older != nil; older = older.older {
		older.decide(missed)
	}
	s.revive(s.lane.now)
}

// hush is that nothing is heard of a server: it is asked silentRate questions a second, until
// it answers something.
type hush struct {
	on     bool
	heard  time.Time // when it answered last
	window float64   // before, as are those below
	rate   float64
	stage  stage
}

// silence slows down if nothing at all has come since an epoch began. Else it was names for
// which nobody answers.
func (p *pace) silence(e *epoch) {
	if p.hush.on || p.hush.heard.After(e.began) {
		return
	}
	p.hush = hush{true, p.hush.heard, p.window, p.rate, p.stage}
	p.stage, p.rate, p.skip = metered, silentRate, len(p.epochs)
	p.step = p.rate / 8
}

// revive is for an answer: it ends a hush at once. If that was for too many questions, a
// window of half the size sees to it.
func (p *pace) revive(now time.Time) {
	h := &p.hush
	if h.heard = now; !h.on {
		return
	}
	h.on = false
	p.window = max(h.window/2, min(firstWindow, p.most))
	p.stage, p.rate, p.skip = h.stage, h.rate, len(p.epochs)
	p.last.epoch = nil
}

// storm is that all answers of a server are of no use: REFUSED, or SERVFAIL.
type storm struct {
	on    bool
	since time.Time // when it was slowed down last
	rate  float64   // before, as is the stage
	stage stage
}

const (
	stormShare = 0.95 // of an epoch's answers
	stormRate  = 500  // the least for a server that answers, though nothing of use
	stormPause = time.Second
)

// calmDown halves the rate because all answers are of no use, once a second at most.
func (p *pace) calmDown(e *epoch) {
	w := &p.storm
	if w.on && e.ended.Sub(w.since) < stormPause {
		return
	}
	if !w.on {
		*w = storm{on: true, rate: p.rate, stage: p.stage}
	}
	rate := float64(e.sent) / e.took().Seconds()
	if p.rate > 0 {
		rate = min(rate, p.rate)
	}
	w.since = e.ended
	p.stage, p.skip = settled, len(p.epochs)
	p.rate = max(rate/2, stormRate)
	p.step = p.rate / 8
}

// clear ends a storm: there are answers of use again.
func (p *pace) clear() {
	if w := &p.storm; w.on {
		w.on = false
		p.stage, p.rate, p.skip = w.stage, w.rate, len(p.epochs)
	}
}
