package resolve

import "time"

// roundTrips is what a server's answers tell of the way there (RFC 6298), and how often it
// loses something.
type roundTrips struct {
	srtt, rttvar time.Duration
	miss         float64 // the share of answers that came only when asked again, lately
}

// rto is how long an answer may take before the question is sent again. The least is what
// Linux has for TCP.
func (r *roundTrips) rto() time.Duration {
	if r.srtt == 0 {
		return time.Second
	}
	return min(r.srtt+max(4*r.rttvar, 200*time.Millisecond), 3*time.Second)
}

// measure takes a round trip into account. It is exact, since each datagram has an ID of
// its own, also if the question was sent again meanwhile.
func (r *roundTrips) measure(rtt time.Duration) {
	if r.srtt == 0 {
		r.srtt, r.rttvar = rtt, rtt/2
		return
	}
	r.rttvar += ((r.srtt - rtt).Abs() - r.rttvar) / 4
	r.srtt += (rtt - r.srtt) / 8
}

// missed takes into account whether an answer came only when asked again.
func (r *roundTrips) missed(yes bool) {
	r.miss -= r.miss / 256
	if yes {
		r.miss += 1.0 / 256
	}
}

// lossy reports whether datagrams get lost on the way: then silence may be bad luck.
func (r *roundTrips) lossy() bool { return r.miss > 0.01 }
