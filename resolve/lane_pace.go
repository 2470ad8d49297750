package resolve

import (
	"math"
	"time"
)

// pace is how fast a lane asks a server. A window bounds what is outstanding: it doubles
// with each round trip until too much is lost, halves on loss, and grows slowly from then
// on, as TCP's does (RFC 5681).
//
// Loss shows late, so it is counted for the epoch in which a question was sent, and nothing
// is done about epochs that were sent before the last change. Only what was answered when
// it was asked again has been lost: nobody may answer for a name, and that says nothing of
// the server (see lane_silence.go). Not all loss is the pace's fault. If it does not fall with the window, the server may drop what is more than so many
// questions a second: then it is asked as many as it has answered. If that does not help
// either, it is the network's, or nobody answers for some names: then it is borne.
type pace struct {
	window, most float64
	inAir        int
	calm         bool    // slow start is over
	rate         float64 // questions a second; 0: the window alone limits
	step         float64 // how much the rate grows with the next good epoch

	epochs []*epoch // the last one is being sent
	skip   int      // epochs sent before the last change

	stage  stage
	before float64 // the loss for which the last change was made
	wide   float64 // the window before the changes
	normal float64 // the loss that is borne

	last  change
	hush  hush
	storm storm

	roundTrips
}

// change is the last one, to be undone if what seemed lost was only late (RFC 4015): the
// server, or this machine, may have stood still for a moment.
type change struct {
	epoch        *epoch // nil: there is nothing to undo
	window, rate float64
	stage        stage
	before       float64
	normal       float64
	calm         bool
}

// stage is what has been tried against loss.
type stage uint8

const (
	free    stage = iota // nothing
	narrow               // a smaller window
	metered              // a rate
	settled              // a rate, and it has helped
)

// epoch is what was sent within about a round trip, and what became of it.
type epoch struct {
	began, ended     time.Time
	sent, good, lost int
	silent           int // nobody has answered for their names
	peak             int // most that was in the air
	refused, failed  int // of the good ones, with REFUSED and SERVFAIL
}

const (
	firstWindow = 32
	leastWindow = 8

	// bearable is the share of an epoch whose loss changes nothing.
	bearable = 0.1

	// leastRate is the least rate for a server that loses what it is asked: soon enough to
	// see it return.
	leastRate = 100

	// silentRate is how many questions a second go to a server that answers nothing. Half of
	// them are new ones, about as many as the ordinary way would ask: it may be the names.
	silentRate = 400
)

func newPace(most int) pace {
	return pace{window: min(firstWindow, float64(most)), most: float64(most)}
}

// sending is the epoch of a datagram that is being sent.
func (p *pace) sending(now time.Time) *epoch {
	var e *epoch
	if n := len(p.epochs); n > 0 {
		e = p.epochs[n-1]
	}
	if e == nil || e.sent >= firstWindow && (e.sent >= int(p.window) || now.Sub(e.began) >= max(p.srtt, 50*time.Millisecond)) {
		if e != nil {
			e.ended = now
		}
		e = &epoch{began: now}
		p.epochs = append(p.epochs, e)
	}
	e.sent++
	p.inAir++
	e.peak = max(e.peak, p.inAir)
	return e
}

// known takes the next epoch whose outcome is known and which was sent at the pace of today;
// nil: there is none.
func (p *pace) known() *epoch {
	for len(p.epochs) > 1 && p.epochs[0].good+p.epochs[0].lost+p.epochs[0].silent >= p.epochs[0].sent {
		e := p.epochs[0]
		p.epochs = append(p.epochs[:0], p.epochs[1:]...)
		if p.skip == 0 {
			return e
		}
		p.skip--
	}
	return nil
}

// adapt changes the pace by an epoch.
func (p *pace) adapt(e *epoch) {
	if e.sent > 0 && e.silent == e.sent {
		p.silence(e)
		return
	}
	loss, chance := e.loss()
	switch {
	case loss > p.normal+bearable+chance:
		p.last = change{e, p.window, p.rate, p.stage, p.before, p.normal, p.calm}
		p.slow(e, loss)
		p.calm, p.skip = true, len(p.epochs)
	case loss <= p.normal+(bearable+chance)/2:
		p.grow(e)
	}
	if loss < p.normal { // it rises only if slowing down has not helped: growing must not get used to its own loss
		p.normal += (loss - p.normal) / 8
	}
}

// late takes into account that a datagram of an epoch was answered after all. It has been
// counted as lost or silent.
func (p *pace) late(e *epoch, counted *int) {
	*counted--
	e.good++
	l := &p.last
	if loss, chance := e.loss(); l.epoch != e || loss > l.normal+bearable+chance {
		return
	}
	p.window, p.rate, p.stage, p.before, p.normal, p.calm = l.window, l.rate, l.stage, l.before, l.normal, l.calm
	l.epoch = nil
}

// loss is the share that was lost of what is answered at all in an epoch, and how far that
// may be chance: small epochs tell little.
func (e *epoch) loss() (share, chance float64) {
	sent := float64(max(e.sent-e.silent, 1))
	return float64(e.lost) / sent, 1 / math.Sqrt(sent)
}

// slow makes the next change against loss.
func (p *pace) slow(e *epoch, loss float64) {
	helps := loss < 0.8*p.before
	switch {
	case p.stage == free:
		p.stage, p.wide = narrow, p.window
		p.window = max(p.window/2, leastWindow)
	case p.stage == narrow && helps:
		p.window = max(p.window/2, leastWindow)
	case p.stage == narrow, p.stage == settled, helps, e.good == 0:
		p.meter(e, float64(e.good))
	default: // it is not the pace's
		p.stage, p.rate, p.window, p.normal = free, 0, p.wide, loss
	}
	p.before = loss
}

// meter sets the rate at which there were so many questions in an epoch.
func (p *pace) meter(e *epoch, questions float64) {
	p.stage = metered
	p.rate = max(questions/e.took().Seconds(), leastRate)
	p.step = p.rate / 8
}

func (e *epoch) took() time.Duration { return max(e.ended.Sub(e.began), time.Millisecond) }

// grow lets more through after a good epoch, if that was all that was let through.
func (p *pace) grow(e *epoch) {
	switch {
	case p.rate > 0:
		p.stage = settled
		p.rate += p.step
		p.step *= 1.5                                                // slowly near what was too fast, and then ever faster
		if p.rate > p.most/max(p.srtt, time.Millisecond).Seconds() { // the window limits more
			p.stage, p.rate = free, 0
		}
		return
	case p.stage == narrow:
		p.stage = free
	}
	switch {
	case e.peak < int(p.window)/2:
	case p.calm:
		p.window = min(p.window+leastWindow, p.most)
	default:
		p.window = min(p.window*2, p.most)
	}
}
