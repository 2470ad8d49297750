package resolve

import "time"

// pace is how fast a lane asks a server. A window bounds what is outstanding: it doubles
// with each round trip until something is lost, halves on loss, and grows slowly from then
// on, as TCP's does (RFC 5681).
//
// Loss shows late, so it is counted for the epoch in which a question was sent, and nothing
// is done about epochs that were sent before the last change.
type pace struct {
	window, most float64
	inAir        int
	calm         bool // slow start is over

	srtt, rttvar time.Duration // RFC 6298
	miss         float64       // the share of answers that came only when asked again, lately

	epochs []*epoch // the last one is being sent
	skip   int      // epochs sent before the last change
}

// epoch is what was sent within about a round trip, and what became of it.
type epoch struct {
	began, ended     time.Time
	sent, good, lost int
}

// The window at first, and the smallest one.
const (
	firstWindow = 32
	leastWindow = 8
)

// bearable is the share of an epoch whose loss changes nothing: some names have no server
// that answers.
const bearable = 0.1

func newPace(most int) pace {
	return pace{window: min(firstWindow, float64(most)), most: float64(most)}
}

// wait is how long the pace holds back the next question.
func (p *pace) wait(time.Time) time.Duration { return 0 }

// spend counts a question as sent.
func (p *pace) spend() {}

// rto is how long an answer may take before the question is sent again (RFC 6298). The
// least is Linux's for TCP.
func (p *pace) rto() time.Duration {
	if p.srtt == 0 {
		return time.Second
	}
	return min(p.srtt+max(4*p.rttvar, 200*time.Millisecond), 3*time.Second)
}

// measure takes a round trip into account.
func (p *pace) measure(rtt time.Duration) {
	if p.srtt == 0 {
		p.srtt, p.rttvar = rtt, rtt/2
		return
	}
	p.rttvar += ((p.srtt - rtt).Abs() - p.rttvar) / 4
	p.srtt += (rtt - p.srtt) / 8
}

// missed takes into account whether an answer came only when asked again.
func (p *pace) missed(yes bool) {
	p.miss -= p.miss / 256
	if yes {
		p.miss += 1.0 / 256
	}
}

// lossy reports whether datagrams get lost on the way: then silence may be bad luck.
func (p *pace) lossy() bool { return p.miss > 0.01 }

// sending is the epoch of a datagram that is being sent.
func (p *pace) sending(now time.Time) *epoch {
	if n := len(p.epochs); n > 0 {
		e := p.epochs[n-1]
		if e.sent < firstWindow || e.sent < int(p.window) && now.Sub(e.began) < max(p.srtt, 50*time.Millisecond) {
			e.sent++
			return e
		}
		e.ended = now
	}
	e := &epoch{began: now, sent: 1}
	p.epochs = append(p.epochs, e)
	return e
}

// judge changes the pace by the epochs whose outcome is known.
func (p *pace) judge(time.Time) {
	for len(p.epochs) > 1 && p.epochs[0].good+p.epochs[0].lost >= p.epochs[0].sent {
		e := p.epochs[0]
		p.epochs = append(p.epochs[:0], p.epochs[1:]...)
		if p.skip > 0 {
			p.skip--
			continue
		}
		switch loss := float64(e.lost) / float64(max(e.sent, 1)); {
		case loss > bearable:
			p.window = max(p.window/2, leastWindow)
			p.calm, p.skip = true, len(p.epochs)
		case p.calm:
			p.window = min(p.window+leastWindow, p.most)
		default:
			p.window = min(p.window*2, p.most)
		}
	}
}
